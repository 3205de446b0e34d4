"""What a person may do with a task, so that a page offers that and nothing else; the deeds judge again."""

from dataclasses import dataclass
from datetime import datetime

from activities.store import Person, TaskRecord
from api.deeds import Office, day_at
from api.task_deeds import Complete
from workflows.rules import authority
from workflows.types.commands import Actor
from workflows.types.refusals import Refusal
from workflows.types.words import TaskStatus


@dataclass(frozen=True)
class Powers:
    actor: Actor
    record: TaskRecord

    @property
    def refusal(self) -> Refusal | None:
        """Why they may not answer it, whoever holds it."""
        return authority.may_answer(self.actor, self.record.task)

    @property
    def is_barred(self) -> bool:
        """Four eyes: they made what is to be inspected."""
        return self.actor.id in self.record.task.barred

    @property
    def is_untrained(self) -> bool:
        """The task is for their department, and asks for a course that they do not have."""
        return self.refusal is not None and self.refusal.code == "not-trained"

    @property
    def is_member(self) -> bool:
        return self.record.task.department in self.actor.departments

    @property
    def is_open(self) -> bool:
        return self.record.task.is_open

    @property
    def is_mine(self) -> bool:
        return self.record.holder == self.actor.id

    @property
    def is_anothers(self) -> bool:
        return self.record.holder is not None and not self.is_mine

    @property
    def may_direct(self) -> bool:
        """Whether they may move its deadline."""
        return self.is_open and authority.may_direct(self.actor, self.record.task) is None

    @property
    def may_assign(self) -> bool:
        return self.is_open and authority.may_release_anothers(self.actor, self.record.task) is None

    @property
    def may_answer(self) -> bool:
        """Whether their answer would be heard: nobody else holds it, or they are over who does."""
        is_over = self.record.task.department in self.actor.heads
        return self.is_open and self.refusal is None and (not self.is_anothers or is_over)

    @property
    def may_claim(self) -> bool:
        return self.may_answer and not self.is_mine

    @property
    def may_release(self) -> bool:
        return self.is_open and (self.is_mine or (self.is_anothers and self.may_assign))

    @property
    def may_snooze(self) -> bool:
        """Who may not inspect what they made need not be shown the question all day."""
        return self.is_open and self.is_member and (not self.is_anothers or self.may_direct)

    @property
    def may_correct(self) -> bool:
        is_completed = self.record.task.status is TaskStatus.COMPLETED
        return is_completed and authority.may_correct(self.actor, self.record.task) is None


def powers_of(office: Office, person: Person, record: TaskRecord, now: datetime, usual: Actor | None = None) -> Powers:
    """`usual`: what the person may do today where nobody is kept from a task, for who asks about many tasks."""
    if usual is not None and not (record.task.barred or record.task.course):
        return Powers(usual, record)
    return Powers(Complete(office, record.task.id).powers(person, now, record), record)


def receivers(office: Office, record: TaskRecord, now: datetime) -> list[Person]:
    """Whom a task may be given to: who could do it today."""
    register, today = office.store.people.register(), day_at(record.order.plant_time_zone, now)
    stand_in = office.store.policies.get(record.policy).tasks[record.task.kind].stand_in

    def could(person: Person) -> bool:
        actor = register.acting(register.actor(person, today), record.task, stand_in, today)
        return authority.may_answer(actor, record.task) is None

    return [person for person in register.people.values() if could(person)]
