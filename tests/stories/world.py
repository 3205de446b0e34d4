"""Fakes of the ports that the stories run against: a store in memory with the journal's rules, and a mailbox."""

import threading
from dataclasses import dataclass, field
from typing_extensions import override

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from workflows import ids, ports
from workflows.types.commands import OrderStart
from workflows.types.events import Event
from workflows.types.flush import Flush, Flushed
from workflows.types.notices import Bundle, Delivery, Notice, Told
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import NoticeState, TaskStatus


@dataclass
class Shelf:
    """What the store knows of one order."""

    events: list[Event] = field(default_factory=list)
    row: OrderRow | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    fence: float = 0


class MemoryJournal(ports.Journal):
    """Writes as the SQL journal does: fence, undone attempts, complete set of open tasks."""

    def __init__(self) -> None:
        self.shelves: dict[str, Shelf] = {}
        self.lock = threading.Lock()
        self.flushes: list[Flush] = []
        self.is_away = False
        self.nobody: set[str] = set()

    @override
    @activity.defn(name="journal.flush", no_thread_cancel_exception=True)
    def flush(self, flush: Flush) -> Flushed:
        if self.is_away:
            raise ApplicationError("the store is away")
        with self.lock:
            return self._write(flush)

    def _write(self, flush: Flush) -> Flushed:
        self.flushes.append(flush)
        shelf = self.shelves.setdefault(flush.order.order_id, Shelf())
        if shelf.fence > flush.fence:
            return Flushed()
        shelf.events = [event for event in shelf.events if event.seq < flush.first_seq] + list(flush.events)
        shelf.tasks = {key: task for key, task in shelf.tasks.items() if task.status is not TaskStatus.OPEN}
        shelf.tasks |= {task.id: task for task in flush.tasks}
        shelf.row, shelf.fence = flush.order, flush.fence
        opened = [task.id for task in flush.tasks if task.is_open and task.version >= flush.first_seq]
        return Flushed(nobody=tuple(task for task in opened if task.split(".")[-2] in self.nobody))


class MemoryMail(ports.Mail):
    """Tells everybody at once, unless a story says that mail is away or somebody's address is dead."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.is_away = False
        self.dead: set[str] = set()

    @override
    @activity.defn(name="mail.send")
    def send(self, bundle: Bundle) -> Delivery:
        if self.is_away:
            raise ApplicationError("mail is away")
        self.notices += bundle.notices
        return Delivery(told=tuple(self._told(notice) for notice in bundle.notices))

    def _told(self, notice: Notice) -> Told:
        states = {name: NoticeState.DEAD if name in self.dead else NoticeState.SENT for name in notice.to}
        return Told(key=notice.key, states=states)

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
        facts = start.facts.model_copy(update={"order_no": number})
        await self.client.start_workflow(
            "Order", start.model_copy(update={"facts": facts}), id=ids.workflow_id(number), task_queue=self.queue
        )
        return number
