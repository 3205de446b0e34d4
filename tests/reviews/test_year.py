"""A year of the timetable, each pack and digest once: over both changes of clocks, the year's end and an outage of a week.

The time-skipping server knows no schedules, so this is shown in parts. The real server evaluates each schedule for two years,
and says the same instants as `occurrences`. It backfills the year for the reviews, and the days around the changes of clocks and
the year's end for the digests; real activities make and tell what it starts, each at the instant that it was planned for, on a
real store and a real mail server. The year's other mornings are only asked whose days they are. In the outage no worker is there
for a week, and what the server has started meanwhile is done afterwards. That the server itself was killed and away is in
test_outage.py; that a week is not too long for it, the catch-up window of each schedule says here.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.store.reviews import PackState
from tests.mail.plant import Plant
from tests.reviews.year import DAY, HEADS, MANAGEMENT, MORNINGS, REVIEWS, WEEK, Year, digests, policy, there, timed
from tests.stories.engine import program
from workers import timetable
from workers.timetable import ALL, TIMETABLE, Plan
from workflows.rules.timetable import occurrences
from workflows.types.digests import Opening
from workflows.types.reviews import ReviewKind
from workflows.types.words import NoticeState


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def client() -> AsyncIterator[Client]:
    started = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=program("temporal"),
        dev_server_log_level="error",
        port=None,
    )
    yield started.client
    await started.shutdown()


async def evaluated(client: Client, schedule_id: str, start: datetime, end: datetime) -> list[datetime]:
    """The instants as the server has them."""
    first, last = Timestamp(), Timestamp()
    first.FromDatetime(start)
    last.FromDatetime(end)
    request = ListScheduleMatchingTimesRequest(
        namespace=client.namespace, schedule_id=schedule_id, start_time=first, end_time=last
    )
    answer = await client.workflow_service.list_schedule_matching_times(request)
    return [each.ToDatetime(UTC) for each in answer.start_time]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Taipei", "America/Havana", "Australia/Lord_Howe"])
async def test_the_server_and_the_watch_mean_the_same_instants(client: Client, zone: str) -> None:
    start = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    for entry in TIMETABLE:
        plan = await there(client, entry, zone, start)
        until = start + timetable.FORESEEN - DAY
        assert await evaluated(client, entry.id, start, until) == occurrences(plan.times, zone, start, until), entry.id


async def test_what_falls_due_in_an_outage_of_a_week_is_asked_for_afterwards(client: Client) -> None:
    for entry in REVIEWS:
        await there(client, entry, "Asia/Taipei", datetime.now(UTC))
        kept = (await client.get_schedule_handle(entry.id).describe()).schedule.policy
        assert kept.catchup_window and kept.catchup_window > WEEK and kept.overlap is ALL


@pytest.fixture(params=["Europe/Berlin", "Asia/Taipei"])
def year(request: pytest.FixtureRequest, client: Client, plant: Plant) -> Iterator[Year]:
    with timed(client, plant, request.param) as made:
        yield made


START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


async def test_a_year_of_packs_is_made_and_told_once(year: Year) -> None:
    since = datetime.now(UTC)
    for entry in REVIEWS:
        year.store.reviews.planned(entry.id, Plan.of(entry, policy(year.zone)).written, START)
    async with year.worker():
        runs = [await year.passes(entry, START, END) for entry in REVIEWS]
        planned = await year.ends(sum(runs), since)
    assert runs == [52, 13, 5] and set(planned.values()) == {1}
    packs = year.store.reviews.page(200, None).items
    assert {(each.kind, each.planned_at) for each in packs} == {
        (ReviewKind(schedule.removeprefix("review-")), at) for schedule, at in planned
    }
    assert len(packs) == sum(runs) and {each.state for each in packs} == {PackState.MADE}
    for (kind, readers), count in zip((("weekly", HEADS), ("monthly", HEADS), ("quarterly", MANAGEMENT)), runs, strict=True):
        mails = year.told(f"{kind}_review")
        assert len(mails) == count * readers and set(mails.values()) == {1}
    # Whoever compares what should have been with what was finds the same.
    year.now = END
    year.watch.look()
    assert year.store.reviews.missed(START) == [] and not year.told("run_missed")


@pytest.mark.parametrize("year", ["Europe/Berlin"], indirect=True)
async def test_digests_come_once_a_day_over_clocks_and_the_year_s_end(year: Year) -> None:
    since = datetime.now(UTC)
    spans = [(3, 27), (10, 23), (12, 29)]
    starts = [datetime(2025, month, day, tzinfo=ZoneInfo(year.zone)) for month, day in spans]
    async with year.worker():
        runs = [await year.passes(MORNINGS, start, start + 6 * DAY) for start in starts]
        planned = await year.ends(sum(runs), since)
    assert runs == [6, 6, 6] and set(planned.values()) == {1}
    days = [(start + n * DAY).date() for start in starts for n in range(6)]
    assert {at.astimezone(ZoneInfo(year.zone)).date() for _, at in planned} == set(days)
    everybody = {"quality-head", "quality1", "quality2", "sales1"}
    for day in days:
        assert {name for name, state in year.store.digests.states(day).items() if state is NoticeState.SENT} == everybody
    mails = year.told("digest")
    assert len(mails) == len(days) * len(everybody) and set(mails.values()) == {1}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Taipei"])
def test_a_year_s_mornings_are_a_day_each(plant: Plant, zone: str) -> None:
    """Of a day everybody is told once, whatever starts it: so each of them has one digest a day."""
    mornings = digests(plant, zone, lambda: plant.now)
    found: list[date] = []
    for plant.now in occurrences(MORNINGS.times(policy(zone)), zone, START, END):
        (batch,) = mornings.readers(Opening(at=plant.now)).batches
        assert len(set(batch.people)) == len(batch.people) == len(plant.store.people.every())
        assert batch.day == plant.now.astimezone(ZoneInfo(zone)).date() and plant.now < batch.until
        found.append(batch.day)
    assert found == [found[0] + n * DAY for n in range((END - START).days)]


@pytest.mark.parametrize("year", ["Asia/Taipei"], indirect=True)
async def test_a_worker_that_was_away_for_a_week_makes_each_pack_once_and_no_stale_digest(year: Year) -> None:
    since, start = datetime.now(UTC), datetime(2025, 6, 25, tzinfo=ZoneInfo(year.zone))
    asked = [await year.passes(entry, start, start + WEEK) for entry in (*REVIEWS, MORNINGS)]
    assert asked == [1, 1, 1, 7]
    year.away_for = WEEK
    async with year.worker():
        await year.ends(sum(asked), since)
    packs = {each.id: each for each in year.store.reviews.page(10, None).items}
    assert set(packs) == {"weekly-2025-06-29", "monthly-2025-07-01", "quarterly-2025-07-01"}
    assert all(each.made_at == each.planned_at + WEEK for each in packs.values())
    assert [len(year.told(f"{kind}_review")) for kind in ("weekly", "monthly", "quarterly")] == [HEADS, HEADS, MANAGEMENT]
    # Those days are over.
    assert not year.told("digest")
