"""Stops an order's clocks and lets them run again."""

from datetime import timedelta

from temporalio import workflow

from workflows.desk import Desk
from workflows.journal import Journal
from workflows.rules import dates
from workflows.types import events as e
from workflows.types.commands import HoldOrder, ResumeOrder
from workflows.types.orders import Hold
from workflows.types.slack import Blame
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, Department


class Holds:
    """The hold of one order; what is with the customer goes on meanwhile."""

    def __init__(self, journal: Journal, desk: Desk) -> None:
        self.journal, self.desk = journal, desk
        self.state = journal.state

    def hold(self, said: HoldOrder) -> None:
        until = dates.instant(said.until, self.journal.calendar)
        hold = Hold(reason=said.reason, since=workflow.now(), until=until, by=said.actor.id)
        self.journal.record(e.Held(hold=hold), said.actor, of=Department.SALES, said=said.ref)

    def resume(self, said: ResumeOrder) -> None:
        """The held working time moves the deadlines and the expected completion, not the promise."""
        hold = self.state.hold
        assert hold is not None
        self.journal.record(e.Resumed(reason=said.reason), said.actor, of=Department.SALES, said=said.ref)
        for task in tuple(self.state.tasks.values()):
            self._move(task, hold)
        self._move_completion(hold)

    def _move(self, task: Task, hold: Hold) -> None:
        if task.kind in NOT_HELD:
            return
        since = max(hold.since, task.opened_at)
        held = self.journal.calendar.between(since, workflow.now())
        self.desk.move(task, self.journal.calendar.add(task.due_at, held), "held")

    def _move_completion(self, hold: Hold) -> None:
        """Recorded by itself: the deadline of producing has moved by then."""
        held = self.journal.calendar.between(hold.since, workflow.now())
        expected = self.state.expected_completion
        if expected is not None and held > timedelta(0):
            moved = self.journal.calendar.add(expected, held)
            self.journal.record(e.ExpectedCompletionMoved(expected_completion=moved, reason="held", blame=Blame.HOLD))
