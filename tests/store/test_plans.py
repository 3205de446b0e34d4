"""Pages cost the same at a thousand and at a million orders: each is read off an index that is in its order already."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import event

from activities import store
from activities.store import OrderFilter, Store, TaskFilter
from tests.store.plant import NOW
from workflows.types.words import Department, OrderStatus, Risk, Stage, TaskStatus

SALES, QUALITY = Department.SALES, Department.QUALITY
OF_DEPARTMENT = "ix_task_department (department=? AND status=? AND (due_at,id)>(?,?))"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Store]:
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    opened = Store.open(url)
    yield opened
    opened.close()


def plan(db: Store, read: Callable[[], object]) -> list[str]:
    """How SQLite carries out the last statement of a read."""
    asked: list[tuple[str, object]] = []

    def remember(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(db.database.engine, "before_cursor_execute", remember)
    read()
    event.remove(db.database.engine, "before_cursor_execute", remember)
    statement, parameters = next(pair for pair in reversed(asked) if "LIMIT" in pair[0])
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
        (TaskFilter(assignee=("sal",)), "ix_task_holder (holder=? AND status=? AND (due_at,id)>(?,?))"),
        (TaskFilter(order_no=("PO-1",)), "ix_task_order (order_id=?)"),
    ],
)
def test_lists_of_tasks(db: Store, wanted: TaskFilter, seek: str) -> None:
    steps = tasks(db, wanted)
    assert [step for step in steps if step.startswith(("SEARCH task", "SCAN task"))] == [
        f"SEARCH task USING INDEX {seek}" for step in steps if step.startswith("SEARCH task")
    ]
    assert any(seek in step for step in steps)


@pytest.mark.parametrize(
    ("wanted", "step"),
    [
        (OrderFilter(), "SCAN customer_order USING INDEX ix_order_created"),
        (OrderFilter(sort="promised"), "SCAN customer_order USING INDEX ix_order_due"),
        (OrderFilter(sort="promised", due_before=date(2026, 1, 1)), "SEARCH customer_order USING INDEX ix_order_due (due<?)"),
        (OrderFilter(status=(OrderStatus.OPEN,)), "SEARCH customer_order USING INDEX ix_order_status_created (status=?)"),
        (OrderFilter(stage=(Stage.SHIP,)), "SEARCH customer_order USING INDEX ix_order_status_created (status=?)"),
        (OrderFilter(stage=(Stage.SHIP,), sort="promised"), "SEARCH customer_order USING INDEX ix_order_status_due (status=?)"),
        (OrderFilter(risk=(Risk.LATE,)), "SEARCH customer_order USING INDEX ix_order_risk_created (risk=?)"),
        (OrderFilter(customer=("Acme",)), "SEARCH customer_order USING INDEX ix_order_customer_created (customer=?)"),
        (OrderFilter(q="acme"), "SEARCH customer_order USING INDEX sqlite_autoindex_customer_order_1 (order_id=?)"),
    ],
)
def test_lists_of_orders(db: Store, wanted: OrderFilter, step: str) -> None:
    steps = [one for one in orders(db, wanted) if one.startswith(("SEARCH customer_order", "SCAN customer_order"))]
    assert step in steps
    assert [one for one in steps if one.startswith("SCAN")] in ([], [step])
