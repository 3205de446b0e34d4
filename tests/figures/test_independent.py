"""All indicators equal an independent reckoning in plain SQL over the event log, to the last digit.

JIAOQI_TEST_LONG=1: five thousand orders instead of some dozens.
"""

import os
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest

from activities import store
from activities.figures.keeping import count_everything
from activities.figures.report import Basis, Report, Wanted, report
from activities.store import Store
from tests.figures import papers, plain_sql, walks
from tests.figures.plain_sql import Plain, day
from workflows.types.words import Department

ORDERS = 5_000 if os.environ.get("JIAOQI_TEST_LONG") else 30
PERIODS = [
    (day("2025-01-01"), day("2028-01-01")),
    (day("2026-01-01"), day("2026-12-01")),
    (day("2025-11-17"), day("2026-12-05")),
    (day("2026-03-10"), day("2026-05-20")),
    (day("2030-01-01"), day("2030-02-01")),
]
CHOICES: list[dict[str, Any]] = [
    {},
    {"customer": "聯宏精密"},
    {"product": "碁-3"},
    {"customer": "acme", "product": "jq-1"},
    {"department": Department.WAREHOUSE},
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Plain]]:
    file = tmp_path_factory.mktemp("figures") / "store.db"
    store.migrate(url := f"sqlite:///{file}")
    found = Store.open(url)
    for first in range(0, ORDERS, 500):
        lived = walks.fill(found, min(500, ORDERS - first), first)
        papers.file_some(found, [walk.last.order.order_no for walk in lived])
    count_everything(found, lambda: walks.NOW)
    with plain_sql.reading(f"{file}", walks.NOW) as plain:
        yield found, plain
    found.close()


@pytest.mark.parametrize(("period", "choice"), [*product(PERIODS, CHOICES)])
def test_figures_equal_plain_sql(filled: tuple[Store, Plain], period: tuple[date, date], choice: dict[str, Any]) -> None:
    found, plain = filled
    for basis in Basis:
        wanted = Wanted(start=period[0], end=period[1], basis=basis, **choice)
        asked = wanted.model_copy(update={"customer": {"acme": "Acme"}.get(wanted.customer or "", wanted.customer)})
        assert told(report(found, wanted, walks.NOW)) == plain_sql.figures(plain, asked)


def told(found: Report) -> dict[str, Any]:
    """The product's figures, named as the plain ones."""
    by_name = {figure.name: figure for figure in found.figures}
    shown: dict[str, Any] = {name: (figure.value, figure.part, figure.of) for name, figure in by_name.items()}
    for name in ("first_answer", "promise_answer", "cycle_time"):
        figure = by_name[name]
        mean = figure.more.get("mean")
        total = 0 if mean is None else round(mean * figure.of * 3.6e9)
        shown[name] = (figure.value, figure.more.get("p90"), figure.of, total)
    late, due, promised = (by_name[name].more for name in ("tardiness", "on_time", "promise_stability"))
    shown["share of late"] = late.get("share")
    shown["beside due"] = {**due, "undelivered": late["undelivered"], "max": late["max"]}
    shown["revisions"] = (promised.get("per_order"), promised["revisions"], by_name["promise_stability"].of)
    shown["departments"] = departments(found)
    leads, heard = by_name["notice_lead"].more, by_name["csat"].more
    shown["leads"] = (leads.get("median"), leads.get("p90"))
    shown["without_notice"] = leads["without_notice"]
    shown["asked"] = heard["asked"]
    shown["responses"] = [heard.get("response_rate"), by_name["nps"].more.get("response_rate")]
    shown["mean csat"] = heard.get("mean")
    shown["causes"] = {(each.blame.value, each.kind and each.kind.value): (each.hours, each.orders) for each in found.causes}
    return shown


def departments(found: Report) -> dict[str, tuple[float, float]]:
    figure = found.figure("stage_on_time")
    if found.wanted.department is not None:
        return {found.wanted.department.value: (figure.part or 0, figure.of)} if figure.of else {}
    more = figure.more
    names = [name.removesuffix("_of") for name in more if name.endswith("_of")]
    return {name: (more[f"{name}_part"], more[f"{name}_of"]) for name in names}
