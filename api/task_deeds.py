"""What a person may do to a task by speaking to its order: complete it, report on it, move its deadline."""

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar

from typing_extensions import override

from activities.documents import completeness
from activities.store.keys import task_key
from activities.store.records import TaskRecord
from activities.store.register import Person
from api import forms
from api.approvals import check_approver
from api.calls import Call
from api.deeds import Deed, Office, ToOrder, Verdict, day_at
from api.gate import BASE
from api.order_deeds import closed as order_closed
from api.problems import Problem, not_found
from workflows.rules import authority, hearing
from workflows.types import answers
from workflows.types.commands import Actor, CompleteTask, CorrectTask, ExtendTask, ReportProgress, Said
from workflows.types.policy import Policy
from workflows.types.refusals import Fault, Refusal
from workflows.types.tasks import Task
from workflows.types.words import Kind, TaskStatus


class TaskDeed(Deed[TaskRecord]):
    """About one task."""

    action: ClassVar[str]

    def __init__(self, office: Office, task_id: str) -> None:
        self.office = office
        self.task_id = task_id
        self.path = f"{BASE}/tasks/{task_key(task_id)}/{self.action}"

    @override
    def find(self, call: Call) -> TaskRecord:
        record = self.office.store.tasks.record(self.task_id)
        if record is None:
            raise not_found(f"task {self.task_id}")
        return record

    @override
    def actor(self, call: Call, subject: TaskRecord) -> Actor:
        return self.powers(call.person, call.now, subject)

    def powers(self, person: Person, now: datetime, subject: TaskRecord) -> Actor:
        """What a person may do today; when a department has nobody left for the task, others may stand in for it."""
        today = day_at(subject.order.plant_time_zone, now)
        people, task = self.office.store.people, subject.task
        actor = people.actor(person, today)
        if not (task.barred or task.course):
            return actor
        return people.acting(actor, task, self.policy(subject).tasks[task.kind].stand_in, today)

    def policy(self, subject: TaskRecord) -> Policy:
        """The one that the order was entered under, or has adopted since."""
        return self.office.store.policies.get(subject.policy)

    @override
    def check_version(self, call: Call, subject: TaskRecord) -> None:
        call.check_version(subject.version)


class TaskWords(TaskDeed):
    """Words about a task that its order hears."""

    update: ClassVar[str]

    @override
    def read(self, call: Call, actor: Actor, subject: TaskRecord) -> Verdict:
        return ToOrder(subject.order.order_no, self.update, self.words(call, actor, subject.task))

    @abstractmethod
    def words(self, call: Call, actor: Actor, task: Task) -> Said:
        """The command; raises 422."""

    @override
    def hindrance(self, actor: Actor, subject: TaskRecord, verdict: Verdict) -> Refusal | None:
        return closed(subject.task) or held_by_another(actor, subject)


class Complete(TaskWords):
    action = update = "complete"

    @override
    def hindrance(self, actor: Actor, subject: TaskRecord, verdict: Verdict) -> Refusal | None:
        return super().hindrance(actor, subject, verdict) or self._still_missing(subject, verdict)

    def _still_missing(self, subject: TaskRecord, verdict: Verdict) -> Refusal | None:
        """A file is not complete by word alone: what it lacks is put on file, or waived."""
        said = verdict.said if isinstance(verdict, ToOrder) else None
        if not (isinstance(said, CompleteTask) and subject.task.kind is Kind.COMPLETE_FILE and said.outcome == "complete"):
            return None
        case = subject.order.case
        missing = completeness.missing(self.office.store, case.about) if case and case.about else ()
        if not missing:
            return None
        words = f"the file still misses {', '.join(missing)}"
        return Refusal(code="file-incomplete", detail=words, extra={"missing": list(missing)})

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        return authority.may_answer(actor, subject.task)

    @override
    def words(self, call: Call, actor: Actor, task: Task) -> Said:
        form = forms.read(forms.CompleteIn, call.body)
        answer = read_answer(task, form)
        if isinstance(answer, answers.Repromise):
            check_approver(self.office.store, "/fields/approved_by", answer.customer_agreed, answer.approved_by)
        return CompleteTask(
            **call.signed(actor, task.version),
            task_id=task.id,
            outcome=form.outcome,
            # As it was understood: trimmed, and instants in UTC; what was left out stays out.
            fields=answer.model_dump(mode="json", exclude_unset=True),
            comment=form.comment,
        )


class Correct(TaskWords):
    """Mends an answer while nothing that followed from it is completed."""

    action = update = "correct"

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        return authority.may_correct(actor, subject.task)

    @override
    def words(self, call: Call, actor: Actor, task: Task) -> Said:
        form = forms.read(forms.CorrectIn, call.body)
        answer = read_answer(task, form)
        if task.is_open:
            raise Problem.of(hearing.unanswered(task))
        return CorrectTask(
            **call.signed(actor, task.version),
            task_id=task.id,
            outcome=form.outcome,
            fields=answer.model_dump(mode="json", exclude_unset=True),
            reason=form.reason,
        )

    @override
    def hindrance(self, actor: Actor, subject: TaskRecord, verdict: Verdict) -> Refusal | None:
        """A question that was taken back has no answer to mend; whether it is too late the order knows."""
        if subject.task.status is TaskStatus.CANCELLED:
            return closed(subject.task)
        return order_closed(subject.order)


class Progress(TaskWords):
    action = update = "progress"

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        return authority.may_answer(actor, subject.task)

    @override
    def words(self, call: Call, actor: Actor, task: Task) -> Said:
        return ReportProgress(
            **call.signed(actor, task.version),
            task_id=task.id,
            progress=forms.read(forms.ProgressIn, call.body),
        )

    @override
    def hindrance(self, actor: Actor, subject: TaskRecord, verdict: Verdict) -> Refusal | None:
        if subject.task.kind is not Kind.PRODUCE:
            return Refusal(code="not-in-production", detail=f"progress is reported on produce, not on {subject.task.kind}")
        return super().hindrance(actor, subject, verdict)


class Extend(TaskWords):
    action = update = "extend"

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        return authority.may_direct(actor, subject.task)

    @override
    def words(self, call: Call, actor: Actor, task: Task) -> Said:
        form = forms.read(forms.ExtendIn, call.body)
        return ExtendTask(
            **call.signed(actor, task.version),
            task_id=task.id,
            due_at=form.due_at,
            reason=form.reason,
        )

    @override
    def hindrance(self, actor: Actor, subject: TaskRecord, verdict: Verdict) -> Refusal | None:
        return closed(subject.task)


def read_answer(task: Task, form: forms.CompleteIn | forms.CorrectIn) -> answers.Answer:
    """The typed answer; raises the problems `wrong-outcome` and `invalid`."""
    possible = [name for name in answers.OUTCOMES.get(task.kind, {}) if name not in task.withheld]
    if form.outcome not in possible:
        message = f"this {task.kind} is answered by {' or '.join(possible)}"
        raise Problem(422, "wrong-outcome", message, [Fault(pointer="/outcome", message=message)])
    return forms.checked(lambda: answers.read(task.kind, form.outcome, form.fields), below="/fields")


def closed(task: Task) -> Refusal | None:
    """A second answer learns who gave the first; a task that was withdrawn has no answer."""
    if task.is_open:
        return None
    detail = f"{task.id} was {task.status}" + (f" by {task.completed_by}" if task.completed_by else "")
    return Refusal(
        code="task-closed", detail=detail, extra=task.model_dump(mode="json", include={"completed_by", "completed_at"})
    )


def held_by_another(actor: Actor, subject: TaskRecord) -> Refusal | None:
    """Only the department's head may go on with what somebody else holds."""
    if subject.holder is None or subject.holder == actor.id or is_over_others(actor, subject):
        return None
    return held_by(subject.holder)


def held_by(holder: str) -> Refusal:
    return Refusal(code="task-held", detail=f"{holder} holds it", extra={"assignee": holder})


def is_over_others(actor: Actor, subject: TaskRecord) -> bool:
    return subject.task.department in actor.heads
