"""Figures over HTTP: which period, which orders, and what stands behind each."""

import asyncio
from typing import Any

import pytest

from activities.figures.keeping import count_everything
from activities.figures.report import NAMES
from tests.api.plant import Plant, code, pointers
from tests.figures import walks

YEARS = "start=2025-11-01&end=2027-11-01"
LATER = walks.NOW


@pytest.fixture
async def busy(plant: Plant) -> Plant:
    """A plant whose year is over."""
    # An order by hand is a loop of its own.
    await asyncio.to_thread(walks.fill, plant.store, 4)
    plant.now = LATER
    count_everything(plant.store, lambda: LATER)
    return plant


async def asked(plant: Plant, path: str) -> Any:
    answer = await plant.get("boss", f"/figures{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_all_figures_of_a_period(busy: Plant) -> None:
    found = await asked(busy, f"?{YEARS}&basis=first_promise")
    assert [figure["name"] for figure in found["figures"]] == list(NAMES)
    assert found["as_of"] == LATER.isoformat().replace("+00:00", "Z")
    assert found["wanted"] == {
        "start": "2025-11-01",
        "end": "2027-11-01",
        "basis": "first_promise",
        "customer": None,
        "product": None,
        "department": None,
    }
    on_time = found["figures"][0]
    assert on_time["of"] > 0 and on_time["value"] == on_time["part"] / on_time["of"]


async def test_this_month_when_nothing_is_asked(busy: Plant) -> None:
    found = await asked(busy, "")
    assert (found["wanted"]["start"], found["wanted"]["end"]) == ("2026-12-01", "2027-01-01")


async def test_a_trend_has_each_month_once(busy: Plant) -> None:
    found = await asked(busy, f"/stage_on_time/trend?{YEARS}")
    months = [item["month"] for item in found["items"]]
    assert (len(months), months[0], months[-1]) == (24, "2025-11-01", "2027-10-01")
    whole = await asked(busy, f"?{YEARS}")
    of = {figure["name"]: figure["of"] for figure in whole["figures"]}
    assert sum(item["figure"]["of"] for item in found["items"]) == of["stage_on_time"] > 0


async def test_the_rows_behind_a_figure_page_by_page(busy: Plant) -> None:
    whole = await asked(busy, f"/stage_on_time/rows?{YEARS}&limit=200")
    assert whole["next_cursor"] is None and len(whole["items"]) > 10
    seen: list[Any] = []
    cursor = ""
    while True:
        page = await asked(busy, f"/stage_on_time/rows?{YEARS}&limit=7{cursor}")
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole["items"]
    first = seen[0]
    assert first["task_id"].startswith(first["order_no"]) and first["counts_as"] in ("in_time", "late", "open_late")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("start=2026-02-01&end=2026-02-01", "/query/end"),
        ("start=2026-02-01&end=2026-01-01", "/query/end"),
        ("start=2026-01-01&end=2046-01-01", "/query/end"),
        ("start=1026-01-01", "/query/start"),
        ("start=9999-12-01", "/query/start"),
        ("start=yesterday", "/query/start"),
        ("basis=wishes", "/query/basis"),
        ("department=kitchen", "/query/department"),
        ("customer=", "/query/customer"),
        ("colour=red", "/query/colour"),
    ],
)
async def test_what_cannot_be_asked(plant: Plant, query: str, pointer: str) -> None:
    for path in ("", "/on_time/trend", "/on_time/rows"):
        assert pointers(await plant.get("boss", f"/figures{path}?{query}")) == [pointer]


async def test_an_unknown_figure_is_not_there(plant: Plant) -> None:
    for path in ("/weather/trend", "/weather/rows"):
        assert code(await plant.get("boss", f"/figures{path}")) == (404, "not-found")
    assert pointers(await plant.get("boss", "/figures/on_time/rows?cursor=x")) == ["/query/cursor"]


async def test_names_in_any_case(busy: Plant) -> None:
    one, other = [await asked(busy, f"?{YEARS}&product={name}") for name in ("jq-1", "JQ-1")]
    assert one["figures"] == other["figures"]
