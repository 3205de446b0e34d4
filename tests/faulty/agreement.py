"""What must hold of the real store and the real mail after a story with faults, whatever failed in it."""

from collections import Counter

from tests.faulty.crew import FaultyCrew
from tests.faulty.faults import Fault
from tests.faulty.store import SMTP, WRITE
from tests.stories.world import Shelf
from workflows.types.events import Event, NoticeRequested, NoticeSettled
from workflows.types.words import NoticeState

ENOUGH = 100
"""Calls of a story without any fault: the odds are against it."""


def agree(crew: FaultyCrew) -> None:
    """The workers have gone, so nothing is under way any more."""
    assert crew.faults.injected or sum(crew.faults.calls.values()) < ENOUGH, "no fault was injected"
    for shelf in crew.journal.shelves.values():
        store_has_what_the_order_wrote(crew, shelf)
        everybody_was_told_once(crew, shelf)


def store_has_what_the_order_wrote(crew: FaultyCrew, shelf: Shelf) -> None:
    assert shelf.row is not None
    order_no = shelf.row.order_no
    assert crew.store.orders.every_event(order_no) == shelf.events
    assert crew.store.orders.row(order_no) == shelf.row
    for task_id, task in shelf.tasks.items():
        record = crew.store.tasks.record(task_id)
        assert record is not None and record.task == task


def everybody_was_told_once(crew: FaultyCrew, shelf: Shelf) -> None:
    """One row for each recipient of each notice, and a copy more than one only where an answer was lost."""
    copies = Counter(str(message["Message-ID"]) for message in crew.server.messages)
    settled = {event.data.told.key for event in shelf.events if isinstance(event.data, NoticeSettled)}
    rows = [row for notice in requested(shelf.events) for row in crew.store.ledger.rows(notice)]
    assert len({row.message_id for row in rows}) == len(rows)
    for row in rows:
        if row.notice_key in settled:
            assert row.state is not NoticeState.QUEUED, row
        if row.state is NoticeState.SENT:
            assert copies[row.message_id] >= 1, row
    # The server took it: then the line broke, or the ledger did not learn of it.
    lost = crew.faults.count(SMTP, Fault.AFTER) + crew.faults.count(WRITE, Fault.BEFORE, Fault.SLOW)
    assert sum(copies[row.message_id] - 1 for row in rows if copies[row.message_id]) <= lost


def requested(events: list[Event]) -> list[str]:
    return [event.data.notice.key for event in events if isinstance(event.data, NoticeRequested)]
