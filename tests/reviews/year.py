"""A plant whose reviews and digests are done at the instants for which the engine has planned them."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.client import Client, ScheduleBackfill
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import policy_file
from activities.digest import SmtpDigests
from activities.figures.keeping import count_everything
from activities.mail.circulars import LENT, Circulars
from activities.mail.message import Sender
from activities.mail.plant_mail import PlantMail
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.reviews.post import PlantReviews
from activities.reviews.watch import Watch
from tests.mail.plant import Plant
from tests.mail.samples import order, task
from workers import timetable
from workers.timetable import ALL, TIMETABLE, Entry, Plan
from workflows import ids
from workflows.reviews import PLANNED_AT, DigestWorkflow, ReviewWorkflow
from workflows.rules.timetable import occurrences
from workflows.types.policy import Policy

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
MANAGEMENT, HEADS = 1, 4
"""Readers of the quarter, and of the week and the month."""
MORNINGS = next(entry for entry in TIMETABLE if entry.id == ids.DIGEST)


def policy(zone: str) -> Policy:
    return policy_file.parse(POLICY.format(zone=zone))


async def there(client: Client, entry: Entry, zone: str, start: datetime) -> Plan:
    """The schedule as it would have been kept since then."""
    plan = Plan.of(entry, policy(zone))
    await timetable.put(client, plan, start.date())
    return plan


def digests(plant: Plant, zone: str, clock: Callable[[], datetime]) -> SmtpDigests:
    in_force, transport = PolicyInForce(plant.store, POLICY.format(zone=zone)), Transport.of(plant.server.url)
    return SmtpDigests(PlantMail(plant.store, in_force, transport, Sender.of(SENDER), "https://jiaoqi.example", clock))


class Year:
    """A plant whose reviews and digests are done at the instants for which they were planned."""

    def __init__(self, client: Client, plant: Plant, zone: str) -> None:
        self.client, self.plant, self.zone, self.store = client, plant, zone, plant.store
        self.away_for = timedelta()
        """How much later than planned whoever does it is there."""
        in_force, transport = PolicyInForce(plant.store, POLICY.format(zone=zone)), Transport.of(plant.server.url)
        self.digests = digests(plant, zone, self.tried_at)
        circulars = Circulars(plant.store, transport, SENDER, self.tried_at)
        self.reviews = PlantReviews(plant.store, in_force, circulars, "https://jiaoqi.example", self.clock)
        self.now = datetime(2025, 1, 1, tzinfo=UTC)
        self.watch = Watch(plant.store, in_force, self.reviews, lambda: self.now)
        self.pool = ThreadPoolExecutor(8)
        # What the worker's keeper does: reports wait for figures.
        count_everything(plant.store, lambda: datetime.now(UTC))

    def clock(self) -> datetime:
        """What a schedule starts is called by the instant that it was planned for."""
        planned = re.search(r"\d{4}-\d\d-\d\dT[\d:]+Z", activity.info().workflow_id or "")
        assert planned
        return datetime.fromisoformat(planned[0]) + self.away_for

    def tried_at(self) -> datetime:
        """Whoever tries again comes when what the try before had taken is free: a store may be too busy to be told."""
        return self.clock() + (activity.info().attempt - 1) * LENT

    def worker(self, at_once: int = 8) -> Worker:
        return Worker(
            self.client,
            task_queue=ids.REVIEWS_QUEUE,
            workflows=[DigestWorkflow, ReviewWorkflow],
            activities=[self.digests.readers, self.digests.send, self.reviews.make, self.reviews.tell],
            activity_executor=self.pool,
            workflow_runner=UnsandboxedWorkflowRunner(),
            max_concurrent_activities=at_once,
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


@contextmanager
def timed(client: Client, plant: Plant, zone: str) -> Iterator[Year]:
    """Where somebody has been behind with something since the year before, so that each morning has something to tell."""
    plant.now = long_ago = datetime(2024, 12, 1, 9, tzinfo=UTC)
    plant.writes(order(), task(due_at=long_ago, due_soon_at=long_ago))
    made = Year(client, plant, zone)
    yield made
    made.pool.shutdown()
