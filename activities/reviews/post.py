"""Makes packs and tells them by mail: the port `Reviews`."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from typing_extensions import override

from activities.mail.circulars import Circulars
from activities.mail.postman import Written
from activities.mail.smtp_mail import utc_now
from activities.policy_in_force import PolicyInForce
from activities.reviews.findings import Body
from activities.reviews.letter import ReviewLetters
from activities.reviews.looking import Looks
from activities.store import Person, Store
from activities.store.reviews import Review
from workflows import ports
from workflows.rules.calendar import Calendar
from workflows.rules.timetable import instant
from workflows.types.policy import Plant, Policy
from workflows.types.reviews import Pack, ReviewKind, Wanted
from workflows.types.words import Department

WORTH_TELLING = timedelta(days=7)
"""After it was made."""
PATIENCE = timedelta(days=1)
"""With figures that are behind: an order that can't be counted must not keep a pack from everybody."""
MISSED = "run_missed"
"""The kind of mail that tells of a pack that was not made."""


class PlantReviews(ports.Reviews):
    def __init__(
        self,
        store: Store,
        policy: PolicyInForce,
        circulars: Circulars,
        public_url: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store, self._policy, self._circulars, self._clock = store, policy, circulars, clock
        self._looks, self._letters = Looks(store), ReviewLetters(public_url)

    @override
    @activity.defn(name="reviews.make")
    def make(self, wanted: Wanted) -> Pack:
        now = self._clock()
        policy = self._policy.pinned(now)
        day = wanted.day or Calendar.of(policy.plant).day_of(wanted.at)
        review = self._store.reviews.made(wanted.kind, day)
        if review is None:
            if self.waits(wanted.kind, wanted.at, now):
                raise ApplicationError("figures are still being counted", category=ApplicationErrorCategory.BENIGN)
            review = self._made(wanted.kind, day, policy, now)
        return Pack(id=review.id, until=(review.made_at or now) + WORTH_TELLING)

    def waits(self, kind: ReviewKind, at: datetime, now: datetime) -> bool:
        """A report is never made again: it waits for what is not counted yet, but not for ever."""
        return kind is not ReviewKind.WEEKLY and now - at < PATIENCE and self._store.figures.are_behind(now)

    def _made(self, kind: ReviewKind, day: date, policy: Policy, now: datetime) -> Review:
        body = self._looks.at(kind, day, policy, now).model_dump_json()
        return self._store.reviews.keep(kind, day, planned_at(kind, day, policy, now), body, now)

    @override
    @activity.defn(name="reviews.tell")
    def tell(self, pack: Pack) -> None:
        review = self._store.reviews.get(pack.id)
        if review is None or review.body is None:
            return
        kind = f"{review.kind}_review"
        body, plant = Body.model_validate_json(review.body), self._policy.pinned(self._clock()).plant
        self._circulars.open(review.id, kind, self._readers(review, plant))

        left = self._circulars.tell(
            review.id, kind, pack.until, lambda row: Written(self._letters.write(review, body, row.language, plant))
        )
        if left:
            raise ApplicationError(f"{left} copies are not out yet", category=ApplicationErrorCategory.BENIGN)

    def tell_of_missed(self, review: Review) -> None:
        """One attempt to tell management and admins that this pack was not made."""
        now = self._clock()
        plant = self._policy.pinned(now).plant
        letter = f"{review.id}.missed"
        register = self._store.people.register()
        whom = [*register.members(Department.MANAGEMENT), *register.admins()]
        self._circulars.open(letter, MISSED, register.present(whom, Calendar.of(plant).day_of(now)))
        until = review.planned_at + 4 * WORTH_TELLING
        self._circulars.tell(letter, MISSED, until, lambda row: Written(self._letters.missed(review, row.language, plant)))

    def _readers(self, review: Review, plant: Plant) -> list[Person]:
        """Management, and but for its own review the heads; who is away is stood in for."""
        register = self._store.people.register()
        heads = [] if review.kind is ReviewKind.QUARTERLY else [one for one in register.people.values() if one.head_of]
        today = Calendar.of(plant).day_of(self._clock())
        return register.present([*register.members(Department.MANAGEMENT), *heads], today)


def planned_at(kind: ReviewKind, day: date, policy: Policy, now: datetime) -> datetime:
    """When the policy has it that day; of a kind that it never asks for, now."""
    timing = getattr(policy.reviews, kind)
    return instant(day, timing.at, policy.plant.time_zone) if timing else now
