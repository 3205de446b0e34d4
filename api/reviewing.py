"""What people say about reviews: that a pack be made by hand, and what a meeting decided."""

from datetime import date

from typing_extensions import override

from activities.policy_in_force import Reading
from activities.reviews.post import planned_at
from activities.store.review_decisions import Decision
from activities.store.reviews import PackState, Review
from api import forms
from api.calls import Call
from api.deeds import Beginning, Deed, Office, ToInbox, Verdict
from api.gate import BASE
from api.problems import invalid, not_found
from workflows.rules import authority, dates
from workflows.types.commands import Actor
from workflows.types.refusals import Fault, Refusal
from workflows.types.words import Department

PATH = f"{BASE}/reviews"
EARLIEST = date(2000, 1, 1)


class AskForReview(Beginning):
    """Made once for its kind and day, by whomever: who asks for one that is there gets that."""

    path = PATH

    @override
    def may(self, actor: Actor, subject: Reading, call: Call) -> Refusal | None:
        return authority.may_ask_for_reviews(actor)

    @override
    def read(self, call: Call, actor: Actor, subject: Reading) -> Verdict:
        form = forms.read(forms.ReviewIn, call.body)
        day = form.day or subject.today
        check_day(day, subject.today)
        at = planned_at(form.kind, day, subject.policy, call.now)
        return ToInbox(lambda: self.office.store.reviews.ask(form.kind, day, at, call.ref))


class Decide(Deed[Review]):
    """Records what a meeting decided; its department is asked to do it."""

    def __init__(self, office: Office, review_id: str) -> None:
        self.office, self.review_id = office, review_id
        self.path = f"{PATH}/{review_id}/decisions"

    @override
    def find(self, call: Call) -> Review:
        return found(self.office, self.review_id)

    @override
    def actor(self, call: Call, subject: Review) -> Actor:
        return self.office.store.people.actor(call.person, self.office.policy.read(call.now).today)

    @override
    def may(self, actor: Actor, subject: Review, call: Call) -> Refusal | None:
        return authority.may_decide_in_meetings(actor)

    @override
    def read(self, call: Call, actor: Actor, subject: Review) -> Verdict:
        form = forms.read(forms.DecisionIn, call.body)
        calendar = self.office.policy.calendar(call.now)
        if faults := dates.in_plan("/due", form.due, calendar.day_of(call.now), calendar):
            raise invalid(*faults)
        wanted = Decision(
            review=subject.id,
            n=0,
            text=form.text,
            department=self.department(form),
            owner=form.owner,
            due=form.due,
            by=actor.id,
            at=call.now,
        )
        return ToInbox(lambda: self.office.store.review_decisions.decide(wanted, call.ref))

    def department(self, form: forms.DecisionIn) -> Department:
        """Whose turn it is: as it was said, else the owner's first. Raises the problem `invalid`."""
        if form.owner is None:
            assert form.department is not None  # noqa: S101 - the form asks for one of the two
            return form.department
        person = self.office.store.people.get(form.owner)
        mine = person.member_of if person else ()
        if not mine:
            raise invalid(Fault(pointer="/owner", message="there is nobody of this id in any department"))
        if form.department and form.department not in mine:
            raise invalid(Fault(pointer="/owner", message="is not of this department"))
        return form.department or mine[0]

    @override
    def check_version(self, call: Call, subject: Review) -> None:
        """Decisions are only added."""

    @override
    def hindrance(self, actor: Actor, subject: Review, verdict: Verdict) -> Refusal | None:
        return None


def found(office: Office, review_id: str) -> Review:
    """A pack that was made; raises 404."""
    review = office.store.reviews.get(review_id)
    if review is None or review.state is not PackState.MADE:
        raise not_found(f"review {review_id}")
    return review


def check_day(day: date, today: date) -> None:
    """Raises the problem `invalid`: nobody knows what will be found, or what was before there was anything."""
    if day < EARLIEST:
        raise invalid(Fault(pointer="/day", message="lies too far back"))
    if day > today:
        raise invalid(Fault(pointer="/day", message="lies in the future"))
