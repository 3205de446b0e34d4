"""Looks at the plant: by the week at what goes wrong, by the month and the quarter at its figures."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import zip_longest
from zoneinfo import ZoneInfo

from activities import policy_file
from activities.figures.report import Report, Wanted, report, trend
from activities.policy_file import PolicyError
from activities.reviews.findings import Body, CaseFound, Month, PolicyChange, Quarter, Reached, TroubleFound, Week
from activities.reviews.periods import month_before, months_before, quarter_before
from activities.store import Store
from activities.store.policies import Application
from activities.store.troubles import Trouble, TroubleFilter, TroubleKind
from activities.store.views import CaseOut
from workflows.types.policy import Policy, Targets
from workflows.types.reviews import ReviewKind
from workflows.types.words import Origin

DISCUSSED = (TroubleKind.LATE, TroubleKind.AT_RISK, TroubleKind.BLOCKED)
MOST = 50
"""Of each kind: no meeting goes through more."""
MOST_CASES, MOST_DECISIONS = 200, 200
TREND = 6
"""Months beside the one that is reported."""
A_FEW_POLICIES = 100
IMPROVEMENTS = (Origin.COMPLAINT, Origin.NONCONFORMANCE, Origin.SUGGESTION)
"""What is under way of these is not verified yet."""


class Looks:
    """Reads the store as of now; of figures the period is that before the day."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def at(self, kind: ReviewKind, day: date, policy: Policy, now: datetime) -> Body:
        body = Body(zone=policy.plant.time_zone, plant=policy.plant.name, targets=policy.targets)
        match kind:
            case ReviewKind.WEEKLY:
                return body.model_copy(update={"week": self.week(day, policy, now)})
            case ReviewKind.MONTHLY:
                return body.model_copy(update={"month": self.month(day, now)})
            case ReviewKind.QUARTERLY:
                return body.model_copy(update={"quarter": self.quarter(day, policy, now)})

    # The week.

    def week(self, day: date, policy: Policy, now: datetime) -> Week:
        today = now.astimezone(ZoneInfo(policy.plant.time_zone)).date()
        troubles = self._store.exceptions.read(TroubleFilter(kinds=DISCUSSED), now, today)
        last = self._store.reviews.before(ReviewKind.WEEKLY, day)
        settled_since = (last.made_at or last.planned_at) if last else now
        return Week(
            troubles=tuple(found(each) for each in some_of_each(troubles.items)),
            counts={kind: troubles.counts[kind] for kind in DISCUSSED},
            more=tuple(kind for kind in DISCUSSED if kind in troubles.cut),
            cases=tuple(map(case_found, self._store.cases.pressing(IMPROVEMENTS, MOST_CASES, now))),
            open_cases=sum(n for origin, n in self._store.cases.open_by_origin().items() if origin in IMPROVEMENTS),
            decisions=tuple(self._store.review_decisions.since(settled_since, MOST_DECISIONS)),
            since=last.day if last else None,
        )

    # The month and the quarter.

    def month(self, day: date, now: datetime) -> Month:
        start, end = month_before(day)
        told = report(self._store, Wanted(start=start, end=end), now)
        wanted = Wanted(start=months_before(start, TREND), end=end)
        return Month(report=told, trend=tuple(trend(self._store, wanted, "on_time", now)))

    def quarter(self, day: date, policy: Policy, now: datetime) -> Quarter:
        start, end = quarter_before(day)
        told = report(self._store, Wanted(start=start, end=end), now)
        first, last = (datetime.combine(each, time(0), ZoneInfo(policy.plant.time_zone)) for each in (start, end))
        return Quarter(report=told, targets=tuple(reached(told, policy.targets)), changes=tuple(self.policy_changes(first, last)))

    def policy_changes(self, first: datetime, last: datetime) -> Iterator[PolicyChange]:
        """The newest first."""
        applied = self.applied_since(first)
        # Not by the number before: databases leave numbers out.
        for application, before in zip_longest(applied, applied[1:]):
            if first <= application.at < last:
                yield policy_change(application, before)

    def applied_since(self, first: datetime) -> list[Application]:
        """The newest first, with the one that governed until then."""
        most = A_FEW_POLICIES
        while len(applied := self._store.policies.applications(most)) == most and applied[-1].at >= first:
            most *= 2
        return applied


def policy_change(application: Application, before: Application | None) -> PolicyChange:
    known = {name: getattr(application, name) for name in ("number", "by", "at", "because")}
    try:
        policy = policy_file.parse(application.text)
        older = policy_file.parse(before.text) if before else policy_file.default()
    except PolicyError:
        # Written for a release that knew other keys.
        return PolicyChange(version="", changes=(), **known)
    return PolicyChange(version=policy.version, changes=tuple(policy_file.changes(older, policy)), **known)


def some_of_each(troubles: list[Trouble]) -> Iterator[Trouble]:
    shown = dict.fromkeys(DISCUSSED, 0)
    for trouble in troubles:
        shown[trouble.kind] += 1
        if shown[trouble.kind] <= MOST:
            yield trouble


def found(trouble: Trouble) -> TroubleFound:
    return TroubleFound(
        kind=trouble.kind,
        order_no=trouble.order.order_no,
        customer=trouble.order.customer.name,
        promised=trouble.order.promised,
        days_late=trouble.days_late,
        slack_hours=trouble.order.slack_hours,
        department=trouble.department,
        holder=trouble.holder,
        task=trouble.task.kind if trouble.task else None,
        reason=trouble.reason,
        eta=trouble.eta,
    )


def case_found(case: CaseOut) -> CaseFound:
    asked = case.open_tasks[0] if case.open_tasks else None
    return CaseFound(
        number=case.number,
        origin=case.origin,
        text=case.text,
        about=case.about,
        department=asked.department if asked else case.department,
        task=asked.kind if asked else None,
        due=asked.due_at if asked else case.rests_until,
        is_overdue=asked is not None and asked.lateness == "overdue",
    )


def reached(told: Report, targets: Targets) -> Iterator[Reached]:
    figures = {figure.name: figure for figure in told.figures}
    for name, target in targets:
        if target is not None:
            yield Reached(name=name, target=target, figure=figures.get(name))
