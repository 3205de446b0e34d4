"""How a file's orders are entered: what a rehearsal leaves alone, what is said again, and what an interruption leaves."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.importing import Outcome, Tally, gather, opened, survey
from activities.importing.mapping_file import PLAIN
from activities.policy_in_force import PolicyInForce
from activities.store import Person, Store, migrate
from api import importing
from api.engine import EngineIsAway, OutcomeIsUnknown
from api.importing import Desk, PolicyLookedAt, StackWentAway
from jiaoqi.cli import importing as shifting
from tests.api.played_engine import PlayedEngine
from workflows.types.words import Department

HEAD = "order_no,customer,product_model,quantity,requested_date"
SOON = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
SALES = Person(id="sales1", name="sales1", email="sales1@plant.example", departments=(Department.SALES,), head_of=(), admin=False)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    store = Store.open(url)
    store.people.put(SALES)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PAUSE", 0.01)


class Hall:
    """Where a file is taken to one desk after another."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.file = store, folder / "orders.csv"
        self.engine = PlayedEngine(store, lambda: datetime.now(UTC))

    def write(self, *rows: str) -> None:
        self.file.write_text("\n".join((HEAD, *rows)))

    async def take(self, *, is_rehearsal: bool = False) -> Tally:
        tally = Tally()
        await self.told(tally, is_rehearsal=is_rehearsal)
        return tally

    async def told(self, tally: Tally, *, is_rehearsal: bool = False) -> None:
        policy = (PolicyLookedAt if is_rehearsal else PolicyInForce)(self.store, None)
        file = opened(self.file, PLAIN)
        orders = gather(file, survey(file))
        await Desk(self.store, SALES, policy, is_rebased=False).take(orders, self.engine, tally.add, is_rehearsal=is_rehearsal)

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything in the store."""
        with self.store.database.reading() as connection:
            names = [name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: [*map(tuple, connection.exec_driver_sql(f'SELECT * FROM "{name}"'))] for name in names}  # noqa: S608


@pytest.fixture
def hall(store: Store, tmp_path: Path) -> Hall:
    return Hall(store, tmp_path)


def row(order_no: str, **changes: str) -> str:
    said = {"order_no": order_no, "customer": "Acme", "product_model": "Pump", "quantity": "3", "requested_date": SOON}
    return ",".join((said | changes).values())


def counted(tally: Tally) -> tuple[int, int, int]:
    return tally.counts[Outcome.ENTERED], tally.counts[Outcome.THERE], tally.counts[Outcome.REFUSED]


async def test_a_rehearsal_changes_nothing_at_all(hall: Hall) -> None:
    hall.write(row("A-1"), row("A-2"))
    before = hall.content()
    assert counted(await hall.take(is_rehearsal=True)) == (2, 0, 0)
    assert (hall.content(), hall.engine.heard) == (before, [])


async def test_a_rehearsal_tells_what_an_import_then_tells(hall: Hall) -> None:
    hall.write(row("A-1"), row("A-2"))
    await hall.take()
    hall.write(
        row("A-1"),
        row("a-2", customer="Bolt"),
        row("A-3", quantity="0"),
        row("A-4", requested_date="2020-01-31"),
        row("A 5"),
        row("A-6", customer="x" * 201),
        row("A-7"),
        row("A-8", quantity="1"),
        row("A-8", quantity="many"),
    )
    rehearsed = await hall.take(is_rehearsal=True)
    before = hall.content()
    assert counted(rehearsed) == (1, 1, 6)
    imported = await hall.take()
    assert (imported.counts, sorted(imported.faults)) == (rehearsed.counts, sorted(rehearsed.faults))
    assert [(fault.row, fault.column) for fault, _ in sorted(imported.faults)] == [
        (3, "order_no"),
        (4, "quantity"),
        (5, "requested_date"),
        (6, "order_no"),
        (7, "customer"),
        (10, "quantity"),
    ]
    assert "was entered before, with other content" in {fault.reason for fault, _ in imported.faults}
    assert len(hall.content()["customer_order"]) == len(before["customer_order"]) + 1


async def test_one_far_date_of_a_shifted_file_refuses_its_own_order_only(hall: Hall) -> None:
    hall.write(row("A-1", requested_date="2020-01-31"), row("A-2", requested_date="9999-12-31"))
    tally, file = Tally(), opened(hall.file, PLAIN)
    surveyed = survey(file)
    shift = shifting.shift(surveyed, PolicyLookedAt(hall.store, None))
    desk = Desk(hall.store, SALES, PolicyInForce(hall.store, None), is_rebased=True)
    await desk.take(gather(file, surveyed, shift), hall.engine, tally.add, is_rehearsal=False)
    assert counted(tally) == (1, 0, 1)
    ((fault, order_no),) = tally.faults
    assert (fault.row, fault.column, order_no) == (3, "requested_date", "A-2") and "more than 20 years away" in fault.reason


@pytest.mark.parametrize("failure", [OutcomeIsUnknown("no answer in time"), EngineIsAway()])
@pytest.mark.parametrize("when", ["fails_before", "fails_after"])
async def test_what_failed_is_said_again_under_the_same_key(hall: Hall, failure: Exception, when: str) -> None:
    hall.write(row("A-1"), row("A-2"))
    setattr(hall.engine, when, failure)
    tally = await hall.take()
    assert counted(tally) == (2, 0, 0), tally.faults
    heard = [said_id for _, said_id in hall.engine.heard]
    assert (len(heard), len(set(heard))) in {(2, 2), (3, 2)}
    assert hall.engine.orders.keys() == {"a-1", "a-2"}
    assert counted(await hall.take()) == (0, 2, 0)


async def test_a_stack_that_stays_away_ends_it_and_what_was_done_is_known(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PATIENCE", 0.1)
    hall.write(*(row(f"A-{number}") for number in range(50)))

    def leave() -> None:
        if len(hall.engine.heard) > 25:
            hall.engine.fails_before = EngineIsAway()

    hall.engine.before = leave
    tally = Tally()
    with pytest.raises(StackWentAway, match="what was entered stays, import again to go on") as away:
        await hall.told(tally)
    assert away.value.exit_code == 3
    assert 0 < tally.counts[Outcome.ENTERED] == len(hall.engine.orders) < 50
    hall.engine.before = lambda: None
    again = await hall.take()
    assert counted(again) == (50 - tally.counts[Outcome.ENTERED], tally.counts[Outcome.ENTERED], 0)


async def test_interrupted_it_ends_what_is_under_way_and_begins_nothing_else(hall: Hall) -> None:
    hall.write(*(row(f"A-{number}") for number in range(60)))
    hall.engine.waits, all_busy = asyncio.Event(), asyncio.Event()
    hall.engine.before = lambda: all_busy.set() if len(hall.engine.heard) == importing.AT_A_TIME else None
    tally = Tally()
    work = asyncio.create_task(hall.told(tally))
    await all_busy.wait()
    work.cancel()
    await asyncio.sleep(0.05)
    hall.engine.waits.set()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert counted(tally) == (importing.AT_A_TIME, 0, 0)
    assert len(hall.engine.orders) == importing.AT_A_TIME
    assert counted(await hall.take()) == (60 - importing.AT_A_TIME, importing.AT_A_TIME, 0)
