"""The engine itself is killed and away for several periods: what fell due meanwhile is started afterwards, each run once.

A week cannot be waited for, so that the periods are seconds; all else of the schedules is as the plant keeps them, on the stack's
own engine with its database on disk. No worker is there until the engine is back: real ones then make and tell all of it.
"""

import asyncio
import os
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import Client, ScheduleIntervalSpec, ScheduleSpec

from activities.store.reviews import PackState
from jiaoqi.addresses import Ports
from jiaoqi.connection import connect
from jiaoqi.home import Home
from jiaoqi.plan import StackPorts, fill, temporal_server
from jiaoqi.settings import Settings
from tests.mail.plant import Plant
from tests.reviews.year import HEADS, MANAGEMENT, MORNINGS, PATIENCE, REVIEWS, policy, timed
from workers import timetable
from workers.timetable import TIMETABLE, Plan
from workflows import ids
from workflows.reviews import PLANNED_AT

PERIOD = timedelta(seconds=2)
AWAY = 3 * PERIOD
EAST = (18 - datetime.now(UTC).hour) % 24 - 12
ZONE = f"Etc/GMT{-EAST:+d}"
"""Where it is between six and seven in the morning: digests are told as long as the day's work goes on."""
KEPT = [*REVIEWS, MORNINGS]
"""Of which each run is wanted."""
(TAKES_ALL,) = (entry for entry in TIMETABLE if entry.id == ids.ARCHIVE)
"""Of which one run is as good as several."""

Runs = Counter[tuple[str, datetime]]
"""By schedule, and the instant for which it was planned."""


class Engine:
    """As a stack starts it; whoever kills it does not ask."""

    def __init__(self, home: Home) -> None:
        home.logs.mkdir(parents=True)
        ports = Ports()
        chosen = StackPorts(temporal=ports.take("", 0), temporal_ui=ports.take("", 0))
        self.child = temporal_server(home, chosen, os.environ)
        self.settings = fill(Settings.load(home.path, {"TEMPORAL_ADDRESS": ""}), chosen, public_url="")

    @contextmanager
    def running(self) -> Iterator[None]:
        with self.child.log.open("ab") as log:
            process = subprocess.Popen(self.child.argv, env=self.child.environment, stdout=log, stderr=log)
            try:
                yield
            finally:
                process.kill()
                process.wait()

    async def client(self) -> Client:
        return await connect(self.settings, patience=timedelta(seconds=PATIENCE))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(Home(tmp_path / "home"))


async def keep(client: Client) -> None:
    """The timetable as it is, but every other second."""
    for entry in (*KEPT, TAKES_ALL):
        schedule = timetable.schedule(Plan.of(entry, policy(ZONE)), datetime.now(UTC).date())
        schedule.spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=PERIOD)])
        await client.create_schedule(entry.id, schedule)


async def forget(client: Client) -> None:
    for entry in (*KEPT, TAKES_ALL):
        await timetable.take_away(client, entry.id)


async def started(client: Client) -> Runs:
    found = [each async for each in client.list_workflows(f"{PLANNED_AT.name} IS NOT NULL")]
    return Counter((each.id.partition("-20")[0], each.typed_search_attributes[PLANNED_AT]) for each in found)


def of(runs: Runs, schedule_id: str) -> list[datetime]:
    return sorted(at for name, at in runs.elements() if name == schedule_id)


async def looks(client: Client) -> AsyncIterator[Runs]:
    """Again and again what has been started, until nobody has patience any more."""
    until = datetime.now(UTC) + timedelta(seconds=PATIENCE)
    while datetime.now(UTC) < until:
        yield await started(client)
        await asyncio.sleep(0.5)
    raise AssertionError(f"the engine has not caught up: {await started(client)}")


async def caught_up(client: Client, since: datetime) -> None:
    """When each schedule goes on after this."""
    async for runs in looks(client):
        if all(max(of(runs, entry.id), default=since) > since for entry in KEPT):
            return


async def settled(client: Client) -> Runs:
    """When nothing more comes: what was started last is listed a little later."""
    before: Runs = Counter()
    async for runs in looks(client):
        if runs == before:
            return runs
        before = runs
    raise AssertionError("looks end with an error of their own")


async def test_what_fell_due_while_the_engine_was_killed_is_done_once(engine: Engine, plant: Plant) -> None:
    with engine.running():
        await keep(client := await engine.client())
        await caught_up(client, datetime.now(UTC))
    killed = datetime.now(UTC)
    await asyncio.sleep(AWAY.total_seconds())
    with engine.running():
        back = datetime.now(UTC)
        await caught_up(client := await engine.client(), back)
        await forget(client)
        with timed(client, plant, ZONE) as year:
            # Nobody has ended the first, so that nothing came after it; whoever does it takes all.
            (only,) = of(await started(client), TAKES_ALL.id)
            assert only < killed
            await client.get_workflow_handle(f"{TAKES_ALL.id}-{only:%Y-%m-%dT%H:%M:%SZ}").terminate()
            runs = await settled(client)
            # All of them mean the same day: two at once would wait for each other's mails, and then try again much later.
            async with year.worker(at_once=1):
                await year.ends(runs.total() - 1, killed - timedelta(hours=1))
    for entry in KEPT:
        planned = of(runs, entry.id)
        assert planned == [planned[0] + n * PERIOD for n in range(len(planned))], entry.id
        assert sum(killed < at < back for at in planned) >= AWAY / PERIOD - 1 and planned[0] < killed
    days = {at.astimezone(ZoneInfo(ZONE)).date() for _, at in runs}
    packs = year.store.reviews.page(50, None).items
    made = Counter((ids.schedule(each.kind), each.day) for each in packs)
    assert made == Counter((entry.id, day) for entry in REVIEWS for day in days)
    assert {each.state for each in packs} == {PackState.MADE}
    for kind, readers in (("weekly", HEADS), ("monthly", HEADS), ("quarterly", MANAGEMENT)):
        mails = year.told(f"{kind}_review")
        assert len(mails) == len(days) * readers and set(mails.values()) == {1}
    assert set(year.told("digest").values()) == {1}
