"""Reminders of training while a year passes: each step once, over the year's end, clocks that change, and a week's outage."""

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

from activities.mail.message import Sender
from activities.mail.plant_mail import PlantMail
from activities.mail.transport import Transport
from activities.policy_in_force import PolicyInForce
from activities.store import Store, migrate
from activities.store.training import Course
from activities.training.post import SmtpTraining
from tests.mail.samples import cast
from tests.mail.servers import Server, running
from tests.stories.engine import SkippingEngine
from tests.stories.plant import CAST, Plant
from tests.training.taught import INSPECTION, taught
from workflows.training import TrainingWorkflow
from workflows.types.commands import Actor
from workflows.types.words import Department

BERLIN = ZoneInfo("Europe/Berlin")
POLICY = 'version = "year"\n[plant]\nname = "Werk 1"\ntime_zone = "Europe/Berlin"\ncountry = ""'
DAY, SEVEN = timedelta(days=1), time(7)


class School:
    """A plant that is told each day at seven, on an engine whose time passes at once."""

    def __init__(self, env: WorkflowEnvironment, store: Store, server: Server, today: date) -> None:
        self.env, self.store, self.server, self.today = env, store, server, today
        self.queue, self.pool = f"training-{uuid.uuid4()}", ThreadPoolExecutor(4)
        self.training = SmtpTraining(
            PlantMail(
                store,
                PolicyInForce(store, POLICY),
                Transport.of(server.url),
                Sender.of("Jiaoqi <jiaoqi@plant.example>"),
                "https://jiaoqi.example",
                lambda: activity.info().started_time,
            )
        )

    def passes(self, last: date, **names: bool | None) -> None:
        """Inspection runs out for these people on that day."""
        held = datetime.combine(self.today, SEVEN, BERLIN)
        taught(self.store, "inspection", last.replace(year=last.year - 2), held, "boss", **names)

    async def until(self, day: date, clock: time = SEVEN) -> None:
        instant = datetime.combine(day, clock, BERLIN)
        await self.env.sleep(instant - await self.env.get_current_time())

    async def fires(self) -> WorkflowHandle[TrainingWorkflow, None]:
        return await self.env.client.start_workflow(TrainingWorkflow.run, id=f"training-{uuid.uuid4()}", task_queue=self.queue)

    async def days(self, first: date, last: date) -> None:
        """Day after day, as the schedule fires."""
        for n in range((last - first).days + 1):
            await self.until(first + n * DAY)
            await self.ends(await self.fires())

    async def ends(self, day: WorkflowHandle[TrainingWorkflow, None]) -> None:
        with self.env.auto_time_skipping_disabled():
            async with asyncio.timeout(20):
                await day.result()

    def worker(self) -> Worker:
        return Worker(
            self.env.client,
            task_queue=self.queue,
            workflows=[TrainingWorkflow],
            activities=[self.training.due, self.training.remind],
            activity_executor=self.pool,
            workflow_runner=UnsandboxedWorkflowRunner(),
        )

    def told(self, who: str) -> list[date]:
        mine = [each for each in self.server.messages if each["To"] == f"{who}@plant.example"]
        return [datetime.strptime(str(each["Date"]), "%a, %d %b %Y %H:%M:%S %z").astimezone(BERLIN).date() for each in mine]


@pytest.fixture
def sink() -> Iterator[Server]:
    with running(Server()) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def school(engine: SkippingEngine, sink: Server, tmp_path: Path) -> AsyncIterator[School]:
    env = await engine.environment()
    url = f"sqlite:///{tmp_path / 'training.db'}"
    migrate(url)
    store = Store.open(url)
    for person in cast().people.values():
        store.people.put(person)
    today = (await env.get_current_time()).astimezone(BERLIN).date()
    made = School(env, store, sink, today)
    store.training.describe(INSPECTION, "boss", datetime.combine(today, SEVEN, BERLIN))
    yield made
    made.pool.shutdown()
    store.close()


async def test_a_year_of_mornings(school: School) -> None:
    """Only the mornings around what may be told are played; one week nobody is there, over a step."""
    first = school.today + DAY
    # One runs out over the year's end, the other where the clocks change in spring, whenever today is.
    new_year, spring = date(first.year + 1, 1, 3), date(first.year + 1, 3, 29)
    new_year, spring = (last.replace(year=last.year + ((last - first).days < 62)) for last in (new_year, spring))
    school.passes(new_year, quality1=True)
    school.passes(spring, quality2=True)
    async with school.worker():
        for last in sorted((new_year, spring)):
            for step in (60, 30):
                await school.days(last - (step + 1) * DAY, last - (step - 1) * DAY)
            # An outage of a week, over the third step: told when it is over.
            await school.days(last - 3 * DAY, last + 2 * DAY)
    for who, last in (("quality1", new_year), ("quality2", spring)):
        assert school.told(who) == [last - 60 * DAY, last - 30 * DAY, last - 3 * DAY, last]
    assert school.told("quality-head") == sorted(school.told("quality1") + school.told("quality2"))
    assert len({str(each["Message-ID"]) for each in school.server.messages}) == len(school.server.messages) == 16


async def test_a_mail_server_that_was_away_gets_it_once_it_is_back(school: School) -> None:
    school.passes(school.today + 31 * DAY, quality1=True)
    school.server.answers = {"quality1@plant.example": "451 later"}
    first = school.today + DAY
    async with school.worker():
        await school.until(first)
        going = await school.fires()
        await school.until(first, time(8))
        assert (school.told("quality1"), school.told("quality-head")) == ([], [first])
        # Not that day any more: the next one goes on with it.
        await school.until(first + DAY, time(0, 10))
        await school.ends(going)
        assert school.told("quality1") == []
        school.server.answers = {}
        await school.days(first + DAY, first + 2 * DAY)
    assert (school.told("quality1"), school.told("quality-head")) == ([first + DAY], [first])


async def test_nothing_to_tell_is_told_to_nobody(school: School) -> None:
    school.store.training.describe(Course("inspection", "Final inspection", None, None), "boss", datetime.now(BERLIN))
    school.passes(school.today, quality1=True)
    async with school.worker():
        await school.days(school.today + DAY, school.today + DAY)
    assert school.server.messages == []


# Who may do what only because they were taught to.

ASKS = '[tasks.inspect]\ncourse = "inspection"'


def trained(*courses: str) -> Actor:
    inspector = CAST[Department.QUALITY]
    return inspector.model_copy(update={"id": "quality7", "courses": courses})


async def test_an_order_hears_only_who_was_taught(plant: Plant) -> None:
    await plant.enter(100, policy=ASKS)
    await plant.produced()
    assert plant.task("inspect").course == "inspection"
    for speaker in (trained(), trained("safety")):
        assert (await plant.refused(plant.answer("inspect", "pass", by=speaker))).code == "not-trained"
    await plant.answer("inspect", "pass", by=trained("inspection"))
    assert plant.open_kinds() == ["accept"]


async def test_a_policy_that_is_adopted_asks_of_open_tasks_as_well(plant: Plant) -> None:
    await plant.enter(100)
    await plant.produced()
    assert plant.task("inspect").course is None
    await plant.adopt(ASKS)
    assert plant.task("inspect").course == "inspection"
    assert (await plant.refused(plant.answer("inspect", "pass", by=trained()))).code == "not-trained"
    await plant.adopt("")
    await plant.answer("inspect", "pass", by=trained())
    assert plant.open_kinds() == ["accept"]
