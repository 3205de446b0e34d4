"""The timetable: what the plant does regularly, kept as schedules in its own time as the policy in force wants them.

Another thing done regularly is another line of TIMETABLE; its workflow is registered with the worker of the reviews' queue.
Whether the plant works on the day, which holidays and exceptions decide, is for the workflow to ask.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from activities.policy_in_force import PolicyInForce
from activities.store import Store, StoreAway
from activities.store.reviews import written
from workflows import ids
from workflows.rules import timetable as rules
from workflows.rules.timetable import Times
from workflows.types.base import Message
from workflows.types.policy import Policy
from workflows.types.reviews import ReviewKind, ReviewStart

EVERY = 30.0
"""Seconds from one look at the policy to the next."""
TASK_TIMEOUT = timedelta(seconds=5)
FORESEEN = timedelta(days=2 * 365)
"""How far ahead hours are looked for that clocks jump over; each new year looks further."""
ALL, NEXT = ScheduleOverlapPolicy.ALLOW_ALL, ScheduleOverlapPolicy.BUFFER_ONE
DAY = timedelta(days=1)

log = logging.getLogger("jiaoqi.worker")


class Entry(NamedTuple):
    """One thing that is done regularly."""

    id: str
    """Of its schedule, and what the workflows that it starts are called by."""
    workflow: str
    times: Callable[[Policy], tuple[Times, ...]]
    """When, by the policy; nothing: never."""
    summary: str
    catch_up: timedelta
    """What was due longer ago than this, while the engine was away, is not done any more."""
    overlap: ScheduleOverlapPolicy = ALL
    start: Message | None = None
    """What its workflow is told."""


def review(kind: ReviewKind, summary: str, catch_up: timedelta) -> Entry:
    times = partial(rules.of_review, kind)
    start = ReviewStart(kind=kind)
    return Entry(ids.schedule(kind), "Review", lambda policy: times(policy.reviews), summary, catch_up, start=start)


TIMETABLE: tuple[Entry, ...] = (
    # Mornings do not wait for each other: each ends with its day.
    Entry(ids.DIGEST, "Digest", lambda policy: rules.openings(policy.plant), "Daily digest", catch_up=DAY),
    # Each looks at a week, a month, a quarter of its own; an outage of a week, or of the holidays, must not lose one.
    review(ReviewKind.WEEKLY, "Weekly meeting", 14 * DAY),
    review(ReviewKind.MONTHLY, "Monthly report", 31 * DAY),
    review(ReviewKind.QUARTERLY, "Quarterly review", 31 * DAY),
    # A run takes all that it finds, so that of several that were missed one is enough.
    Entry(
        ids.ARCHIVE,
        "Archive",
        lambda policy: rules.regular(policy.reviews.archive),
        "Archive",
        catch_up=7 * DAY,
        overlap=ScheduleOverlapPolicy.BUFFER_ONE,
    ),
    # Whoever looks later sees all that was missed, so that one look is enough.
    Entry(
        ids.TRAINING,
        "Training",
        lambda policy: rules.regular(policy.reviews.training),
        "Training reminders",
        catch_up=DAY,
    ),
)


class Plan(NamedTuple):
    """An entry as a policy wants it."""

    entry: Entry
    times: tuple[Times, ...]
    zone: str

    @classmethod
    def of(cls, entry: Entry, policy: Policy) -> "Plan":
        return cls(entry, entry.times(policy), policy.plant.time_zone)

    @property
    def written(self) -> str:
        """As it is kept in the store, to know it again."""
        return written(self.zone, self.times)


async def keep(client: Client, store: Store, policy: PolicyInForce, entries: Sequence[Entry] = TIMETABLE) -> None:
    """Keeps the schedules as the policy in force wants them; never returns."""
    kept: dict[str, tuple[Plan, int]] = {}
    while True:
        try:
            wanted = await asyncio.to_thread(policy.pinned, now := datetime.now(UTC))
            for plan in (Plan.of(entry, wanted) for entry in entries):
                if kept.get(plan.entry.id) != (plan, now.year):
                    await put(client, plan, now.date())
                    await asyncio.to_thread(store.reviews.planned, plan.entry.id, plan.written, now)
                    kept[plan.entry.id] = (plan, now.year)
        except StoreAway:
            log.warning("the store is away; the schedules stay as they are")
        except RPCError as error:
            log.warning("the schedules stay as they are: %s", error.message)
        except Exception:
            # Whatever it is: nobody would notice that this look was the last one.
            log.exception("the schedules could not be looked after")
        await asyncio.sleep(EVERY)


async def put(client: Client, plan: Plan, today: date) -> None:
    """Makes the schedule, moves it or takes it away; what operators did to it, a pause for one, stays. Raises RPCError."""
    if not plan.times:
        await take_away(client, plan.entry.id)
        return
    wanted = schedule(plan, today)
    try:
        await client.create_schedule(plan.entry.id, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(plan.entry.id).update(lambda there: moved(there, wanted))


async def take_away(client: Client, schedule_id: str) -> None:
    try:
        await client.get_schedule_handle(schedule_id).delete()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def moved(there: ScheduleUpdateInput, wanted: Schedule) -> ScheduleUpdate:
    wanted.state = there.description.schedule.state
    return ScheduleUpdate(wanted)


def schedule(plan: Plan, today: date) -> Schedule:
    entry = plan.entry
    return Schedule(
        action=ScheduleActionStartWorkflow(
            entry.workflow,
            *([] if entry.start is None else [entry.start]),
            id=entry.id,
            task_queue=ids.REVIEWS_QUEUE,
            task_timeout=TASK_TIMEOUT,
            static_summary=entry.summary,
        ),
        spec=spec(plan.times, plan.zone, today),
        policy=SchedulePolicy(overlap=entry.overlap, catchup_window=entry.catch_up),
    )


@lru_cache(maxsize=32)
def spec(times: tuple[Times, ...], zone: str, today: date) -> ScheduleSpec:
    """In the plant's own time, so that it moves with the clocks; the engine leaves out hours that do not exist, we do not."""
    calendars = [calendar(one) for one in times]
    after = datetime.combine(today, rules.AROUND_THE_CLOCK, ZoneInfo(zone))
    for one in times:
        calendars += [later(at, zone) for at in rules.jumped_over(one, zone, after, after + FORESEEN)]
    return ScheduleSpec(calendars=calendars, time_zone_name=zone)


def calendar(times: Times) -> ScheduleCalendarSpec:
    anything = ScheduleCalendarSpec()
    return ScheduleCalendarSpec(
        hour=[ScheduleRange(times.at.hour)],
        minute=[ScheduleRange(times.at.minute)],
        # The engine's week begins with Sunday.
        day_of_week=[ScheduleRange((weekday + 1) % 7) for weekday in times.weekdays] or anything.day_of_week,
        day_of_month=[ScheduleRange(day) for day in times.days] or anything.day_of_month,
        month=[ScheduleRange(month) for month in times.months] or anything.month,
    )


def later(at: datetime, zone: str) -> ScheduleCalendarSpec:
    """This one instant, where the hour that was meant does not exist."""
    there = at.astimezone(ZoneInfo(zone))
    year, month, day, hour, minute = ([ScheduleRange(number)] for number in there.timetuple()[:5])
    return ScheduleCalendarSpec(year=year, month=month, day_of_month=day, hour=hour, minute=minute)
