"""Tells people by mail, beside the order: no step ever waits for it."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from workflows import ids, ports
from workflows.journal import Journal
from workflows.types import events as e
from workflows.types.notices import Bundle, Delivery, Notice, Told
from workflows.types.tasks import Task
from workflows.types.words import NoticeState

ONE_TRY = timedelta(seconds=60)
RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=1))
"""Without end: the mail activity itself buries what is older than a week."""

UNDELIVERABLE = "undeliverable"


class Mailroom:
    """The notices on their way; the state's outbox knows them until each is sent, dead, stale or told by hand."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.under_way: set[asyncio.Task[None]] = set()

    def tell(self, kind: str, /, *to: str, about: Task | None = None, level: int = 0, **data: str) -> None:
        """Requests one notice; it leaves once the store has the event that asks for it."""
        state = self.journal.state
        notice = Notice(
            key=f"{state.facts.order_no}.{kind}.{state.seq + 1}",
            kind=kind,
            to=to,
            at=workflow.now(),
            task_id=about.id if about else None,
            level=level,
            ladder_round=about.ladder_round if about else 0,
            data=data,
        )
        self.journal.record(e.NoticeRequested(notice=notice))

    def send(self, notices: Iterable[Notice]) -> None:
        """Starts telling the notices: one activity for all that one batch of events asks for."""
        bundle = Bundle(order_no=self.journal.state.facts.order_no, notices=tuple(notices))
        if bundle.notices:
            task = asyncio.create_task(self._deliver(bundle))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)

    async def _deliver(self, bundle: Bundle) -> None:
        kinds = {notice.key: notice for notice in bundle.notices}
        for told in (await _send(bundle)).told:
            self.journal.record(e.NoticeSettled(kind=kinds[told.key].kind, told=told))
            self._report_dead(kinds[told.key], told)

    def _report_dead(self, notice: Notice, told: Told) -> None:
        """Who should have known is told that somebody does not; a dead report is not reported again."""
        dead = [name for name, state in told.states.items() if state is NoticeState.DEAD]
        if not dead or notice.kind == UNDELIVERABLE:
            return
        for name in dead:
            to = ("sales",) if name == "customer" else (f"head_of:{name}",)
            self.tell(UNDELIVERABLE, *to, kind=notice.kind, recipient=name)


async def _send(bundle: Bundle) -> Delivery:
    try:
        return await workflow.execute_activity_method(
            ports.Mail.send,
            bundle,
            task_queue=ids.MAIL_QUEUE,
            start_to_close_timeout=ONE_TRY,
            retry_policy=RETRIES,
            summary=", ".join(notice.kind for notice in bundle.notices)[:60],
        )
    except FailureError:
        # Only a defect ends here; the order goes on, and what was not told stays visible in the ledger as queued.
        return Delivery(told=tuple(Told(key=notice.key, states={}) for notice in bundle.notices))
