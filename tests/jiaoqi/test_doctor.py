"""What the doctor makes of rows and events, case by case; that a whole plant is looked at is told end to end."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from activities import policy_file
from activities.store import Store, UnknownPolicy, migrate
from activities.store.checks import OrderRows
from activities.store.outbox import row_of
from activities.store.register import Register
from activities.store.restoring import restore
from activities.store.tables import EVENT, ORDER, OUTBOX, TASK
from jiaoqi.doctor import books, lagging, surroundings
from jiaoqi.doctor.findings import HEADINGS, Kind
from tests.store.dead_letters import refuse_one_of_each
from tests.store.plant import DAY, HOUR, NOW, POLICY, TellsOfAnOrder, person, said
from workflows.rules import fold
from workflows.types import words
from workflows.types.notices import Notice
from workflows.types.words import Department

PINNED = policy_file.default()
Damage = Callable[[Any], Any]


class Books:
    """A store with one order in it, whose rows are what its events make of them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.order = TellsOfAnOrder()
        self.order.complete(self.order.open(words.Kind.CONFIRM_ORDER), "confirm", said("confirmed"))
        self.order.promise(date(2026, 12, 24))
        self.order.open(words.Kind.MAKE_PLAN)
        self.write()

    def write(self) -> None:
        state = fold.fold(self.order.pending, {POLICY: PINNED})
        tasks = (*self.order.closed.values(), *state.tasks.values())
        there = self.store.checks.rows("PO-1")
        seen = (there.order.fence, there.order.chain) if there else None
        assert restore(self.store, state, tasks=tasks, events=self.order.pending, policies={POLICY: PINNED}, seen=seen, now=NOW)

    def rows(self) -> OrderRows:
        found = self.store.checks.rows("PO-1", events=True)
        assert found
        return found

    def do(self, statement: Any) -> None:
        with self.store.database.writing() as connection:
            assert connection.execute(statement).rowcount

    def differences(self) -> list[str]:
        rows = self.rows()
        return [each.what for each in books.differences(rows, books.retell(rows, self.store.policies.get), NOW + DAY)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once: that takes longer than all the tests."""
    file = tmp_path_factory.mktemp("template") / "store.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def kept(template: Path, tmp_path: Path) -> Iterator[Books]:
    file = shutil.copy(template, tmp_path / "store.db")
    with closing(Store.open(f"sqlite:///{file}")) as store:
        yield Books(store)


def test_rows_that_were_left_alone_are_what_the_events_say(kept: Books) -> None:
    assert kept.differences() == []


@pytest.mark.parametrize(
    ("damage", "kind", "says"),
    [
        (delete(EVENT).where(EVENT.c.seq.in_((2, 3))), Kind.EVENTS_MISSING, "of its 5 events 2–3 are not in the store"),
        (delete(EVENT).where(EVENT.c.seq == 5), Kind.EVENTS_MISSING, "of its 5 events 5 is not in the store"),
        (delete(EVENT), Kind.EVENTS_MISSING, "of its 5 events 1–5 are not in the store"),
        (update(EVENT).where(EVENT.c.seq == 5).values(seq=9), Kind.EVENTS_MISSING, "of its 5 events 5 is not in the store"),
        (update(EVENT).where(EVENT.c.seq == 3).values(data="{"), Kind.EVENTS_UNREADABLE, "event 3 cannot be read"),
        (update(EVENT).where(EVENT.c.seq == 3).values(data="{}"), Kind.EVENTS_UNREADABLE, "event 3 cannot be read"),
        (
            update(EVENT).where(EVENT.c.seq == 3).values(data='{"type":"task_cancelled","task_id":"X","reason":""}'),
            Kind.EVENTS_UNREADABLE,
            "its events contradict each other",
        ),
    ],
)
def test_events_that_make_no_order_are_told(kept: Books, damage: Any, kind: Kind, says: str) -> None:
    kept.do(damage)
    with pytest.raises(books.CannotBeTold, match=says) as told:
        kept.differences()
    assert told.value.kind is kind


def test_events_that_no_row_has_counted_are_read_on(kept: Books) -> None:
    """A row that lags behind its events is one thing, a hole among them another."""
    kept.do(update(ORDER).values(body=kept.rows().order.body.replace('"version":5', '"version":2')))
    assert kept.differences() == ["version is 2, its events say 5", "lists find it under last_seq 5, it is 2"]
    kept.do(delete(EVENT).where(EVENT.c.seq == 4))
    with pytest.raises(books.CannotBeTold, match="its events are numbered 1–3, 5"):
        kept.differences()


def test_a_policy_that_nobody_kept_is_told(kept: Books) -> None:
    def find(digest: str) -> Any:
        raise UnknownPolicy(digest)

    with pytest.raises(books.CannotBeTold, match="does not have the policy 000000000000…"):
        books.retell(kept.rows(), find)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (update(ORDER).values(status="cancelled"), ["lists find it under status cancelled, it is open"]),
        (update(ORDER).values(policy="x"), [f"lists find it under policy x, it is {POLICY[:59]}…"]),
        (update(ORDER).values(body="{}"), ["its row cannot be read: order_no: Field required"]),
        (delete(TASK).where(TASK.c.kind == "make_plan"), ["its row is missing; its events say it is open"]),
        (delete(TASK).where(TASK.c.kind == "confirm_order"), ["its row is missing; its events say it is completed"]),
        (update(TASK).where(TASK.c.kind == "make_plan").values(department="sales"), [
            "lists find it under department sales, it is production"
        ]),
    ],
)  # fmt: skip
def test_rows_that_tell_otherwise_are_told(kept: Books, damage: Any, says: list[str]) -> None:
    kept.do(damage)
    assert kept.differences() == says


def test_what_contradicts_is_told_apart_from_what_lags(kept: Books) -> None:
    body = kept.rows().tasks[1].body
    kept.do(update(TASK).where(TASK.c.kind == "make_plan").values(body=body.replace("production", "sales")))
    kept.do(insert(TASK).values({**kept.rows().tasks[0]._mapping, "id": "po-1.produce.1"}))
    kept.do(update(ORDER).values(body=kept.rows().order.body.replace('"version":5', '"version":3')))
    rows = kept.rows()
    found = books.differences(rows, books.retell(rows, kept.store.policies.get), NOW)
    assert [(each.task_id, each.what) for each in found if each.contradicts] == [
        ("PO-1.make_plan.1", "department is sales, its events say production"),
        ("po-1.produce.1", "it has a row, and no event ever opened it"),
    ]


# What an order's own word has changed.


def test_an_order_that_goes_on_is_no_finding(kept: Books) -> None:
    before = kept.rows()
    kept.order.complete(kept.order.tasks["PO-1.make_plan.1"], "plan", said("planned"))
    kept.write()
    assert lagging.healed(before, kept.rows()) == ""
    assert lagging.healed(kept.rows(), kept.rows()) == ""


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (update(ORDER).values(risk="late"), "risk late → None"),
        (delete(TASK).where(TASK.c.kind == "make_plan"), "po-1.make_plan.1 was not open"),
        (update(TASK).where(TASK.c.kind == "confirm_order").values(status="open"), "po-1.confirm_order.1 was open"),
        (update(TASK).where(TASK.c.kind == "make_plan").values(due_at=NOW + timedelta(days=9)), "had another due_at"),
        (update(ORDER).values(last_seq=3), "last_seq 3 → 5"),
        (update(ORDER).values(body="nothing"), "version None → 5"),
    ],
)
def test_what_was_otherwise_is_told(kept: Books, damage: Any, says: str) -> None:
    after = kept.rows()
    kept.do(damage)
    assert says in lagging.healed(kept.rows(), after)


def test_an_order_that_was_not_there_is_told(kept: Books) -> None:
    assert lagging.healed(None, kept.rows()) == "the store did not have the order"


# Who could do what is open.


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ([person("paul", Department.PRODUCTION)], None),
        ([person("paul", Department.SALES)], "nobody is left in production"),
        ([person("mo", Department.MANAGEMENT)], "nobody is left in production; management stands in"),
        ([person("paul", Department.PRODUCTION, away={"from": NOW.date(), "to": NOW.date()})], "nobody is left in production"),
    ],
)
def test_a_task_that_nobody_can_do_is_told(kept: Books, people: list[Any], says: str | None) -> None:
    planning = PINNED.tasks[words.Kind.MAKE_PLAN].model_copy(update={"stand_in": Department.MANAGEMENT})
    policy = PINNED.model_copy(update={"tasks": {**PINNED.tasks, words.Kind.MAKE_PLAN: planning}})
    found = list(surroundings.unowned(kept.rows(), Register(people), policy, NOW))
    assert [each.what for each in found] == ([says] if says else [])
    assert all("--department production" in each.todo for each in found)


# Mail that waits.


@pytest.mark.parametrize(
    ("waited", "says"),
    [
        (timedelta(minutes=9, seconds=59), []),
        (timedelta(minutes=10), ["1 notices are still to be told, the first since "]),
        (timedelta(minutes=15), ["2 notices are still to be told, the first since "]),
    ],
)
def test_mail_that_waits_for_long_is_told(kept: Books, waited: timedelta, says: list[str]) -> None:
    for seq, at in enumerate((NOW, NOW + timedelta(minutes=5)), start=1):
        notice = Notice(key=f"PO-1.order_confirmed.{seq}", kind="order_confirmed", to=("customer",), at=at)
        kept.do(insert(OUTBOX).values(row_of("PO-1", notice, seq, at)))
    found = list(surroundings.mail(kept.store, NOW + waited))
    assert [(each.kind, each.order_no, each.what) for each in found] == [
        (Kind.MAIL_WAITS, None, f"{begin}{NOW:%Y-%m-%dT%H:%M:%SZ}") for begin in says
    ]


def test_dead_mail_that_no_order_asked_for_is_told(kept: Books) -> None:
    refuse_one_of_each(kept.store, NOW, "550 nobody")
    found = list(surroundings.mail(kept.store, NOW + 3 * HOUR))
    assert [(each.kind, each.order_no) for each in found] == [(Kind.DEAD_MAIL, None)] * 3
    assert [each.what.partition(" to quality1 (q1@gone.example), given up ")[0] for each in found] == [
        "training",
        "weekly_review weekly-2026-11-20",
        f"digest {NOW.date()}",
    ]
    assert [each.todo.partition("; ")[2] for each in found] == [
        "what runs out stands on the page /training",
        "what it told stands on the page /meetings",
        "the next digest goes there",
    ]
    assert all(each.what.endswith("Z: 550 nobody") for each in found)
    assert list(surroundings.mail(kept.store, NOW + surroundings.RECENTLY + DAY)) == []


# Words.


@pytest.mark.parametrize(("numbers", "says"), [([], ""), ([4], "4"), ([1, 2, 3, 7, 9, 10], "1–3, 7, 9–10")])
def test_numbers_are_told_in_spans(numbers: list[int], says: str) -> None:
    assert books.spans(numbers) == says


def test_every_finding_has_a_heading_and_a_line_in_the_operations_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    assert set(HEADINGS) == set(Kind)
    assert [kind for kind in Kind if f"`{kind}`" not in page] == []
