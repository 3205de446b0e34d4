"""What an order counts as: a pure function from its story to facts, each with the day by which it falls into a period.

docs/figures.md says in words what is written here.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import IntFlag

from activities.figures.story import Asked, Story
from activities.store.figure_rows import Fact, bucket
from workflows.rules.calendar import MICROSECOND, Calendar, since_epoch
from workflows.types.orders import Quantities
from workflows.types.policy import Policy
from workflows.types.slack import Cause
from workflows.types.words import NOT_HELD, DocumentKind, Kind, OrderStatus, TaskStatus

REQUESTED, FIRST, LAST = "requested", "first_promise", "last_promise"
DUE, CAUSE = "due.", "cause."
"""Measures by date: the order, and what ate the slack of a late one."""
PROMISES, INSPECTION, FIRST_ROUND, REWORK = "promises", "inspection", "first_round", "rework"
FIRST_ANSWER, PROMISE_ANSWER, CYCLE, TASK = "first_answer", "promise_answer", "cycle", "task"
NOTICE, FEEDBACK = "notice", "feedback"
OTHERS = (PROMISES, INSPECTION, FIRST_ROUND, REWORK, FIRST_ANSWER, PROMISE_ANSWER, CYCLE, TASK, NOTICE, FEEDBACK)


class Mark(IntFlag):
    """What an order is by one of its dates."""

    ON_TIME = 1
    IN_FULL = 2
    UNDAMAGED = 4
    PAPERS = 8
    DELIVERED = 16
    CANCELLED = 32
    OPEN = 64
    """Undelivered as yet: a failure once its date is over."""


class Inspected(IntFlag):
    FIRST = 1
    PASSED = 2


class Heard(IntFlag):
    """What a customer answered."""

    ANSWERED = 1
    SATISFIED = 2
    NPS = 4
    PROMOTER = 8
    DETRACTOR = 16


PERFECT = Mark.ON_TIME | Mark.IN_FULL | Mark.UNDAMAGED | Mark.PAPERS
PRINTED_FROM = {
    DocumentKind.PRODUCTION_PLAN: Kind.MAKE_PLAN,
    DocumentKind.INSPECTION_REPORT: Kind.INSPECT,
    DocumentKind.DELIVERY_NOTE: Kind.DISPATCH,
}
"""Papers by the task whose answer they tell."""


def facts(story: Story, policy: Policy) -> list[Fact]:
    """Everything that the order counts as."""
    return [*Counting(story, policy).facts()]


class Counting:
    """One order under the policy that it is pinned to."""

    def __init__(self, story: Story, policy: Policy) -> None:
        self.story, self.policy = story, policy
        self.calendar = Calendar.of(policy.plant)

    def facts(self) -> Iterator[Fact]:
        yield from self.tasks()
        if self.story.is_case:
            return
        yield from self.by_dates()
        yield from self.answers()
        yield from self.goods()
        yield from self.feedback()

    # The order by its dates.

    def by_dates(self) -> Iterator[Fact]:
        promises = self.story.promises
        days = {REQUESTED: self.story.wish.requested}
        if promises:
            days |= {FIRST: promises[0], LAST: promises[-1]}
        for basis, day in days.items():
            yield self.due(basis, day)
            if basis in (REQUESTED, FIRST):
                yield from self.causes(basis, day, [cause for told in self.story.causes for cause in told])
            else:
                yield from self.causes(basis, day, self.story.causes[-1])
        if promises:
            revisions = len(promises) - 1
            yield self.standing(PROMISES, promises[-1])._replace(part=revisions == 0, value=revisions)

    def standing(self, measure: str, day: date, what: str = "") -> Fact:
        """Without marks if it is decided; a cancelled order counts for nothing."""
        fact = Fact(measure, what, what, day)
        if self.story.status is OrderStatus.CANCELLED:
            return fact._replace(of=0, marks=Mark.CANCELLED)
        if self.story.is_settled:
            return fact
        return fact._replace(is_open=True, expires=since_epoch(self.calendar.midnight_after(day)), marks=Mark.OPEN)

    def due(self, basis: str, day: date) -> Fact:
        fact = self.standing(DUE + basis, day)
        if fact.marks:
            return fact
        marks, late = self.marks(day), self.days_late(day)
        return fact._replace(marks=marks, part=Mark.ON_TIME in marks, value=late, bucket=late)

    def marks(self, day: date) -> Mark:
        goods = self.story.goods
        required = {kind.value for kind in self.policy.documents.required}
        found = {
            Mark.DELIVERED: goods.delivered is not None,
            Mark.ON_TIME: goods.delivered is not None and goods.delivered <= day,
            Mark.IN_FULL: covers(goods.received, self.story.wish.ordered),
            Mark.UNDAMAGED: not goods.damaged,
            Mark.PAPERS: required <= {*self.story.papers, *self.printable()},
        }
        return Mark(sum(mark for mark, is_true in found.items() if is_true))

    def printable(self) -> Iterator[DocumentKind]:
        """What the record can print is not missing, filed or not (`documents.completeness`)."""
        if self.story.promises:
            yield DocumentKind.CUSTOMER_ORDER
        yield from (paper for paper, kind in PRINTED_FROM.items() if self.first(kind) is not None)

    def days_late(self, day: date) -> int:
        delivered = self.story.goods.delivered
        return 0 if delivered is None else max(0, (delivered - day).days)

    def causes(self, basis: str, day: date, told: list[Cause]) -> Iterator[Fact]:
        """Of an order that is late, or may become so by waiting."""
        stands = self.standing(CAUSE + basis, day)
        if stands.marks == Mark.CANCELLED or (not stands.marks and Mark.ON_TIME in self.marks(day)):
            return
        seconds: dict[str, int] = defaultdict(int)
        for cause in told:
            what = cause.blame.value if cause.kind is None else f"{cause.blame.value}.{cause.kind.value}"
            seconds[what] += round(cause.hours * 3600)
        for what, value in seconds.items():
            yield stands._replace(item=what, what=what, marks=0, value=value)

    # Answers.

    def tasks(self) -> Iterator[Fact]:
        """By their deadlines. Cancelled ones were never due."""
        for item, task in self.asked():
            if task.status is TaskStatus.CANCELLED:
                continue
            is_in_time = task.closed_at is not None and task.closed_at < task.due_at
            counted = Fact(TASK, item, task.department.value, self.calendar.day_of(task.due_at), part=is_in_time)
            if task.status is TaskStatus.OPEN:
                is_held = self.story.status is OrderStatus.ON_HOLD and task.kind not in NOT_HELD
                counted = counted._replace(is_open=True, expires=None if is_held else since_epoch(task.due_at))
            yield counted

    def answers(self) -> Iterator[Fact]:
        first = self.first(Kind.CONFIRM_ORDER)
        for item, task, at in self.answered():
            if task is first:
                yield self.took(FIRST_ANSWER, item, self.story.entered_at, at)
            if task.kind is Kind.DECIDE_PROMISE:
                yield self.took(PROMISE_ANSWER, item, task.opened_at, at)

    def took(self, measure: str, item: str, since: datetime, until: datetime) -> Fact:
        value = self.calendar.between(since, until) // MICROSECOND
        return Fact(measure, item, "", self.calendar.day_of(until), value=value, bucket=bucket(value))

    def answered(self) -> Iterator[tuple[str, Asked, datetime]]:
        for item, task in self.asked():
            if task.status is TaskStatus.COMPLETED and task.closed_at is not None:
                yield item, task, task.closed_at

    def asked(self) -> Iterator[tuple[str, Asked]]:
        """The tasks, by kind and number."""
        for task in self.story.tasks.values():
            yield f"{task.kind.value}.{task.n}", task

    def first(self, kind: Kind) -> Asked | None:
        """The first one of a kind that was answered."""
        done = (task for task in self.story.tasks.values() if task.kind is kind and task.status is TaskStatus.COMPLETED)
        return min(done, key=lambda task: task.n, default=None)

    # The goods.

    def goods(self) -> Iterator[Fact]:
        first = self.first(Kind.INSPECT)
        for item, task, at in self.answered():
            if task.kind is Kind.INSPECT:
                yield self.inspection(item, task, self.calendar.day_of(at), is_first=task is first)
        for item, task in self.asked():
            if task.kind is Kind.REWORK and not task.is_taken_back:
                sent = total(task.quantities)
                yield Fact(REWORK, item, "", self.calendar.day_of(task.opened_at), part=sent, of=0)
            if task.shipped_at is not None:
                yield self.notice(item, task, task.shipped_at)
        if first is not None and first.closed_at is not None:
            yield Fact(FIRST_ROUND, "", "", self.calendar.day_of(first.closed_at), part=self.is_right_first_time(first))
        if self.story.is_settled and self.story.goods.delivered is not None:
            yield self.cycle(self.story.goods.delivered)

    def inspection(self, item: str, task: Asked, day: date, *, is_first: bool) -> Fact:
        inspected = total(task.stated("inspected"))
        failed = total(task.fields.get("failed")) if task.outcome == "fail" else 0
        marks = Inspected.FIRST * is_first | Inspected.PASSED * (task.outcome == "pass")
        return Fact(INSPECTION, item, "", day, marks, part=inspected - failed, of=inspected)

    def is_right_first_time(self, inspected: Asked) -> bool:
        accepted = self.first(Kind.ACCEPT)
        if inspected.outcome != "pass" or accepted is None or accepted.outcome != "accept":
            return False
        return accepted.stated("accepted") == accepted.ordered

    def notice(self, item: str, task: Asked, shipped_at: datetime) -> Fact:
        day = self.calendar.day_of(shipped_at)
        if task.noticed_at is None:
            return Fact(NOTICE, item, "", day)
        lead = max(timedelta(0), self.calendar.between(task.noticed_at, shipped_at)) // MICROSECOND
        enough = self.calendar.add(task.noticed_at, self.policy.order.notice_lead) <= shipped_at
        return Fact(NOTICE, item, "", day, part=enough, value=lead, bucket=bucket(lead))

    def cycle(self, delivered: date) -> Fact:
        """To the signature, or to the end of the day on which the goods came, where that was written down later."""
        story, end = self.story, self.calendar.end_of(delivered)
        signed = min(story.goods.signed_at or end, end)
        value = max(timedelta(0), self.calendar.between(story.entered_at, signed)) // MICROSECOND
        return Fact(CYCLE, "", "", delivered, value=value, bucket=bucket(value))

    def feedback(self) -> Iterator[Fact]:
        for item, task, at in self.answered():
            if task.kind is not Kind.COLLECT_FEEDBACK:
                continue
            csat, nps = task.fields.get("csat"), task.fields.get("nps")
            marks = Heard(0) if csat is None else Heard.ANSWERED | Heard.SATISFIED * (csat >= 4)
            if nps is not None:
                marks |= Heard.NPS | Heard.PROMOTER * (nps >= 9) | Heard.DETRACTOR * (nps <= 6)
            yield Fact(FEEDBACK, item, "", self.calendar.day_of(at), marks, part=Heard.SATISFIED in marks, value=csat)


def total(quantities: Quantities | None) -> int:
    return sum((quantities or {}).values())


def covers(got: Quantities, wanted: Quantities) -> bool:
    return all(got.get(line, 0) >= quantity for line, quantity in wanted.items())
