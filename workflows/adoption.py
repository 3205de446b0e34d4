"""Puts an order under another version of the policy, and says beforehand what that would move (R23)."""

from datetime import datetime

from temporalio import workflow

from workflows.desk import Desk
from workflows.journal import Journal
from workflows.rules import deadlines, escalation
from workflows.rules.calendar import Calendar
from workflows.types import events as e
from workflows.types.base import Message
from workflows.types.commands import AdoptPolicy
from workflows.types.policy import Policy
from workflows.types.state import OrderState
from workflows.types.tasks import Task

CARRIED_OVER = "ladders-carried-over"
"""Orders that adopted a policy before kept the numbers of the rungs of the one before it."""


class MovedDeadline(Message):
    """One deadline that a policy would move."""

    task_id: str
    due_at: datetime
    would_be: datetime


class Adoption:
    """The policy that governs one order."""

    def __init__(self, journal: Journal, desk: Desk) -> None:
        self.journal, self.desk = journal, desk
        self.state = journal.state

    def adopt(self, said: AdoptPolicy) -> None:
        """From here on the new policy counts; deadlines that it sets otherwise move."""
        moved = self.preview(said.policy)
        self.journal.policies[said.digest] = said.policy
        governed, calendar = self._governed(said.policy), Calendar.of(said.policy.plant)
        ladders = self._ladders(said.policy, calendar)
        adopted = e.PolicyAdopted(
            policy=said.digest,
            version=said.policy.version,
            latest_finish=deadlines.latest_finishes(governed, calendar),
            ladders=ladders if ladders and workflow.patched(CARRIED_OVER) else {},
        )
        self.journal.record(adopted, said.actor, said=said.ref)
        for each in moved:
            self.desk.move(self.state.tasks[each.task_id], each.would_be, f"policy {said.policy.version}")

    def _ladders(self, policy: Policy, calendar: Calendar) -> dict[str, e.OnLadder]:
        """Where the open tasks stand on the new ladders, if otherwise: no rung is told twice, and none is left out."""
        found = {}
        for task in self.state.tasks.values():
            level = escalation.level_under(policy, task, self.state.policy, calendar)
            soon = deadlines.due_soon_at(task.kind, policy, task.opened_at, task.due_at, calendar)
            if (level, soon) != (task.escalation_level, task.due_soon_at):
                found[task.id] = e.OnLadder(level=level, due_soon_at=soon)
        return found

    def preview(self, policy: Policy) -> list[MovedDeadline]:
        """Only what the two policies set differently: an extended deadline stays where its head put it."""
        tasks = [task for task in self.state.tasks.values() if not task.is_extended]
        return [
            MovedDeadline(task_id=task.id, due_at=task.due_at, would_be=would_be)
            for task in tasks
            if (would_be := self._due(task, policy)) != self._due(task, self.state.policy)
        ]

    def _due(self, task: Task, policy: Policy) -> datetime:
        return deadlines.due_at(task.kind, self._governed(policy), task.opened_at, Calendar.of(policy.plant))

    def _governed(self, policy: Policy) -> OrderState:
        return self.state.model_copy(update={"policy": policy})
