"""Statements said to the driver itself say and hear the same as SQLAlchemy's, and break in the same way."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, text

from activities.store import Store
from activities.store.away import StoreAway
from activities.store.hot import Hot
from activities.store.tables import POLICY, TASK, TOKEN

AT = datetime(2026, 11, 22, 8, 30, 15, 123456, UTC)
ADD = Hot(insert(POLICY))
FOUND = select(POLICY).where(POLICY.c.digest >= bindparam("least")).order_by(POLICY.c.digest)
BY_DIGEST = Hot(FOUND)


def rows(*digests: str) -> list[dict[str, Any]]:
    return [{"digest": digest, "body": "聯宏 %s 'x'", "kept_at": AT} for digest in digests]


@pytest.mark.parametrize("digests", [("a",), ("a", "b", "c")])
def test_what_is_written_is_read_alike_by_both(db: Store, digests: tuple[str, ...]) -> None:
    with db.database.writing() as connection:
        ADD.run(connection, *rows(*digests))
    with db.database.reading() as connection:
        found = BY_DIGEST.all(connection, {"least": "a"})
        assert [row._asdict() for row in found] == [row._asdict() for row in connection.execute(FOUND, {"least": "a"})]
        assert [row.digest for row in found] == list(digests)
        assert BY_DIGEST.first(connection, {"least": "z"}) is None


def test_it_is_part_of_its_transaction(db: Store) -> None:
    def written_in_vain() -> None:
        with db.database.writing() as connection:
            assert ADD.run(connection, *rows("a")) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        written_in_vain()
    with db.database.reading() as connection:
        assert BY_DIGEST.all(connection, {"least": ""}) == []


def test_a_store_without_its_tables_is_away(db: Store) -> None:
    def looked_for_in_vain() -> None:
        with db.database.writing() as connection:
            connection.execute(text("DROP TABLE policy"))
            BY_DIGEST.all(connection, {"least": ""})

    with pytest.raises(StoreAway):
        looked_for_in_vain()


def test_what_only_sqlalchemy_does_is_refused(db: Store) -> None:
    of_many = Hot(select(TASK).where(TASK.c.id.in_(bindparam("ids", expanding=True))))
    of_itself = Hot(insert(TOKEN))
    with db.database.reading() as connection:
        with pytest.raises(NotImplementedError):
            of_many.all(connection, {"ids": ["a"]})
        with pytest.raises(NotImplementedError):
            of_itself.run(connection, {"digest": "d", "person": "p", "created_at": AT})
