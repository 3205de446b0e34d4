"""Mornings at the plant while weeks pass: one digest a person and working day, whatever was away in between."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities import policy_file
from activities.digest import SmtpDigests
from activities.mail.message import Sender
from activities.mail.plant_mail import PlantMail
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.store import Store, migrate
from tests.mail.plant import Plant
from tests.mail.samples import cast, order, task
from tests.mail.servers import Server, running
from tests.stories.engine import SkippingEngine
from workflows.reviews import DigestWorkflow
from workflows.rules.timetable import opening
from workflows.types.words import NoticeState

TAIPEI = ZoneInfo("Asia/Taipei")
DAY = timedelta(days=1)
POLICY = """
version = "mornings"
[plant]
name = "台中一廠"
country = ""
hours = ["08:00-12:00", "13:00-17:00"]
closed = ["{closed}"]
[plant.hours_by_day]
tue = ["09:30-12:00", "13:00-17:00"]
"""


class Mornings:
    """A plant with one open task of quality's, on an engine whose time passes at once."""

    def __init__(self, env: WorkflowEnvironment, store: Store, server: Server, monday: date) -> None:
        self.env, self.store, self.server, self.monday = env, store, server, monday
        text = POLICY.format(closed=monday + 2 * DAY)
        self.policy = policy_file.parse(text)
        self.queue = f"mornings-{uuid.uuid4()}"
        self.pool = ThreadPoolExecutor(4)
        self.away_for = timedelta()
        """This engine's time stands while nobody serves what it has started: so much passed all the same."""
        self.digests = SmtpDigests(
            PlantMail(
                store,
                PolicyInForce(store, text),
                Transport.of(server.url),
                Sender.of("Jiaoqi <jiaoqi@plant.example>"),
                "https://jiaoqi.example",
                lambda: activity.info().started_time + self.away_for,
            )
        )
        digest = store.policies.put(self.policy)
        plant = Plant(store, server, digest)
        plant.writes(order(), task(due_at=self.at(monday - 3 * DAY, time(17)), due_soon_at=self.at(monday - 3 * DAY, time(15))))

    def at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, TAIPEI)

    def opens(self, day: date) -> datetime:
        """When the schedule fires that day; it knows nothing of holidays."""
        return self.at(day, opening(self.policy.plant, day.weekday()))

    async def until(self, instant: datetime) -> None:
        now = await self.env.get_current_time()
        assert instant > now
        await self.env.sleep(instant - now)

    async def fires(self, day: date) -> WorkflowHandle[DigestWorkflow, None]:
        await self.until(self.opens(day))
        return await self.fires_now()

    async def fires_now(self) -> WorkflowHandle[DigestWorkflow, None]:
        return await self.env.client.start_workflow(DigestWorkflow.run, id=f"digest-{uuid.uuid4()}", task_queue=self.queue)

    async def ends(self, morning: WorkflowHandle[DigestWorkflow, None]) -> None:
        """Waits while no time passes at the plant: what people wait for elsewhere must not take days here."""
        with self.env.auto_time_skipping_disabled():
            async with asyncio.timeout(20):
                await morning.result()

    def worker(self) -> Worker:
        return Worker(
            self.env.client,
            task_queue=self.queue,
            workflows=[DigestWorkflow],
            activities=[self.digests.readers, self.digests.send],
            activity_executor=self.pool,
            workflow_runner=UnsandboxedWorkflowRunner(),
        )

    def told(self, day: date) -> set[str]:
        return {name for name, state in self.store.digests.states(day).items() if state is NoticeState.SENT}

    def arrived(self) -> list[tuple[str, str]]:
        """The plant's time at which each mail to quality1 was written."""
        mine = [each for each in self.server.messages if each["To"] == "quality1@plant.example"]
        times = [datetime.strptime(str(each["Date"]), "%a, %d %b %Y %H:%M:%S %z").astimezone(TAIPEI) for each in mine]
        return [(f"{at:%a}", f"{at:%H}") for at in times]


@pytest.fixture
def sink() -> Iterator[Server]:
    with running(Server()) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def mornings(engine: SkippingEngine, sink: Server, tmp_path: Path) -> AsyncIterator[Mornings]:
    env = await engine.environment()
    url = f"sqlite:///{tmp_path / 'mornings.db'}"
    migrate(url)
    store = Store.open(url)
    for person in cast().people.values():
        store.people.put(person)
    today = (await env.get_current_time()).astimezone(TAIPEI).date()
    made = Mornings(env, store, sink, today + (7 - today.weekday()) * DAY)
    yield made
    made.pool.shutdown()
    store.close()


EVERYBODY = {"quality-head", "quality1", "quality2", "sales1"}


async def test_a_week_with_a_holiday_and_a_weekend(mornings: Mornings) -> None:
    week = [mornings.monday + n * DAY for n in range(8)]
    async with mornings.worker():
        for day in week:
            await mornings.ends(await mornings.fires(day))
    assert [day.strftime("%a") for day in week if mornings.told(day)] == ["Mon", "Tue", "Thu", "Fri", "Mon"]
    assert all(mornings.told(day) in (EVERYBODY, set()) for day in week)
    assert mornings.arrived() == [("Mon", "08"), ("Tue", "09"), ("Thu", "08"), ("Fri", "08"), ("Mon", "08")]
    assert len({str(each["Message-ID"]) for each in mornings.server.messages}) == len(mornings.server.messages) == 20


async def test_a_worker_that_was_away_in_the_morning_tells_it_later_that_day(mornings: Mornings) -> None:
    monday = mornings.monday
    asked = await mornings.fires(monday)
    again = await mornings.fires_now()
    mornings.away_for = timedelta(hours=3)
    async with mornings.worker():
        await mornings.ends(asked)
        await mornings.ends(again)
    assert mornings.arrived() == [("Mon", "11")] and mornings.told(monday) == EVERYBODY


async def test_a_morning_that_nobody_told_is_over_with_its_day(mornings: Mornings) -> None:
    monday = mornings.monday
    asked = await mornings.fires(monday)
    mornings.away_for = timedelta(hours=9)
    async with mornings.worker():
        await mornings.ends(asked)
        assert mornings.store.digests.states(monday) == {}
        mornings.away_for = timedelta()
        await mornings.ends(await mornings.fires(monday + DAY))
    assert mornings.arrived() == [("Tue", "09")]


async def test_a_mail_server_that_was_away_gets_them_once_it_is_back(mornings: Mornings) -> None:
    mornings.server.answers = {"quality1@plant.example": "451 later"}
    async with mornings.worker():
        asked = await mornings.fires(mornings.monday)
        await mornings.until(mornings.at(mornings.monday, time(9, 59)))
        assert mornings.told(mornings.monday) == EVERYBODY - {"quality1"}
        mornings.server.answers = {}
        await mornings.until(mornings.at(mornings.monday, time(10, 5)))
        await mornings.ends(asked)
    assert mornings.arrived() == [("Mon", "10")] and mornings.told(mornings.monday) == EVERYBODY
    assert len(mornings.server.messages) == 4
