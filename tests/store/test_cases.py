"""Cases as people read them, on both databases; and their numbers, each given away once, also by a restored store."""

import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from alembic import command
from sqlalchemy import MetaData, create_engine, delete, event, insert, text, update
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import policy_file, store
from activities.cases import Cases
from activities.store import SqlJournal, Store
from activities.store.cases import CaseFilter
from activities.store.database import parse
from activities.store.migrate import config
from activities.store.tables import CASE_NUMBER, ORDER
from tests.store.case_plant import TellsOfACase
from tests.store.conftest import empty
from tests.store.plant import DAY, HOUR, NOW, TellsOfAnOrder, said
from tests.store.test_migrations import put
from tests.stories.engine import start_restless
from workflows import ids
from workflows.case import CaseWorkflow
from workflows.types.cases import CaseFacts
from workflows.types.commands import Actor, OrderStart
from workflows.types.orders import Customer, OrderFacts
from workflows.types.tasks import Task
from workflows.types.words import Department, Kind, OrderStatus, Origin, Stage

COMPLAINT, SUGGESTION, FILE, MEETING = Origin.COMPLAINT, Origin.SUGGESTION, Origin.FILE, Origin.MEETING


def kept(db: Store, case: TellsOfAnOrder) -> None:
    SqlJournal(db).flush(case.flush())
    case.confirm()


def asked(case: TellsOfACase, due_in: Any) -> Task:
    stage = Stage.IMPROVE
    task = Task(
        id=ids.task_id(case.facts.order_no, Kind.FIND_CAUSE, 1),
        kind=Kind.FIND_CAUSE,
        n=1,
        stage=stage,
        department=Department.SALES,
        opened_at=case.at,
        due_at=NOW + due_in,
        due_soon_at=NOW,
    )
    case.tasks[task.id] = task
    return task


# Found.


def test_what_is_about_an_order_is_found_by_its_number_in_any_case(db: Store) -> None:
    for n in range(5):
        kept(db, TellsOfACase(f"imp:{n}", at=NOW + n * HOUR, about="PO-ß7" if n % 2 else "PO-8"))
    kept(db, TellsOfACase("imp:9"))
    assert [case.number for case in db.cases.about("po-SS7", NOW)] == ["imp:3", "imp:1"]
    assert db.cases.about("PO-77", NOW) == []


def test_what_the_release_before_left_out_is_written_with_the_next_event(db: Store) -> None:
    kept(db, case := TellsOfACase("imp:1", about="PO-8"))
    with db.database.writing() as connection:
        connection.execute(update(ORDER).values(about=None, origin=None))
    assert db.cases.about("PO-8", NOW) == []
    case.promise(NOW.date())
    kept(db, case)
    assert [found.number for found in db.cases.about("PO-8", NOW)] == ["imp:1"] and db.cases.open_by_origin() == {COMPLAINT: 1}


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Store]:
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    opened = Store.open(url)
    yield opened
    opened.close()


PLANS: list[tuple[Callable[[Store], object], str]] = [
    (lambda db: db.cases.about("PO-7", NOW), "ix_order_about (about=?)"),
    (lambda db: db.cases.open_by_origin(), "ix_order_case_open"),
    (lambda db: db.cases.pressing((COMPLAINT, SUGGESTION), 9, NOW), "ix_order_case_open (origin=?)"),
    (lambda db: db.cases.page(CaseFilter(status=(OrderStatus.OPEN,), origin=(FILE,)), 9, None, NOW), "ix_order_case"),
]


@pytest.mark.parametrize(("read", "index"), PLANS)
def test_what_is_asked_of_cases_is_found_by_an_index(on_sqlite: Store, read: Callable[[Store], object], index: str) -> None:
    asked: list[tuple[str, Any]] = []
    engine = on_sqlite.database.engine
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    read(on_sqlite)
    statement, given = next(pair for pair in asked if "customer_order" in pair[0])
    with on_sqlite.database.reading() as connection:
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    (step,) = [step for step in steps if step.startswith(("SEARCH customer_order", "SCAN customer_order"))]
    assert step.endswith(f" INDEX {index}")


def test_cases_are_filtered_by_what_they_are(db: Store) -> None:
    kept(db, TellsOfACase("imp:1", SUGGESTION))
    kept(db, TellsOfACase("imp:2", department=Department.SALES))
    kept(db, TellsOfACase("file:PO-1", FILE, about="PO-1", department=Department.SALES))
    for wanted, found in (
        (CaseFilter(origin=(SUGGESTION,)), {"imp:1"}),
        (CaseFilter(origin=(SUGGESTION, FILE)), {"imp:1", "file:PO-1"}),
        (CaseFilter(department=(Department.SALES,)), {"imp:2", "file:PO-1"}),
        (CaseFilter(department=(Department.SALES,), about="po-1"), {"file:PO-1"}),
        (CaseFilter(status=(OrderStatus.COMPLETED,)), set()),
    ):
        assert {case.number for case in db.cases.page(wanted, 9, None, NOW).items} == found, wanted


def test_what_is_open_is_counted_by_its_origin_however_many(db: Store) -> None:
    for n in range(220):
        kept(db, TellsOfACase(f"file:PO-{n}", FILE, about=f"PO-{n}"))
    done = TellsOfACase("imp:2")
    done.change(status=OrderStatus.COMPLETED, stage=Stage.CLOSED)
    for case in (TellsOfACase("imp:1", SUGGESTION), done):
        kept(db, case)
    assert db.cases.open_by_origin() == {SUGGESTION: 1, FILE: 220}


def test_what_is_due_first_comes_first_and_what_rests_comes_last(db: Store) -> None:
    rests, later, overdue = (TellsOfACase(f"imp:{n}", at=NOW - n * DAY) for n in (1, 2, 3))
    asked(later, 3 * DAY)
    asked(overdue, -HOUR)
    older = TellsOfACase("imp:4", at=NOW - 9 * DAY)
    for case in (rests, later, overdue, older, TellsOfACase("file:PO-1", FILE), TellsOfACase("imp:5", MEETING)):
        kept(db, case)
    pressing = db.cases.pressing((COMPLAINT, SUGGESTION), 9, NOW)
    assert [case.number for case in pressing] == ["imp:3", "imp:2", "imp:4", "imp:1"]
    assert [case.number for case in db.cases.pressing((COMPLAINT, SUGGESTION), 1, NOW)] == ["imp:3"]
    assert pressing[0].open_tasks[0].lateness == "overdue"


def test_a_store_from_before_knows_what_its_cases_are_about(empty_url: str) -> None:
    engine = create_engine(parse(empty_url))
    body = {"case": {"origin": "complaint", "text": "burrs", "about": "PO-ß7"}}
    with engine.begin() as connection:
        command.upgrade(config(connection), "0019")
        before = MetaData()
        before.reflect(connection)
        put(connection, before, "customer_order", order_id="imp:1", order_no="imp:1", is_case=True, body=json.dumps(body))
        put(connection, before, "customer_order", order_id="imp:2", is_case=True, body='{"case": {"origin": "suggestion"}}')
        put(connection, before, "customer_order", order_id="po-1", order_no="PO-1", body='{"case": null}')
    store.migrate(empty_url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT order_id, about, origin FROM customer_order ORDER BY order_id"))
        assert list(map(tuple, rows)) == [
            ("imp:1", "po-ss7", "complaint"),
            ("imp:2", None, "suggestion"),
            ("po-1", None, None),
        ]
    engine.dispose()


# Numbered.


def test_a_call_gets_its_number_again_and_a_restored_store_gives_no_number_twice(db: Store) -> None:
    mine, yours = said("mine"), said("yours")
    first, second, again = [db.cases.number(each.id) for each in (mine, yours, mine)]
    assert first == again != second
    kept(db, TellsOfACase(first, ref=mine))
    kept(db, TellsOfACase(second, ref=yours))
    forget_numbers(db, first)
    new = [db.cases.number(said(each).id) for each in ("new", "newer", "new")]
    assert new[0] == new[2] != new[1] and not {first, second} & set(new)


def test_whoever_opened_a_case_finds_it_by_its_number_also_once_it_is_there(db: Store) -> None:
    number = db.cases.number(said("mine").id)
    kept(db, TellsOfACase(number, ref=said("mine")))
    assert db.cases.number(said("mine").id) == number


def test_a_number_that_is_another_s_is_passed_over_once(db: Store) -> None:
    first = db.cases.number("mine")
    for _ in range(2):
        db.cases.pass_over("mine", first)
    second = db.cases.number("mine")
    assert second != first and db.cases.number("mine") == second
    db.cases.pass_over("mine", first)
    assert db.cases.number("mine") == second and db.cases.number("yours") not in (first, second)


def forget_numbers(db: Store, first: str) -> None:
    """As a backup from before them does: they are drawn again."""
    with db.database.writing() as connection:
        connection.execute(delete(CASE_NUMBER))
        if not db.database.is_sqlite:
            n = int(first.removeprefix("imp:"))
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('case_number', 'n'), {n}, false)"))


# Opened.


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine() -> AsyncIterator[WorkflowEnvironment]:
    """A real server, with whatever the tests before have left there: the other one cannot tell whose a number is."""
    started = await start_restless()
    yield started
    await started.shutdown()


@pytest_asyncio.fixture(loop_scope="session")
async def cases(db: Store, engine: WorkflowEnvironment) -> AsyncIterator[Cases]:
    with ThreadPoolExecutor(4) as pool:
        orders = Worker(
            engine.client,
            task_queue=ids.ORDERS_QUEUE,
            workflows=[CaseWorkflow],
            activities=[SqlJournal(db).flush],
            activity_executor=pool,
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        async with orders:
            yield Cases(engine.client, db)


@pytest.fixture
def key() -> str:
    """Of the calls of one test."""
    return uuid.uuid4().hex


def complaint(key: str) -> OrderStart:
    policy = policy_file.default()
    case = CaseFacts(origin=COMPLAINT, text=f"burrs, says {key}", department=Department.SALES)
    facts = OrderFacts(
        order_no="", customer=Customer(name="聯宏精密"), lines=(), requested_date=NOW.date(), owner="anna", case=case
    )
    return OrderStart(facts=facts, entered_by=Actor(id="anna"), policy=policy, digest="0" * 64, ref=said(key))


def told(db: Store, number: str) -> str:
    case = db.cases.get(number, NOW)
    return case.text if case else ""


async def test_a_complaint_after_a_restore_is_never_taken_for_somebody_else_s(db: Store, cases: Cases, key: str) -> None:
    first, second = [await cases.open(complaint(key + each)) for each in "ab"]
    assert (told(db, first), told(db, second)) == (f"burrs, says {key}a", f"burrs, says {key}b")
    forget_numbers(db, first)
    third = await cases.open(complaint(key + "c"))
    assert third not in (first, second) and told(db, third) == f"burrs, says {key}c"
    # The engine alone knows them.
    empty(db.database)
    forget_numbers(db, first)
    fourth = await cases.open(complaint(key + "d"))
    assert fourth not in (first, second, third) and told(db, fourth) == f"burrs, says {key}d"
    assert await cases.open(complaint(key + "d")) == fourth, "tried again it is the same"


async def test_the_same_call_finds_its_case_though_the_store_has_lost_it(db: Store, cases: Cases, key: str) -> None:
    first = await cases.open(complaint(key))
    empty(db.database)
    forget_numbers(db, first)
    with db.database.writing() as connection:
        connection.execute(insert(CASE_NUMBER), {"n": int(first.removeprefix("imp:")), "said_id": said(key).id})
    assert await cases.open(complaint(key)) == first


async def test_an_order_s_file_is_asked_for_once_whoever_asks(db: Store, cases: Cases, key: str) -> None:
    number = ids.order_file(key)
    for each in "ab":
        start = complaint(key + each)
        start = start.model_copy(update={"facts": start.facts.model_copy(update={"order_no": number})})
        assert await cases.open(start) == number
        empty(db.database)
