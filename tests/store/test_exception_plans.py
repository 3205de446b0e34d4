"""The exceptions cost the same whatever goes well: each kind is read off an index that holds little else."""

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import event

from activities import store
from activities.store import SqlJournal, Store
from activities.store.troubles import TroubleFilter
from tests.store.plant import NOW, TellsOfAnOrder, person
from workflows.types.words import UNDER_WAY, Department

SMALL = ("person", "register", "course", "attendance", "anon")
"""What never grows long; the register, with who was taught what, which is read again only when it changes; what was found."""


def steps(db: Store, read: Any) -> list[str]:
    """How SQLite carries out all statements of a read."""
    asked: list[tuple[str, Any]] = []

    def remember(_c: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(db.database.engine, "before_cursor_execute", remember)
    read()
    event.remove(db.database.engine, "before_cursor_execute", remember)
    with db.database.reading() as connection:
        explained = [("EXPLAIN QUERY PLAN " + sql, values) for sql, values in asked if sql.startswith("SELECT")]
        return [str(row[3]) for sql, values in explained for row in connection.exec_driver_sql(sql, values)]


def scans(found: list[str]) -> set[str]:
    return {step for step in found if step.startswith("SCAN") and not step.split()[1].startswith(SMALL)}


def test_nothing_is_looked_through_that_only_grows(tmp_path: Path) -> None:
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    db = Store.open(url)
    for department in Department:
        db.people.put(person(department.value, department))
    found = steps(db, lambda: db.exceptions.read(TroubleFilter(), NOW, date(2026, 11, 20)))
    assert scans(found) == {
        "SCAN task USING INDEX ix_task_troubled",
        "SCAN task USING INDEX ix_task_trained",
        "SCAN notice USING INDEX ix_notice_dead",
    }
    assert found.count("SEARCH customer_order USING INDEX ix_order_threatened (risk=?)") == 2
    one = TroubleFilter(departments=(Department.QUALITY,))
    assert scans(steps(db, lambda: db.exceptions.read(one, NOW, date(2026, 11, 20)))) == scans(found)
    db.close()


def test_plans_are_found_by_their_orders(tmp_path: Path) -> None:
    store.migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    db = Store.open(url)
    SqlJournal(db).flush(TellsOfAnOrder("PO-1").flush())
    found = steps(db, lambda: db.board.read(store.OrderFilter(status=UNDER_WAY, sort="promised"), 50))
    assert scans(found) == set()
    assert "SEARCH task USING INDEX ix_task_order (order_id=?)" in found
    db.close()
