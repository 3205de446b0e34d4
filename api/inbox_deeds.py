"""What a person may do with a task on their desk: claim it, give it back, hand it over, hide it. No order hears of it."""

from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime

from typing_extensions import override

from activities.store.inbox import Closed, Held, Inbox, Stale, UnknownTask
from activities.store.records import TaskRecord
from activities.store.replies import Reply
from api import forms
from api.calls import Call
from api.deeds import ToInbox, Verdict
from api.problems import Problem, invalid, not_found
from api.task_deeds import TaskDeed, closed, held_by, is_over_others
from workflows.rules import authority, dates
from workflows.rules.calendar import Calendar
from workflows.types.commands import Actor
from workflows.types.refusals import Fault, Refusal

Act = Callable[[Inbox], Reply]


class InboxDeed(TaskDeed):
    """Judged here, and again in the inbox's transaction, which alone knows what others did meanwhile."""

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        return authority.may_answer(actor, subject.task)

    @override
    def read(self, call: Call, actor: Actor, subject: TaskRecord) -> Verdict:
        act = self.act(call, actor, subject)
        return ToInbox(lambda: self._do(act))

    @abstractmethod
    def act(self, call: Call, actor: Actor, subject: TaskRecord) -> Act:
        """What to do in the inbox; raises 422."""

    @override
    def hindrance(self, actor: Actor, subject: TaskRecord, verdict: Verdict) -> Refusal | None:
        return closed(subject.task)

    def _do(self, act: Act) -> Reply:
        try:
            return act(self.office.store.inbox)
        except UnknownTask:
            raise not_found(f"task {self.task_id}") from None
        except Stale:
            raise Problem(412, "stale", "it has changed since you read it") from None
        except Held as error:
            raise Problem.of(held_by(error.holder)) from None
        except Closed as error:
            extra = {"completed_by": error.completed_by, "completed_at": instant(error.completed_at)}
            raise Problem(409, "task-closed", f"{self.task_id} is closed", extra=extra) from None


class Claim(InboxDeed):
    action = "claim"

    @override
    def act(self, call: Call, actor: Actor, subject: TaskRecord) -> Act:
        forms.read(forms.Nothing, call.body)
        seen, over = call.expecting(subject.version), is_over_others(actor, subject)
        return lambda inbox: inbox.claim(subject.task.id, actor.id, call.ref, call.now, expected_version=seen, over=over)


class Release(InboxDeed):
    """Gives a task back, or takes it from its holder."""

    action = "release"

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        if subject.holder == actor.id:
            return None
        not_theirs = authority.may_release_anothers(actor, subject.task)
        return not_theirs if subject.holder else not_theirs and super().may(actor, subject, call)

    @override
    def act(self, call: Call, actor: Actor, subject: TaskRecord) -> Act:
        forms.read(forms.Nothing, call.body)
        seen, over = call.expecting(subject.version), authority.may_release_anothers(actor, subject.task) is None
        return lambda inbox: inbox.release(subject.task.id, actor.id, call.ref, call.now, expected_version=seen, over=over)


class Snooze(InboxDeed):
    """Hides a task from one's own default list until an instant."""

    action = "snooze"

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        # Whoever did what it looks at, or was not taught to, may not answer, but need not be shown the question all day.
        return authority.may_answer(actor, subject.task.model_copy(update={"barred": (), "course": None}))

    @override
    def act(self, call: Call, actor: Actor, subject: TaskRecord) -> Act:
        calendar = Calendar.of(self.policy(subject).plant)
        until = until_when(forms.read(forms.SnoozeIn, call.body), call.now, calendar)
        seen, over = call.expecting(subject.version), is_over_others(actor, subject)
        return lambda inbox: inbox.snooze(subject.task.id, actor.id, until, call.ref, call.now, expected_version=seen, over=over)


class Assign(InboxDeed):
    """Gives a task to somebody, whoever holds it."""

    action = "assignee"

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        if no := authority.may_release_anothers(actor, subject.task):
            return no
        given_to = call.body.get("person") if isinstance(call.body, dict) else None
        if given_to in subject.task.barred:
            return authority.four_eyes(str(given_to), subject.task)
        return None

    @override
    def act(self, call: Call, actor: Actor, subject: TaskRecord) -> Act:
        form = forms.read(forms.AssignIn, call.body)
        self.check_receiver(form.person, call, subject)
        seen = call.expecting(subject.version)
        return lambda inbox: inbox.assign(
            subject.task.id, form.person, actor.id, form.reason, call.ref, call.now, expected_version=seen
        )

    def check_receiver(self, person_id: str, call: Call, subject: TaskRecord) -> None:
        """Nobody is given what they could not do."""
        person = self.office.store.people.get(person_id)
        if person is None:
            raise invalid(Fault(pointer="/person", message="there is nobody of this id"))
        receiver = self.powers(person, call.now, subject)
        if no := authority.may_answer(receiver, subject.task):
            if no.code in ("four-eyes", "not-trained"):
                raise Problem.of(no)
            raise invalid(Fault(pointer="/person", message=no.detail))


def until_when(form: forms.SnoozeIn, now: datetime, calendar: Calendar) -> datetime:
    """An instant to come; raises the problem `invalid`."""
    until = dates.instant(form.until, calendar)
    if until <= now:
        raise invalid(Fault(pointer="/until", message="lies in the past"))
    if faults := dates.in_plan("/until", until, calendar.day_of(now), calendar):
        raise invalid(*faults)
    return until


def instant(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
