"""The timetable on a real server: in the plant's own time, moved with the policy, left alone otherwise."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from temporalio.client import ScheduleBackfill, ScheduleDescription, ScheduleOverlapPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities import policy_file
from activities.policy_in_force import PolicyInForce
from activities.store import Store, migrate
from tests.stories.engine import program
from workers import timetable
from workers.timetable import TIMETABLE, Plan
from workflows import ids
from workflows.rules import timetable as rules
from workflows.rules.timetable import Times
from workflows.types.policy import Policy

TAIPEI, BERLIN = ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 23)
SHIFTS = """
version = "shifts"
[plant]
time_zone = "Europe/Berlin"
country = ""
hours = ["22:00-06:00", "06:15-14:00"]
[plant.hours_by_day]
fri = ["07:00-12:00"]
"""


MORNINGS = next(entry for entry in TIMETABLE if entry.id == ids.DIGEST)


def policy(text: str = "") -> Policy:
    return policy_file.parse(text or 'version = "test"')


async def plan(env: WorkflowEnvironment, text: str = "") -> None:
    await timetable.put(env.client, Plan.of(MORNINGS, policy(text)), TODAY)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def env() -> AsyncIterator[WorkflowEnvironment]:
    started = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=program("temporal"),
        dev_server_log_level="error",
        port=None,
    )
    yield started
    await started.shutdown()


@pytest_asyncio.fixture(loop_scope="session")
async def nothing_planned(env: WorkflowEnvironment) -> None:
    async for each in await env.client.list_schedules():
        await env.client.get_schedule_handle(each.id).delete()


async def described(env: WorkflowEnvironment) -> ScheduleDescription:
    return await env.client.get_schedule_handle(ids.DIGEST).describe()


async def fires(env: WorkflowEnvironment, zone: ZoneInfo) -> dict[str, set[str]]:
    """By weekday the plant's times at which it fires next."""
    found: dict[str, set[str]] = {}
    for at in (await described(env)).info.next_action_times:
        found.setdefault(f"{at.astimezone(zone):%a}", set()).add(f"{at.astimezone(zone):%H:%M}")
    return found


@pytest.mark.usefixtures("nothing_planned")
async def test_it_fires_when_the_first_shift_opens(env: WorkflowEnvironment) -> None:
    await plan(env)
    assert await fires(env, TAIPEI) == {day: {"08:00"} for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
    there = (await described(env)).schedule
    assert there.policy.overlap is ScheduleOverlapPolicy.ALLOW_ALL and there.policy.catchup_window == timedelta(days=1)
    assert there.spec.time_zone_name == "Asia/Taipei"


@pytest.mark.usefixtures("nothing_planned")
async def test_another_policy_moves_it_and_a_pause_stays(env: WorkflowEnvironment) -> None:
    await plan(env)
    await env.client.get_schedule_handle(ids.DIGEST).pause(note="stocktaking")
    await plan(env, SHIFTS)
    there = await described(env)
    assert (there.schedule.state.paused, there.schedule.state.note) == (True, "stocktaking")
    await env.client.get_schedule_handle(ids.DIGEST).unpause()
    found = await fires(env, BERLIN)
    assert found.pop("Fri") == {"07:00"} and set(found) == {"Mon", "Tue", "Wed", "Thu", "Sat", "Sun"}
    assert all(times == {"06:15"} for times in found.values())


@pytest.mark.usefixtures("nothing_planned")
async def test_it_moves_with_the_clocks_and_says_which_morning_it_means(env: WorkflowEnvironment) -> None:
    await plan(env, SHIFTS)
    sunday = datetime(2026, 10, 25, tzinfo=BERLIN)  # clocks go back in that night
    past = ScheduleBackfill(sunday - timedelta(days=1), sunday + timedelta(hours=18), ScheduleOverlapPolicy.ALLOW_ALL)
    await env.client.get_schedule_handle(ids.DIGEST).backfill(past)
    begun: list[str] = []
    for _ in range(100):
        begun = sorted([each.id async for each in env.client.list_workflows('WorkflowType = "Digest"')])
        if len(begun) == 2:
            break
        await asyncio.sleep(0.1)
    assert begun == ["digest-2026-10-24T04:15:00Z", "digest-2026-10-25T05:15:00Z"]


def test_around_the_clock_people_read_it_before_eight() -> None:
    always = policy('version = "24/7"\n[plant]\naround_the_clock = true').plant
    assert rules.openings(always) == (Times(time(7, 30), weekdays=tuple(range(7))),)


@pytest.mark.usefixtures("nothing_planned")
async def test_whoever_applies_a_policy_moves_the_mornings(
    env: WorkflowEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timetable, "EVERY", 0.1)
    migrate(url := f"sqlite:///{tmp_path / 'store.db'}")
    with contextlib.closing(Store.open(url)) as store:
        keeping = asyncio.create_task(timetable.keep(env.client, store, PolicyInForce(store)))
        await eventually(env, "Asia/Taipei")
        store.policies.set_current(SHIFTS, "admin", datetime.now(BERLIN))
        await eventually(env, "Europe/Berlin")
        keeping.cancel()


async def eventually(env: WorkflowEnvironment, zone: str) -> None:
    for _ in range(100):
        with contextlib.suppress(Exception):
            if (await described(env)).schedule.spec.time_zone_name == zone:
                return
        await asyncio.sleep(0.1)
    raise AssertionError(f"no schedule in {zone}")
