"""Asks people, holds their tasks, hands back their answers."""

from collections.abc import Callable, Iterable
from datetime import datetime

from temporalio import workflow

from workflows.journal import Journal
from workflows.mailroom import Mailroom
from workflows.rules import dates, deadlines, opening
from workflows.types import answers
from workflows.types import events as e
from workflows.types.answers import Answer
from workflows.types.commands import SYSTEM_ACTOR, Actor, CompleteTask, ExtendTask
from workflows.types.orders import Amendment
from workflows.types.tasks import Task
from workflows.types.words import STEP_OF, Department, Kind


class OrderWithdrawn(Exception):
    """The order was closed while a step waited for its answer."""


class WayChanged(Exception):
    """The order stands elsewhere than the step that waited: an answer was corrected, or lines were amended."""


class Desk:
    """One question at a time for each kind. Asked again for a task that is open already, it adopts it."""

    def __init__(self, journal: Journal, mailroom: Mailroom) -> None:
        self.journal = journal
        self.state = journal.state
        self.mailroom = mailroom
        self.answers: dict[Kind, Answer] = {}
        """What was answered and no step has taken yet."""
        self.answered_by = SYSTEM_ACTOR
        """Who gave the answer that `ask` returned last."""
        self.mended: str | None = None
        """Why, if that answer corrected an earlier one."""
        self.is_waiting = False
        self.renew: Callable[[], None] = lambda: None
        """Called when a step waits and nothing happens: the place to continue as new."""
        self._givers: dict[Kind, tuple[Actor, str | None]] = {}
        self._way_changed = False

    async def ask(self, kind: Kind, on_opening: Callable[[Task], None] = lambda task: None) -> Answer:
        """Opens a task of this kind unless one is open, and waits for its answer."""
        _, answer = await self.ask_any((kind,), on_opening)
        return answer

    async def ask_any(self, kinds: Iterable[Kind], on_opening: Callable[[Task], None] = lambda task: None) -> tuple[Kind, Answer]:
        """Opens what is not open of these kinds, and waits for the first answer."""
        asked = tuple(kinds)
        for kind in asked:
            if self.state.open_task(kind) is None and kind not in self.answers:
                on_opening(self.open(kind))
        await self._wait(asked)
        kind = next(kind for kind in asked if kind in self.answers)
        self.answered_by, self.mended = self._givers.pop(kind)
        return kind, self.answers.pop(kind)

    async def rest(self, until: datetime) -> None:
        """Nobody is asked before that instant; the clock wakes the case then."""
        await self._sleep(lambda: workflow.now() >= until)

    async def _wait(self, kinds: tuple[Kind, ...]) -> None:
        await self._sleep(lambda: any(kind in self.answers for kind in kinds))

    async def _sleep(self, is_over: Callable[[], bool]) -> None:
        def something_happened() -> bool:
            return is_over() or self.state.is_closed or self._way_changed or self._may_renew()

        while not is_over():
            self.is_waiting = True
            await workflow.wait_condition(something_happened)
            self.is_waiting = False
            if self.state.is_closed:
                raise OrderWithdrawn
            if self._way_changed:
                self._way_changed = False
                raise WayChanged
            if self._may_renew():
                self.renew()

    def _may_renew(self) -> bool:
        return (
            workflow.info().is_continue_as_new_suggested()
            and not self.answers
            and self.journal.is_quiet
            and workflow.all_handlers_finished()
        )

    @property
    def is_idle(self) -> bool:
        """Whether every answer has had its consequences: the step waits for people again."""
        return self.state.is_closed or (self.is_waiting and not self.answers and not self._way_changed)

    def change_way(self) -> None:
        """The step that waits gives up its question; the order goes on from where its state says."""
        self._way_changed = True

    def mend(self, kind: Kind, answer: Answer, by: Actor, reason: str) -> None:
        """Hands the step that asked another answer than it had."""
        self.answers[kind], self._givers[kind] = answer, (by, reason)
        self.change_way()

    def open(self, kind: Kind, department: Department | None = None, amendment: Amendment | None = None) -> Task:
        """Puts a new question before its department, the policy's unless another is named."""
        task = opening.question(kind, self.state, self.journal.calendar, workflow.now(), department, amendment)
        self.journal.record(e.TaskOpened(task=task))
        if self.state.policy.departments[task.department].task_opened:
            self.mailroom.tell("task_opened", "assignee", about=task)
        return task

    def take(self, said: CompleteTask, beside: Callable[[Task, Answer, Actor], None]) -> None:
        """Closes a task with its answer; the step that asked takes it from here, or `beside` when no step did."""
        task = self.state.tasks[said.task_id]
        answer = answers.read(task.kind, said.outcome, said.fields)
        self._close(task, answer, said.outcome, said.actor, said)
        if task.kind not in STEP_OF:
            beside(task, answer, said.actor)

    def extend(self, said: ExtendTask) -> None:
        """Moves a deadline by word of the department's head."""
        task = self.state.tasks[said.task_id]
        due = dates.instant(said.due_at, self.journal.calendar)
        moved = self.moved(task, due, said.reason).model_copy(update={"is_extended": True})
        self.journal.record(moved, said.actor, of=task.department, said=said.ref)

    def end_unanswered(self, task: Task) -> None:
        """Feedback that never came is recorded as no answer (R17)."""
        self._close(task, answers.NoAnswer(), "no_answer", SYSTEM_ACTOR, None)

    def _close(self, task: Task, answer: Answer, outcome: str, by: Actor, said: CompleteTask | None) -> None:
        self.journal.record(
            e.TaskCompleted(
                task_id=task.id,
                outcome=outcome,
                fields=answer.model_dump(mode="json", exclude_unset=True),
                comment=said.comment if said else None,
            ),
            by,
            of=task.department,
            said=said.ref if said else None,
        )
        if task.kind in STEP_OF:
            self.answers[task.kind], self._givers[task.kind] = answer, (by, None)

    def withdraw(self, task: Task | None, reason: str) -> None:
        """Takes a question back, if it is still open."""
        if task is not None:
            self.journal.record(e.TaskCancelled(task_id=task.id, reason=reason))

    def due_of(self, task: Task) -> datetime:
        """When the task is due as things stand now."""
        return deadlines.due_at(task.kind, self.state, task.opened_at, self.journal.calendar)

    def move(self, task: Task, due: datetime, reason: str) -> None:
        """Moves a deadline because something else moved."""
        if due != task.due_at:
            self.journal.record(self.moved(task, due, reason))

    def moved(self, task: Task, due: datetime, reason: str) -> e.DeadlineMoved:
        """What moving a task's deadline means: its ladder starts afresh."""
        state, calendar = self.state, self.journal.calendar
        soon = deadlines.due_soon_at(task.kind, state.policy, task.opened_at, due, calendar)
        return e.DeadlineMoved(task_id=task.id, due_at=due, due_soon_at=soon, reason=reason)
