"""Pages cost the same at a thousand and at a million orders: each is read off an index that is in its order already."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import NoResultFound

from activities import store
from activities.store import OrderFilter, Store, TaskFilter
from activities.store.figure_sums import Choice
from tests.store.plant import NOW
from workflows.types.words import Department, Kind, OrderStatus, Risk, Stage, TaskStatus

SALES, QUALITY = Department.SALES, Department.QUALITY
OF_DEPARTMENT = "ix_task_department (department=? AND status=? AND (due_at,id)>(?,?))"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Store]:
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    opened = Store.open(url)
    yield opened
    opened.close()


def plan(db: Store, read: Callable[[], object], told_by: str = "LIMIT") -> list[str]:
    """How SQLite carries out the last statement of a read that says this."""
    asked: list[tuple[str, object]] = []

    def remember(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(db.database.engine, "before_cursor_execute", remember)
    read()
    event.remove(db.database.engine, "before_cursor_execute", remember)
    statement, parameters = next(pair for pair in reversed(asked) if told_by in pair[0])
    with db.database.reading() as connection:
        return [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)]  # type: ignore[arg-type]


def tasks(db: Store, wanted: TaskFilter) -> list[str]:
    cursor = "WyJ0YXNrcyIsIjIwMjYtMDEtMDFUMDA6MDA6MDArMDA6MDAiLCJ4Il0"
    return plan(db, lambda: db.tasks.page(wanted, 50, cursor, NOW))


def orders(db: Store, wanted: OrderFilter) -> list[str]:
    return plan(db, lambda: db.orders.page(wanted, 50, None, NOW))


@pytest.mark.parametrize(
    ("wanted", "seek"),
    [
        (TaskFilter(departments=(SALES,), status=(TaskStatus.OPEN,)), OF_DEPARTMENT),
        (TaskFilter(departments=(SALES, QUALITY), status=(TaskStatus.OPEN,), hide_snoozed_for="sal"), OF_DEPARTMENT),
        (TaskFilter(departments=(SALES,)), OF_DEPARTMENT),
        (TaskFilter(assignee=("sal",), kind=(Kind.PRODUCE,)), "ix_task_holder (holder=? AND status=? AND (due_at,id)>(?,?))"),
        (TaskFilter(order_no=("PO-1",)), "ix_task_order (order_id=?)"),
    ],
)
def test_lists_of_tasks(db: Store, wanted: TaskFilter, seek: str) -> None:
    steps = tasks(db, wanted)
    assert [step for step in steps if step.startswith(("SEARCH task", "SCAN task"))] == [
        f"SEARCH task USING INDEX {seek}" for step in steps if step.startswith("SEARCH task")
    ]
    assert any(seek in step for step in steps)


CLOSED_KIND = "ix_task_closed_kind (kind=? AND department=? AND status=? AND (due_at,id)>(?,?))"


def test_a_kind_that_may_be_rare_is_looked_up_among_what_is_done(db: Store) -> None:
    found = tasks(db, TaskFilter(departments=(SALES,), kind=(Kind.DECIDE_AMENDMENT,)))
    searches = [step.removeprefix("SEARCH task USING INDEX ") for step in found if step.startswith(("SEARCH task", "SCAN task"))]
    assert searches == [OF_DEPARTMENT, CLOSED_KIND, CLOSED_KIND]


DUE = date(2026, 1, 1)
WALKS = [
    (OrderFilter(), "SCAN customer_order USING INDEX ix_order_created"),
    (OrderFilter(sort="promised"), "SCAN customer_order USING INDEX ix_order_due"),
    (OrderFilter(sort="promised", due_before=DUE), "SEARCH customer_order USING INDEX ix_order_due (due<?)"),
    (OrderFilter(due_before=DUE), "SEARCH customer_order USING INDEX ix_order_created (created_at<?)"),
    (OrderFilter(status=(OrderStatus.OPEN,)), "SEARCH customer_order USING INDEX ix_order_status_created (status=?)"),
    (OrderFilter(stage=(Stage.SHIP,)), "SEARCH customer_order USING INDEX ix_order_status_created (status=?)"),
    (OrderFilter(stage=(Stage.CLOSED,), sort="order_no"), "SEARCH customer_order USING INDEX ix_order_status_id (status=?)"),
    (OrderFilter(stage=(Stage.SHIP,), sort="promised"), "SEARCH customer_order USING INDEX ix_order_status_due (status=?)"),
    (OrderFilter(risk=(Risk.LATE,)), "SEARCH customer_order USING INDEX ix_order_risk_created (risk=?)"),
    (OrderFilter(customer=("Acme",)), "SEARCH customer_order USING INDEX ix_order_customer_created (customer=?)"),
    (OrderFilter(customer=("Acme",), sort="order_no"), "SEARCH customer_order USING INDEX ix_order_customer_id (customer=?)"),
    (
        OrderFilter(customer=("Acme",), due_before=DUE, sort="promised"),
        "SEARCH customer_order USING INDEX ix_order_customer_due (customer=? AND due<?)",
    ),
]
"""What is read in the order that is asked, from where the page begins; no more of it than a page where nothing else is asked."""


@pytest.mark.parametrize(("wanted", "step"), WALKS)
def test_lists_of_orders_are_walked(db: Store, wanted: OrderFilter, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.store.order_lists.FEW", -1)
    monkeypatch.setattr("activities.store.order_lists.MANY", -1)
    assert set(steps_of(db, wanted)) == {step}


@pytest.mark.parametrize(
    ("wanted", "step"),
    [
        (OrderFilter(risk=(Risk.LATE,), sort="promised"), "ix_order_risk_created (risk=?)"),
        (OrderFilter(customer=("Acme",), sort="order_no"), "ix_order_customer_"),
        (OrderFilter(customer=("Acme",), risk=(Risk.LATE,), stage=(Stage.SHIP,)), "ix_order_customer_"),
        (OrderFilter(due_before=DUE, sort="order_no"), "ix_order_due (due<?)"),
        (OrderFilter(q="acme"), "sqlite_autoindex_customer_order_1 (order_id=?)"),
        (OrderFilter(q="acme", risk=(Risk.LATE,), sort="promised"), "ix_order_risk_created (risk=?)"),
    ],
)
def test_the_rarest_of_what_is_asked_is_fetched_where_it_is_little(db: Store, wanted: OrderFilter, step: str) -> None:
    assert all(f"SEARCH customer_order USING INDEX {step}" in one for one in steps_of(db, wanted))


def test_numbers_and_customers_of_a_prefix_are_sorted_by_indexes_alone(db: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.store.order_lists.FEW", -1)
    monkeypatch.setattr("activities.store.order_lists.Look.walked_a_while", lambda _: None)
    found = [step for step in orders(db, OrderFilter(q="acme")) if "customer_order" in step or "order_line" in step]
    assert [step.split(" (")[0] for step in found] == [
        "SEARCH customer_order USING INDEX sqlite_autoindex_customer_order_1",  # the page itself
        "SEARCH customer_order USING COVERING INDEX ix_order_id_created",
        "SEARCH customer_order USING COVERING INDEX ix_order_customer_key",
        "SEARCH order_line USING COVERING INDEX ix_line_product",
        "SEARCH customer_order USING INDEX sqlite_autoindex_customer_order_1",  # when those of a product were entered
    ]


def test_what_filters_have_in_common_is_found_by_indexes_alone(db: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.store.order_lists.FEW", -1)
    monkeypatch.setattr("activities.store.order_lists.Look.walked_a_while", lambda _: None)
    wanted = OrderFilter(q="acme", risk=(Risk.LATE,), sort="promised")
    found = [step for step in orders(db, wanted) if "customer_order" in step or "order_line" in step]
    assert [step.split(" (")[0] for step in found] == [
        "SEARCH customer_order USING INDEX sqlite_autoindex_customer_order_1",  # those that are common to all
        "SEARCH customer_order USING COVERING INDEX ix_order_risk_created",
        "SEARCH customer_order USING COVERING INDEX sqlite_autoindex_customer_order_1",
        "SEARCH customer_order USING COVERING INDEX ix_order_customer_key",
        "SEARCH order_line USING COVERING INDEX ix_line_product",
    ]


def steps_of(db: Store, wanted: OrderFilter) -> list[str]:
    """How the orders themselves are found, whatever is looked up beside them."""
    return [step for step in orders(db, wanted) if step.startswith(("SEARCH customer_order USING INDEX", "SCAN customer_order"))]


BY_VALUE = "SEARCH figure_fact USING COVERING INDEX ix_figure_fact_value (measure=? AND bucket=? AND value>?)"


@pytest.mark.parametrize("within", [{}, {"customer": "Acme"}, {"product": "JQ-1"}])
def test_medians_are_counted_out_in_the_index_alone(db: Store, within: dict[str, str]) -> None:
    choice = Choice(date(2016, 1, 1), DUE, NOW, **within)

    def median() -> None:
        with db.figure_sums.reading() as sums, pytest.raises(NoResultFound):
            sums.ranked("cycle", 7, 3, choice)

    found = plan(db, median)
    assert found[0] == BY_VALUE
    assert not any("TEMP B-TREE" in step for step in found)


OVERDUE = "SEARCH figure_fact USING COVERING INDEX ix_figure_fact_overdue (measure=? AND expires<?)"


@pytest.mark.parametrize("within", [{}, {"customer": "Acme"}, {"product": "JQ-1"}])
def test_of_open_facts_only_those_whose_time_is_over_are_read(db: Store, within: dict[str, str]) -> None:
    choice = Choice(date(2016, 1, 1), DUE, NOW, **within)

    def overdue() -> None:
        with db.figure_sums.reading() as sums:
            assert sums.overdue(["due.requested", "task"], choice) == []

    assert plan(db, overdue, "FROM figure_fact")[0] == OVERDUE
