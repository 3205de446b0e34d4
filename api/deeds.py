"""What a person may do, whatever it is: asked in the contract's order of refusals, once and for all in `judge`."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, datetime
from typing import ClassVar, Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from typing_extensions import override

from activities.policy_in_force import PolicyInForce, Reading
from activities.store import Store
from activities.store.replies import Reply
from api.calls import Call
from api.problems import refuse
from workflows.types.commands import Actor, OrderStart, Said
from workflows.types.refusals import Refusal

Subject = TypeVar("Subject")


class ToOrder(NamedTuple):
    """Words that the order judges again, and does."""

    order_no: str
    update: str
    said: Said


class ToStart(NamedTuple):
    """An order to begin."""

    start: OrderStart


class ToInbox(NamedTuple):
    """The inbox's own affair, done in one transaction."""

    act: Callable[[], Reply]


Verdict = ToOrder | ToStart | ToInbox


class Office(NamedTuple):
    """What deeds are judged by."""

    store: Store
    policy: PolicyInForce
    now: Callable[[], datetime]


class Deed(ABC, Generic[Subject]):
    """One thing that a person asks for."""

    path: str
    """In one case, as a repeat is known by."""
    heeds: ClassVar[frozenset[str]] = frozenset()
    """What may stand in the query."""

    def judge(self, call: Call, *, by_order_alone: bool = False) -> Verdict:
        """What is to be done; every question that can be refused has its turn here.

        `by_order_alone`: the store may show what history never had, so what stands against it is the order's to say.
        """
        subject = self.find(call)
        actor = self.actor(call, subject)
        refuse(self.may(actor, subject, call))
        call.check_key()
        call.check_query(self.heeds)
        verdict = self.read(call, actor, subject)
        if not by_order_alone:
            self.check_version(call, subject)
            refuse(self.hindrance(actor, subject, verdict))
        return verdict

    @abstractmethod
    def find(self, call: Call) -> Subject:
        """What it is about; raises 404."""

    @abstractmethod
    def actor(self, call: Call, subject: Subject) -> Actor:
        """Who speaks, with the powers of today."""

    @abstractmethod
    def may(self, actor: Actor, subject: Subject, call: Call) -> Refusal | None:
        """Why they may not (403), or None."""

    @abstractmethod
    def read(self, call: Call, actor: Actor, subject: Subject) -> Verdict:
        """What they say, in the plant's words; raises 422."""

    @abstractmethod
    def check_version(self, call: Call, subject: Subject) -> None:
        """Raises 412."""

    @abstractmethod
    def hindrance(self, actor: Actor, subject: Subject, verdict: Verdict) -> Refusal | None:
        """What of the store's knowledge stands against it (409), or None; the order judges the rest."""


class Beginning(Deed[Reading]):
    """Begins something: it is about nothing yet but the policy that will govern it."""

    def __init__(self, office: Office) -> None:
        self.office = office

    @override
    def find(self, call: Call) -> Reading:
        return self.office.policy.read(call.now)

    @override
    def actor(self, call: Call, subject: Reading) -> Actor:
        return self.office.store.people.actor(call.person, subject.today)

    @override
    def check_version(self, call: Call, subject: Reading) -> None:
        """There is nothing yet that could have a version."""

    @override
    def hindrance(self, actor: Actor, subject: Reading, verdict: Verdict) -> Refusal | None:
        return None


def day_at(time_zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(time_zone)).date()
