"""On-time delivery of the example file equals a plain count over its rows.

An order has one promise. Told by its own dates it is promised for the latest day of its lines and has come with the last of
them; told by its worst line, it is late exactly when any line came after its own day.
"""

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import pytest

from activities import store
from activities.figures.facts import DUE, LAST, facts
from activities.figures.keeping import count_everything
from activities.figures.report import Wanted, report, trend
from activities.figures.story import Story
from activities.store import Store
from activities.store.journal import write
from tests.figures.walks import POLICY
from tests.store.plant import TellsOfAnOrder
from workflows.types import events as e
from workflows.types.events import Event
from workflows.types.flush import Flush
from workflows.types.orders import Customer, Promise, Work
from workflows.types.words import DeliveryState, OrderStatus, Stage

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
THROUGH_THE_STORE = 10_000 if LONG else 120
WHOLE = Wanted(start=date(2000, 1, 1), end=date(2030, 1, 1))
NOW = datetime(2030, 1, 1, tzinfo=UTC)

Line = tuple[date, date]
"""When it was due, and when it came."""


def own_dates(lines: list[Line]) -> Line:
    return max(due for due, _ in lines), max(came for _, came in lines)


def worst_line(lines: list[Line]) -> Line:
    return max(lines, key=lambda line: line[1] - line[0])


TOLD_BY = {"own dates": own_dates, "worst line": worst_line}


@pytest.fixture(scope="module")
def past(shared_data: Path) -> dict[str, list[Line]]:
    lines: dict[str, list[Line]] = defaultdict(list)
    with (shared_data / "scms-orders.csv").open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            due, came = (date.fromisoformat(row[name]) for name in ("Scheduled Delivery Date", "Delivered to Client Date"))
            lines[row["PO / SO #"].casefold()].append((due, came))
    return lines


def flushes(past: dict[str, list[Line]], told_by: Callable[[list[Line]], Line], digest: str) -> Iterator[Flush]:
    for number, lines in past.items():
        yield delivered(number, *told_by(lines), digest)


def delivered(number: str, due: date, came: date, digest: str) -> Flush:
    """One order from its entry to its end."""
    entered = datetime.combine(min(due, came) - timedelta(days=30), time(2), UTC)
    tells = TellsOfAnOrder(number, entered, requested_date=due, customer=Customer(name="somebody"))
    tells.pending[0] = tells.pending[0].model_copy(update={"data": e.OrderEntered(order=tells.facts, policy=digest)})
    tells.record(e.Promised(promise=Promise(revision=1, date=due, reason=None, by="anna", at=tells.at)))
    tells.at = datetime.combine(came, time(8), UTC)
    tells.record(e.WorkMoved(work=Work(received=tells.facts.ordered)))
    tells.record(e.GoodsDelivered(delivered=came, signed_by="x"))
    tells.record(e.DeliverySettled(delivery=DeliveryState.FULL))
    tells.record(e.OrderClosed(status=OrderStatus.COMPLETED, delivery=DeliveryState.FULL))
    tells.change(status=OrderStatus.COMPLETED, stage=Stage.CLOSED, created_at=entered, promised=due)
    return tells.flush(fence=0.0)


def counted(events: tuple[Event, ...]) -> tuple[str, int]:
    """The month, and whether it came in time."""
    story = Story.begin(events[0].at, events[0].data)
    for event in events[1:]:
        story.tell(event.at, event.data)
    (fact,) = (fact for fact in facts(story, POLICY) if fact.measure == DUE + LAST)
    return f"{fact.day:%Y-%m}", int(fact.part)


@pytest.mark.shared_data
@pytest.mark.parametrize("told_by", TOLD_BY.values(), ids=TOLD_BY)
def test_every_order_of_the_file_counts_as_a_plain_count_has_it(
    past: dict[str, list[Line]], told_by: Callable[[list[Line]], Line]
) -> None:
    ours = [counted(flush.events) for flush in flushes(past, told_by, "x")]
    dates = [told_by(lines) for lines in past.values()]
    assert Counter(month for month, _ in ours) == Counter(f"{due:%Y-%m}" for due, _ in dates)
    assert Counter(month for month, part in ours if part) == Counter(f"{due:%Y-%m}" for due, came in dates if came <= due)
    late = sum(not part for _, part in ours)
    if told_by is worst_line:
        assert late == sum(any(came > due for due, came in lines) for lines in past.values())
    else:
        assert late == sum(max(line[1] for line in lines) > max(line[0] for line in lines) for lines in past.values())


@pytest.mark.shared_data
def test_the_figures_of_a_store_with_them_do_too(past: dict[str, list[Line]], tmp_path: Path) -> None:
    """Some of them; all, where JIAOQI_TEST_LONG is set."""
    some = dict(islice(past.items(), THROUGH_THE_STORE))
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    with closing(Store.open(url)) as full:
        digest = full.policies.put(POLICY)
        with full.database.writing() as connection:
            for flush in flushes(some, worst_line, digest):
                write(full, connection, flush)
        count_everything(full, lambda: NOW)
        dates = [worst_line(lines) for lines in some.values()]
        found = report(full, WHOLE, NOW)
        on_time, tardiness = found.figure("on_time"), found.figure("tardiness")
        assert (on_time.part, on_time.of) == (sum(came <= due for due, came in dates), len(some))
        days = [(came - due).days for due, came in dates if came > due]
        assert (tardiness.part, tardiness.of, tardiness.more["max"]) == (sum(days), len(days), max(days))
        months = {month: (figure.part, figure.of) for month, figure in trend(full, WHOLE, "on_time", NOW) if figure.of}
        plain: dict[date, list[bool]] = defaultdict(list)
        for due, came in dates:
            plain[due.replace(day=1)].append(came <= due)
        assert months == {month: (sum(each), len(each)) for month, each in plain.items()}
