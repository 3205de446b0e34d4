"""Fakes of the ports that the stories run against: a store in memory with the journal's rules, and a mailbox."""

import threading
import time
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ApplicationError
from typing_extensions import override

from activities.store import Outbox, Waiting
from workflows import ids, ports
from workflows.types.commands import OrderStart
from workflows.types.events import Event, NoticeRequested, SaidRef
from workflows.types.flush import Flush, Flushed
from workflows.types.notices import Notice, Told
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import ENDED, NoticeState, TaskStatus


@dataclass
class Shelf:
    """What the store knows of one order."""

    events: list[Event] = field(default_factory=list)
    row: OrderRow | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    chain: str = ""
    confirmed_seq: int = 0


class MemoryJournal(ports.Journal):
    """Writes as the SQL journal does: chain, undone attempts, complete set of open tasks."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        self.lock = threading.Lock()
        self.flushes: list[Flush] = []
        self.is_away = False
        self.takes = 0.0
        """Seconds that a flush takes; what is said meanwhile reaches the order all at once."""
        self.breaks_after_writing = 0
        """How many of the next flushes are written and then fail all the same, as when the worker dies in between."""
        self.refused = 0
        """How many flushes found the store away."""
        self.nobody: set[str] = set()

    @override
    @activity.defn(name="journal.flush", no_thread_cancel_exception=True)
    def flush(self, flush: Flush) -> Flushed:
        time.sleep(self.takes)
        with self.lock:
            if self.is_away:
                self.refused += 1
                raise ApplicationError("the store is away")
            flushed = self._write(flush)
            if self.breaks_after_writing:
                self.breaks_after_writing -= 1
                raise ApplicationError("the store is away")
            return flushed

    def _write(self, flush: Flush) -> Flushed:
        self.flushes.append(flush)
        shelf = self.shelves.setdefault(flush.order.order_id, Shelf())
        if activity.info().is_local and shelf.chain not in (flush.follows, flush.chain):
            raise ApplicationError("overtaken")
        shelf.events = [event for event in shelf.events if event.seq < flush.first_seq] + list(flush.events)
        shelf.tasks = {key: task for key, task in shelf.tasks.items() if task.status is not TaskStatus.OPEN}
        shelf.tasks |= {task.id: task for task in flush.tasks}
        shelf.row, shelf.chain, shelf.confirmed_seq = flush.order, flush.chain, flush.confirmed_seq
        opened = [task.id for task in flush.tasks if task.is_open and task.version >= flush.first_seq]
        return Flushed(chain=flush.chain, nobody=tuple(task for task in opened if task.split(".")[-2] in self.nobody))


class MemoryOutbox(Outbox):
    """What the orders' events ask for and nobody has finished with."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.journal = journal
        self.finished: set[str] = set()
        self.lent: set[str] = set()
        self.reports: list[tuple[str, Notice]] = []

    def waiting(self) -> list[Waiting]:
        with self.journal.lock:
            asked = [each for shelf in self.journal.shelves.values() for each in waiting_of(shelf)]
        asked += [Waiting(order_no, notice, 1, "", is_confirmed=True) for order_no, notice in self.reports]
        return [each for each in asked if each.notice.key not in self.finished]

    @override
    def take(self, most: int, now: datetime, until: datetime) -> list[Waiting]:
        taken = [each for each in self.waiting() if each.notice.key not in self.lent][:most]
        self.lent |= {each.notice.key for each in taken}
        return taken

    @override
    def postpone(self, until: dict[str, datetime]) -> None:
        self.lent -= until.keys()

    @override
    def finish(self, keys: Collection[str], reports: Iterable[tuple[str, Notice]], now: datetime) -> None:
        self.reports += reports
        self.finished |= set(keys)


def waiting_of(shelf: Shelf) -> list[Waiting]:
    assert shelf.row is not None
    order_no, chain = shelf.row.order_no, shelf.chain
    asked = [(event.seq, event.data.notice) for event in shelf.events if isinstance(event.data, NoticeRequested)]
    ended = shelf.row.status in ENDED
    return [
        Waiting(order_no, each, 1, chain, is_confirmed=seq <= shelf.confirmed_seq, order_has_ended=ended) for seq, each in asked
    ]


class MemoryMail:
    """Tells everybody at once, unless a story says that mail is away or an address is dead, or has none at all."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.is_away = False
        self.dead: set[str] = set()
        self.by_hand: set[str] = set()

    def tell(self, waiting: Sequence[Waiting]) -> list[Told]:
        if self.is_away:
            return []
        known = {notice.key for notice in self.notices}
        self.notices += [each.notice for each in waiting if each.notice.key not in known]
        return [self._told(each.notice) for each in waiting]

    def _told(self, notice: Notice) -> Told:
        return Told(key=notice.key, states={name: self._state(name) for name in notice.to})

    def _state(self, name: str) -> NoticeState:
        if name in self.dead:
            return NoticeState.DEAD
        return NoticeState.BY_HAND if name in self.by_hand else NoticeState.SENT

    def kinds(self) -> list[str]:
        return [notice.kind for notice in self.notices]


class FollowUps(ports.Orders):
    """Enters follow-up orders on the same engine."""

    def __init__(self, client: Client, queue: str, journal: MemoryJournal) -> None:
        self.client, self.queue, self.journal = client, queue, journal

    @override
    @activity.defn(name="orders.enter_follow_up")
    async def enter_follow_up(self, start: OrderStart) -> str:
        base = start.facts.follows
        number = next(f"{base}-R{n}" for n in range(1, 100) if ids.order_id(f"{base}-R{n}") not in self.journal.shelves)
        ref = start.ref or SaidRef(id=number, key=number, fingerprint=number)
        facts = start.facts.model_copy(update={"order_no": number})
        handle = await self.client.start_workflow(
            "Order", start.model_copy(update={"facts": facts, "ref": ref}), id=ids.workflow_id(number), task_queue=self.queue
        )
        await handle.execute_update("enter", ref, result_type=int)
        return number


class OpensCases(ports.Cases):
    """Opens cases on the same engine, which all stories share, each call once."""

    def __init__(self, client: Client, queue: str, journal: MemoryJournal) -> None:
        self.client, self.queue, self.journal = client, queue, journal
        self.numbers: dict[str, str] = {}
        self.opened: list[WorkflowHandle[Any, Any]] = []
        """Whoever is done with the story ends them: a case that nobody serves would keep time from being skipped."""

    @override
    @activity.defn(name="cases.open")
    async def open(self, start: OrderStart) -> str:
        assert start.ref is not None
        number = self.numbers.setdefault(start.ref.id, f"imp:{uuid.uuid4().hex[:8]}")
        facts = start.facts.model_copy(update={"order_no": number})
        handle = await self.client.start_workflow(
            "Case", start.model_copy(update={"facts": facts}), id=ids.workflow_id(number), task_queue=self.queue
        )
        self.opened.append(handle)
        await handle.execute_update("enter", start.ref, result_type=int)
        return number


def requested(events: list[Event]) -> list[Notice]:
    """The notices that an order's events ask for."""
    return [event.data.notice for event in events if isinstance(event.data, NoticeRequested)]
