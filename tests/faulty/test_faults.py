"""The faults themselves: decided by the seed, and what they say of the call is true."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from activities.store import StoreAway, migrate
from activities.store.tables import POLICY_TEXT
from tests.faulty.faults import Fault, Faults, Injected, Odds, table
from tests.faulty.store import READ, WRITE, FaultyDatabase

NEVER = Odds(before=0, after=0, slow=0)


def ends(faults: Faults, times: int) -> tuple[list[str], int]:
    """How that many calls ended, and how many of them were done."""
    found, done = [], 0
    for _ in range(times):
        try:
            with faults.around("call"):
                done += 1
            found.append("well")
        except Injected as error:
            found.append("undone" if "was not done" in str(error) else "done")
    return found, done


def test_a_seed_decides_and_another_decides_otherwise() -> None:
    odds = {"call": Odds(before=30, after=30, slow=0)}
    first, again, other = (ends(Faults(seed, "story", odds), 200)[0] for seed in (1, 1, 2))
    assert first == again != other
    assert set(first) == {"well", "undone", "done"}
    assert ends(Faults(1, "another story", odds), 200)[0] != first


def test_what_is_said_to_be_undone_is_undone_and_the_rest_is_done() -> None:
    faults = Faults(1, "story", {"call": Odds(before=30, after=30, slow=0)})
    found, done = ends(faults, 200)
    assert done == 200 - found.count("undone")
    assert (faults.count("call", Fault.BEFORE), faults.count("call", Fault.AFTER)) == (found.count("undone"), found.count("done"))
    assert faults.calls == Counter({"call": 200})
    faults.stop()
    assert set(ends(faults, 50)[0]) == {"well"}
    assert table([faults, faults])[1].split() == ["call", "500", *(str(2 * faults.count("call", fault)) for fault in Fault)]


@pytest.mark.parametrize(("odds", "rows"), [(Odds(100, 0, 0), 0), (Odds(0, 100, 0), 1)])
def test_a_transaction_that_fails_after_it_was_done_is_committed(tmp_path: Path, odds: Odds, rows: int) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    faults = Faults(1, "story", {WRITE: odds, READ: NEVER})
    database = FaultyDatabase(url, faults)
    row = {"text": "t", "by": "admin", "at": datetime.now(UTC), "digest": None}
    with pytest.raises(StoreAway), database.writing() as connection:
        connection.execute(insert(POLICY_TEXT), row)
    with database.reading() as connection:
        assert len(connection.execute(select(POLICY_TEXT)).all()) == rows
    database.close()
