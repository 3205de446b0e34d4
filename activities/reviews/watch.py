"""Watches over the timetable: a pack that was not made when it should have been is on record as missed, and told of once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from activities.mail.smtp_mail import utc_now
from activities.policy_in_force import PolicyInForce
from activities.reviews.post import PlantReviews
from activities.store import Store
from activities.store.reviews import written
from workflows import ids
from workflows.rules import timetable
from workflows.rules.calendar import Calendar
from workflows.types.policy import Policy
from workflows.types.reviews import ReviewKind

GRACE = timedelta(minutes=15)
"""After the planned instant, and after whoever watches has begun: an engine that was away catches up first."""
BACK = timedelta(days=400)
"""No further back is looked for what was missed."""
TOLD_FOR = timedelta(days=28)


class Run(NamedTuple):
    kind: ReviewKind
    planned_at: datetime


class Watch:
    def __init__(
        self, store: Store, policy: PolicyInForce, reviews: PlantReviews, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._store, self._policy, self._reviews, self._clock = store, policy, reviews, clock
        self._began_at = clock()

    def look(self) -> None:
        """One look; raises StoreAway."""
        now = self._clock()
        if now - self._began_at < GRACE:
            return
        policy = self._policy.pinned(now)
        calendar = Calendar.of(policy.plant)
        for run in self.missed(policy, now - GRACE):
            self._store.reviews.miss(run.kind, calendar.day_of(run.planned_at), run.planned_at)
        for review in self._store.reviews.missed(now - TOLD_FOR):
            self._reviews.tell_of_missed(review)

    def missed(self, policy: Policy, until: datetime) -> Iterator[Run]:
        """What the timetable has had since it is as it is, and nothing is on record of."""
        calendar = Calendar.of(policy.plant)
        for kind in ReviewKind:
            planned, zone = timetable.of_review(kind, policy.reviews), policy.plant.time_zone
            since = self._store.reviews.since(ids.schedule(kind), written(zone, planned))
            if since is None:
                # Never kept; or a policy that has just moved it is in force before its schedule is.
                continue
            since = max(since, until - BACK)
            known = self._store.reviews.days(kind, calendar.day_of(since))
            for at in timetable.occurrences(planned, zone, since, until):
                # A report that waits for figures has its grace when it waits no longer.
                if calendar.day_of(at) not in known and not self._reviews.waits(kind, at + GRACE, until + GRACE):
                    yield Run(kind, at)
