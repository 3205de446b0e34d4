"""The schedule of the mornings: made when a worker starts, and moved when another policy comes into force.

It fires when the first shift of a weekday opens, weekends too: whether the plant works that day, which holidays and exceptions
decide, is asked when the day has come.
"""

import asyncio
import logging
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

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
from temporalio.service import RPCError

from activities.policy_in_force import PolicyInForce
from activities.store import StoreAway
from workflows import ids
from workflows.types.policy import Plant

AROUND_THE_CLOCK = time(7, 30)
"""When people read their mail where no shift is the first."""
EVERY = 30.0
"""Seconds from one look at the policy to the next."""
CATCH_UP = timedelta(days=1)
"""An engine that was away for longer need not tell of mornings that are over."""
TASK_TIMEOUT = timedelta(seconds=5)

log = logging.getLogger("jiaoqi.worker")


async def keep(client: Client, policy: PolicyInForce) -> None:
    """Keeps the schedule as the policy in force wants it; never returns."""
    kept: Plant | None = None
    while True:
        try:
            plant = (await asyncio.to_thread(policy.pinned, datetime.now(UTC))).plant
            if kept is None or spec(plant) != spec(kept):
                await plan(client, plant)
                kept = plant
        except StoreAway:
            log.warning("the store is away; the schedule of the digests stays as it is")
        except RPCError as error:
            log.warning("the schedule of the digests stays as it is: %s", error.message)
        except Exception:
            # Whatever it is: nobody would notice that this look was the last one.
            log.exception("the schedule of the digests could not be looked after")
        await asyncio.sleep(EVERY)


async def plan(client: Client, plant: Plant) -> None:
    """Makes the schedule or moves it; what operators did to it, a pause for one, stays. Raises RPCError."""
    try:
        await client.create_schedule(ids.DIGEST, schedule(plant))
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(ids.DIGEST).update(lambda there: moved(there, plant))


def moved(there: ScheduleUpdateInput, plant: Plant) -> ScheduleUpdate:
    wanted = schedule(plant)
    wanted.state = there.description.schedule.state
    return ScheduleUpdate(wanted)


def schedule(plant: Plant) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            "Digest",
            id=ids.DIGEST,
            task_queue=ids.REVIEWS_QUEUE,
            task_timeout=TASK_TIMEOUT,
            static_summary="Daily digest",
        ),
        spec=spec(plant),
        # Mornings do not wait for each other: each ends with its day.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.ALLOW_ALL, catchup_window=CATCH_UP),
    )


def spec(plant: Plant) -> ScheduleSpec:
    """In the plant's own time, so that it moves with the clocks."""
    days: dict[time, list[ScheduleRange]] = defaultdict(list)
    for weekday in range(7):
        # The engine's week begins with Sunday.
        days[opening(plant, weekday)].append(ScheduleRange((weekday + 1) % 7))
    calendars = [
        ScheduleCalendarSpec(hour=[ScheduleRange(at.hour)], minute=[ScheduleRange(at.minute)], day_of_week=on)
        for at, on in days.items()
    ]
    return ScheduleSpec(calendars=calendars, time_zone_name=plant.time_zone)


def opening(plant: Plant, weekday: int) -> time:
    """When work begins on such a day, if it is worked."""
    shifts = plant.hours_by_day.get(weekday, plant.hours)
    return AROUND_THE_CLOCK if plant.around_the_clock or not shifts else min(shift.start for shift in shifts)
