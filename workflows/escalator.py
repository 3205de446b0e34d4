"""What time brings: rungs of the ladder, silence, feedback that never comes, a hold that has ended (contract §3)."""

from temporalio import workflow

from workflows.clock import hold_told_next, ticking
from workflows.desk import Desk
from workflows.journal import Journal
from workflows.mailroom import Mailroom
from workflows.rules import escalation, judgement, silence
from workflows.types import events as e
from workflows.types.tasks import Task


class Escalator:
    """Looks at every open task when the clock rings."""

    def __init__(self, journal: Journal, desk: Desk, mailroom: Mailroom) -> None:
        self.journal, self.desk, self.mailroom = journal, desk, mailroom
        self.state = journal.state

    def ring(self) -> None:
        """Tells what has come due; what only drifted (risk) is reviewed with every writing."""
        self.journal.nudge()
        for task in ticking(self.state):
            self._climb(task)
            self._tell_silence(task)
            self._end(task)
        self._tell_hold_end()

    def _climb(self, task: Task) -> None:
        """After an outage only the highest rung is told; those below are on record as superseded."""
        now = workflow.now()
        due = escalation.reached(task, self.state.policy, self.journal.calendar, now)
        if not due:
            return
        top, superseded = due[-1], tuple(step.rung.name for step in due[:-1])
        self.journal.record(e.RungReached(task_id=task.id, rung=top.rung.name, level=top.level, superseded=superseded))
        self.mailroom.tell(top.rung.name, *top.rung.to, about=task, level=top.level)

    def _tell_silence(self, task: Task) -> None:
        """The head of production hears once that nothing was reported; the next report arms it again (R10)."""
        at = silence.told_at(task, self.state, self.journal.calendar)
        if at is None or at > workflow.now():
            return
        since = silence.since(task)
        self.journal.record(e.SilenceNoticed(task_id=task.id, since=since))
        self.mailroom.tell("silent", "head", about=task, since=judgement.written(since))

    def _end(self, task: Task) -> None:
        ends = escalation.ends_at(task, self.state.policy, self.journal.calendar)
        if ends is not None and ends <= workflow.now():
            self.desk.end_unanswered(task)

    def _tell_hold_end(self) -> None:
        """At the hold's end and each working day after it; after an outage once."""
        if self.state.hold is None:
            return
        due = None
        while (at := hold_told_next(self.state, self.journal.calendar)) <= workflow.now() and at != due:
            due = at
            self.journal.record(e.HoldEndTold(told_at=at))
        if due is not None:
            self.mailroom.tell("hold_ended", "sales", "management", reason=self.state.hold.reason)
