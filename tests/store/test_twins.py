"""Writers that know the same past and tell different things of what came next: only what history has asked for stays.

Seen when the engine's disk was full: a worker whose workflow task was lost read the history again, found in it the start of
the task that another worker had been given, and ran with the same workflow time on other words.
"""

import dataclasses
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.store import SqlJournal, Store
from tests.store.plant import TellsOfAnOrder, said
from workflows.types.flush import Flush, Flushed
from workflows.types.tasks import Task
from workflows.types.words import Kind


class Writer:
    """A worker that runs the order: `follows` is what its last writing returned."""

    def __init__(self, journal: SqlJournal, tells: TellsOfAnOrder, follows: str = "") -> None:
        self.journal, self.tells, self.follows = journal, tells, follows

    def twin(self) -> "Writer":
        return Writer(self.journal, deepcopy(self.tells), self.follows)

    def on_trust(self, fence: float) -> None:
        """As a local activity of the workflow task that began at `fence`."""
        self._wrote(self._run(self._flush(fence), is_local=True))

    def as_history_asks(self, fence: float, began: float) -> None:
        """As an activity whose attempt began at `began`."""
        self._wrote(self._run(self._flush(fence), is_local=False, began=began))

    def answers(self, task: Task, name: str) -> None:
        self.tells.complete(task, "ready", said(name))

    def _flush(self, fence: float) -> Flush:
        return self.tells.flush(fence).model_copy(update={"follows": self.follows})

    def _run(self, flush: Flush, *, is_local: bool, began: float = 0.0) -> Flushed:
        around = ActivityEnvironment()
        around.info = dataclasses.replace(around.info, is_local=is_local, started_time=datetime.fromtimestamp(began, UTC))
        flushed = around.run(self.journal.flush, flush)
        assert isinstance(flushed, Flushed)
        return flushed

    def _wrote(self, flushed: Flushed) -> None:
        self.follows = flushed.chain
        self.tells.confirm()


@pytest.fixture
def winner(journal: SqlJournal) -> Writer:
    """Of an order with two open tasks, written at 100."""
    writer = Writer(journal, TellsOfAnOrder())
    writer.tells.open(Kind.PRODUCE)
    writer.tells.open(Kind.READY_MATERIALS)
    writer.on_trust(100.0)
    return writer


def both(writer: Writer) -> tuple[Task, Task]:
    produce, materials = writer.tells.tasks.values()
    return produce, materials


def answered(db: Store) -> list[str | None]:
    return [event.task_id for event in db.orders.every_event("PO-1") if event.type == "task_completed"]


def refused(because: str) -> "pytest.RaisesExc[ApplicationError]":
    return pytest.raises(ApplicationError, match=because)


def test_who_goes_on_from_what_it_wrote_is_heard(winner: Writer, db: Store) -> None:
    for fence, task in zip((200.0, 200.0), both(winner), strict=True):
        winner.answers(task, task.id)
        winner.on_trust(fence)
    assert len(answered(db)) == 2


def test_a_twin_that_comes_second_is_refused(winner: Writer, db: Store) -> None:
    produce, materials = both(winner)
    loser = winner.twin()
    winner.answers(produce, "made")
    loser.answers(materials, "there")
    winner.on_trust(200.0)
    with refused("another writer"):
        loser.on_trust(200.0)
    winner.answers(materials, "there")
    winner.on_trust(300.0)
    assert answered(db) == [produce.id, materials.id]


def test_a_twin_that_came_first_is_put_right_by_history(winner: Writer, db: Store) -> None:
    produce, materials = both(winner)
    loser = winner.twin()
    loser.answers(materials, "there")
    loser.on_trust(200.0)
    winner.answers(produce, "made")
    with refused("another writer"):
        winner.on_trust(200.0)
    winner.as_history_asks(200.0, began=201.0)
    assert answered(db) == [produce.id]
    assert db.replies.get("said-there") is None and db.replies.get("said-made")
    # It goes on in its lost task, whose time runs on.
    loser.tells.open(Kind.INSPECT)
    with refused("another writer"):
        loser.on_trust(202.0)
    winner.answers(materials, "there")
    winner.on_trust(300.0)
    assert answered(db) == [produce.id, materials.id]


def test_an_undone_attempt_is_put_right_by_history(winner: Writer, db: Store) -> None:
    produce, materials = both(winner)
    undone = winner.twin()
    undone.answers(materials, "undone")
    undone.on_trust(200.0)
    with refused("another writer"):
        winner.on_trust(250.0)
    winner.as_history_asks(250.0, began=251.0)
    assert answered(db) == []
    winner.answers(produce, "made")
    winner.on_trust(300.0)
    assert answered(db) == [produce.id]


def test_the_same_again_is_no_twin(winner: Writer, db: Store) -> None:
    produce, _ = both(winner)
    again = winner.twin()
    for writer in (winner, again):
        writer.answers(produce, "made")
        writer.on_trust(200.0)
    assert winner.follows == again.follows
    assert answered(db) == [produce.id]


def test_an_attempt_that_was_frozen_takes_nothing_away(winner: Writer, db: Store) -> None:
    """It was given up, another attempt wrote the same, and the order went on."""
    produce, materials = both(winner)
    winner.answers(produce, "made")
    frozen = winner.twin()
    winner.as_history_asks(200.0, began=220.0)
    winner.answers(materials, "there")
    winner.on_trust(300.0)
    with refused("later writer"):
        frozen.as_history_asks(200.0, began=210.0)
    assert answered(db) == [produce.id, materials.id]


def test_a_store_that_lost_the_order_is_put_right_by_history(winner: Writer, db: Store, journal: SqlJournal) -> None:
    elsewhere = Writer(journal, TellsOfAnOrder("PO-2"), winner.follows)
    with refused("another writer"):
        elsewhere.on_trust(200.0)
    elsewhere.as_history_asks(200.0, began=201.0)
    assert db.orders.exists("PO-2")
