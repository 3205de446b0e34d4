"""Says what people are to be told by mail. The store's outbox carries it from there: no step ever waits for mail."""

from temporalio import workflow

from workflows.journal import Journal
from workflows.types import events as e
from workflows.types.notices import Notice, Told
from workflows.types.tasks import Task


class Mailroom:
    """Asks for notices; of one alone, the shipping notice, the order hears what became of it."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def tell(self, kind: str, /, *to: str, about: Task | None = None, level: int = 0, **data: str) -> None:
        """Requests one notice; it leaves once history has the event that asks for it."""
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

    def note(self, told: Told) -> None:
        """Puts on record that the shipping notice was told, or that it could not be; once, however often it is said."""
        if told.key == self.journal.state.shipping_notice and not self.journal.state.is_closed:
            self.journal.record(e.NoticeSettled(told=told))
