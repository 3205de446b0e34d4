"""A year of the timetable, each pack and digest once: over both changes of clocks, the year's end and an outage of a week.

The time-skipping server knows no schedules, so this is shown in parts. The real server evaluates each schedule for two years,
and says the same instants as `occurrences`. It backfills the year for the reviews, and the days around the changes of clocks and
the year's end for the digests; real activities make and tell what it starts, each at the instant that it was planned for, on a
real store and a real mail server. In the outage no worker is there for a week, and what the server has started meanwhile is done
afterwards. That the server itself catches up with what fell due while it was down is its own promise: only that the catch-up
window of each schedule asks for it is looked at here.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio import activity
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest
from temporalio.client import Client, ScheduleBackfill
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import policy_file
from activities.digest import SmtpDigests
from activities.mail.circulars import LENT, Circulars
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.reviews.post import PlantReviews
from activities.reviews.watch import Watch
from activities.store.reviews import PackState
from tests.mail.plant import Plant
from tests.mail.samples import order, task
from tests.stories.engine import program
from workers import timetable
from workers.timetable import ALL, TIMETABLE, Entry, Plan
from workflows import ids
from workflows.reviews import PLANNED_AT, DigestWorkflow, ReviewWorkflow
from workflows.rules.timetable import occurrences
from workflows.types.policy import Policy
from workflows.types.reviews import ReviewKind
from workflows.types.words import NoticeState

SENDER = "Jiaoqi <jiaoqi@plant.example>"
DAY, WEEK = timedelta(days=1), timedelta(days=7)
PATIENCE = 90
"""Seconds: where a store is too busy on a busy machine, the next tries come after 5, 15 and 35."""
# The weekly pack falls into the nights in which clocks change.
POLICY = """
version = "a year"
[plant]
time_zone = "{zone}"
country = ""
weekend = []
hours = ["02:15-06:00", "06:15-14:00"]
[reviews]
weekly = "sun 02:30"
monthly = "1 08:00"
quarterly = "1 08:30"
"""
REVIEWS = [entry for entry in TIMETABLE if entry.workflow == "Review"]
MORNINGS = next(entry for entry in TIMETABLE if entry.id == ids.DIGEST)


def policy(zone: str) -> Policy:
    return policy_file.parse(POLICY.format(zone=zone))


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


async def there(client: Client, entry: Entry, zone: str, start: datetime) -> Plan:
    """The schedule as it would have been kept since then."""
    plan = Plan.of(entry, policy(zone))
    await timetable.put(client, plan, start.date())
    return plan


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


class Year:
    """A plant whose reviews and digests are done at the instants for which they were planned."""

    def __init__(self, client: Client, plant: Plant, zone: str) -> None:
        self.client, self.plant, self.zone, self.store = client, plant, zone, plant.store
        self.away_for = timedelta()
        """How much later than planned whoever does it is there."""
        in_force, transport = PolicyInForce(plant.store, POLICY.format(zone=zone)), Transport.of(plant.server.url)
        self.digests = SmtpDigests(plant.store, in_force, transport, SENDER, "https://jiaoqi.example", self.tried_at)
        circulars = Circulars(plant.store, transport, SENDER, self.tried_at)
        self.reviews = PlantReviews(plant.store, in_force, circulars, "https://jiaoqi.example", self.clock)
        self.now = datetime(2025, 1, 1, tzinfo=UTC)
        self.watch = Watch(plant.store, in_force, self.reviews, lambda: self.now)
        self.pool = ThreadPoolExecutor(8)

    def clock(self) -> datetime:
        """What a schedule starts is called by the instant that it was planned for."""
        planned = re.search(r"\d{4}-\d\d-\d\dT[\d:]+Z", activity.info().workflow_id or "")
        assert planned
        return datetime.fromisoformat(planned[0]) + self.away_for

    def tried_at(self) -> datetime:
        """Whoever tries again comes when what the try before had taken is free: a store may be too busy to be told."""
        return self.clock() + (activity.info().attempt - 1) * LENT

    def worker(self) -> Worker:
        return Worker(
            self.client,
            task_queue=ids.REVIEWS_QUEUE,
            workflows=[DigestWorkflow, ReviewWorkflow],
            activities=[self.digests.readers, self.digests.send, self.reviews.make, self.reviews.tell],
            activity_executor=self.pool,
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_activities=8,
        )

    async def passes(self, entry: Entry, start: datetime, end: datetime) -> int:
        """The server starts all that was planned; how much that is."""
        plan = await there(self.client, entry, self.zone, start)
        past = ScheduleBackfill(start, end, ALL)
        await self.client.get_schedule_handle(entry.id).backfill(past)
        return len(occurrences(plan.times, self.zone, start - timedelta(seconds=1), end))

    async def ends(self, runs: int, since: datetime) -> Counter[tuple[str, datetime]]:
        """When so many have ended: what each was, and the instant that the server notes it was planned for."""
        query = f'ExecutionStatus = "Completed" AND StartTime >= "{since.isoformat()}"'
        for _ in range(PATIENCE * 10):
            if (await self.client.count_workflows(query)).count >= runs:
                break
            await asyncio.sleep(0.1)
        found = [each async for each in self.client.list_workflows(query)]
        assert len(found) == runs, f"{len(found)} of {runs} have ended"
        return Counter((each.id.partition("-20")[0], each.typed_search_attributes[PLANNED_AT]) for each in found)

    def told(self, kind: str) -> Counter[tuple[str, str]]:
        """The mails of a kind by reader and Message-ID."""
        mails = [each for each in self.plant.server.messages if each["X-Jiaoqi-Kind"] == kind]
        return Counter((str(each["To"]), str(each["Message-ID"])) for each in mails)


@pytest.fixture(params=["Europe/Berlin", "Asia/Taipei"])
def year(request: pytest.FixtureRequest, client: Client, plant: Plant) -> Iterator[Year]:
    long_ago = datetime(2024, 12, 1, 9, tzinfo=UTC)
    plant.now = long_ago
    plant.writes(order(), task(due_at=long_ago, due_soon_at=long_ago))
    made = Year(client, plant, request.param)
    yield made
    made.pool.shutdown()


START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
MANAGEMENT, HEADS = 1, 4
"""Readers of the quarter, and of the week and the month."""


async def test_a_year_of_packs_is_made_and_told_once(year: Year) -> None:
    since = datetime.now(UTC)
    for entry in REVIEWS:
        year.store.reviews.planned(entry.id, "for a year", START)
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
