"""The same plant with its store in PostgreSQL: the stories, the commands, the migrations, and a crash of everything.

JIAOQI_TEST_LONG=1: every story of the plant, three crashes with more people, and the ladder over an outage.
"""

import inspect
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from unittest import mock

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from activities import store
from activities.store.database import parse
from activities.store.migrate import config
from activities.store.tables import METADATA
from tests.endtoend import (
    dates,
    test_cancelling,
    test_confirming,
    test_inspecting,
    test_ladder,
    test_making,
    test_shipping,
    test_straight_through,
)
from tests.endtoend.clients import at_work, busy, nothing_is_missing
from tests.endtoend.order import Order
from tests.endtoend.people import jiaoqi
from tests.endtoend.plant import Plant, written
from tests.endtoend.policies import IN_SECONDS, ORDINARY

Story = Callable[[Plant], None]

LONG = bool(os.environ.get("JIAOQI_TEST_LONG"))
CLIENTS, CRASHES = (16, 3) if LONG else (3, 1)
ENOUGH = 6
"""Acknowledged calls a client before the crash, on average."""
STORIES: tuple[Story, ...] = (
    test_straight_through.test_straight_through,
    # Rework that scraps, a shortage, and another order for the rest.
    test_inspecting.test_a_part_is_shipped_and_the_rest_follows,
    test_shipping.test_refused_in_part_and_redelivered,
)
MIGRATIONS = Path(store.__file__).parent / "migrations"
HISTORY = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
OLDER = ["base", *reversed(HISTORY[1:])]
SOMEBODY = sa.text(
    "INSERT INTO person (id, name, language, departments, head_of, admin, removed)"
    " VALUES ('bo', 'bo', 'en', '[]', '[]', false, false)"
)
HEAD = "order_no,customer,product_model,quantity,requested_date"


def told_in(module: ModuleType) -> list[Story]:
    """All stories that need nothing but a plant."""
    stories = [story for name, story in inspect.getmembers(module, inspect.isfunction) if name.startswith("test_")]
    return [story for story in stories if list(inspect.signature(story).parameters) == ["plant"]]


if LONG:
    ROOMS = (test_straight_through, test_confirming, test_making, test_inspecting, test_shipping, test_cancelling)
    STORIES = tuple(story for room in ROOMS for story in told_in(room))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.removeprefix("test_"))
def test_the_story_is_the_same(on_postgresql: Plant, story: Story) -> None:
    story(on_postgresql)


def test_everything_is_killed_with_the_database_while_people_work(on_postgresql: Plant) -> None:
    plant, cluster = on_postgresql, on_postgresql.cluster
    assert cluster
    for _ in range(CRASHES):
        with busy(plant, CLIENTS) as crew:
            at_work(crew, ENOUGH * CLIENTS)
            cluster.kill()
            os.kill(plant.stack.pid("temporal"), signal.SIGKILL)
            plant.stack.kill()
        cluster.start()
        plant.stack.start()
        nothing_is_missing(crew)


if LONG:

    def test_after_an_outage_only_the_highest_rung_is_told(on_postgresql: Plant) -> None:
        with under(on_postgresql, IN_SECONDS):
            test_ladder.test_after_an_outage_only_the_highest_rung_is_told(on_postgresql)


# The commands.


@contextmanager
def under(plant: Plant, policy: str) -> Iterator[None]:
    """The plant under another policy for a while, its running orders too."""
    apply(plant, policy)
    yield
    apply(plant, ORDINARY)


def apply(plant: Plant, policy: str) -> None:
    assert "governs new orders" in asked(plant, "policy", "apply", str(written(plant.stack.home, policy)))


def asked(plant: Plant, *words: str) -> str:
    """A command, which finds the store by the stack that runs in the home."""
    return jiaoqi(*words, "--home", str(plant.stack.home))


def test_people_policy_and_files_of_orders(on_postgresql: Plant) -> None:
    plant = on_postgresql
    guest = plant.hire("guest", "--department", "sales")
    listed = {person["id"]: person["departments"] for person in json.loads(asked(plant, "people", "list", "--json"))}
    assert listed["guest"] == ["sales"] and guest.ask("/me")["id"] == "guest"
    governed = plant.enter()
    with under(plant, IN_SECONDS):
        assert 'version = "in seconds"' in asked(plant, "policy", "show")
        assert [event["type"] for event in governed.events()].count("policy_adopted") == 1
    imported_once(plant)
    plant.dismiss("guest")
    assert "guest" not in {person["id"] for person in plant.person("boss").every("/people")}


def imported_once(plant: Plant) -> None:
    numbers = [f"FILE-{n}" for n in range(7)]
    file = plant.stack.home / "orders.csv"
    file.write_text("\n".join([HEAD, *(f"{number},大同精密,Pump,3,{dates.day(30)}" for number in numbers)]), encoding="utf-8")
    words = ("import", str(file), "--as", "guest", "--limit", "5")
    assert "5 entered, 0 already there, 0 refused" in asked(plant, *words)
    assert "0 entered, 5 already there, 0 refused" in asked(plant, *words)
    assert sorted(order["order_no"] for order in plant.person("guest").every("/orders", q="FILE-")) == numbers[:5]
    Order(plant, {"order_no": numbers[0]}).entered_elsewhere().finished().ends("completed", "full")


# The tables.


@pytest.fixture
def database_url(on_postgresql: Plant) -> str:
    assert on_postgresql.cluster
    return on_postgresql.cluster.create()


def test_the_tables_are_made_from_nothing(database_url: str, tmp_path: Path) -> None:
    migrated(database_url, tmp_path)
    migrated(database_url, tmp_path)
    assert as_declared(database_url)


@pytest.mark.parametrize("revision", OLDER)
def test_the_tables_are_changed_from_an_older_revision(database_url: str, tmp_path: Path, revision: str) -> None:
    """What was in them is kept. Before the first revision they are those of a database that Alembic alone has seen."""
    with connected(database_url) as connection:
        (alembic.stamp if revision == "base" else alembic.upgrade)(config(connection), revision)
        there = sa.inspect(connection).has_table("person")
        if there:
            connection.execute(SOMEBODY)
    migrated(database_url, tmp_path)
    assert as_declared(database_url)
    with connected(database_url) as connection:
        assert connection.scalars(sa.text("SELECT id FROM person")).all() == ["bo"] * there


def migrated(database_url: str, home: Path) -> None:
    """By the command, as operators run it before a release."""
    with mock.patch.dict(os.environ, JIAOQI_DATABASE_URL=database_url):
        jiaoqi("migrate", "--home", str(home))


def as_declared(database_url: str) -> bool:
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return not compare_metadata(context, METADATA)


@contextmanager
def connected(database_url: str) -> Iterator[sa.Connection]:
    """One transaction."""
    engine = sa.create_engine(parse(database_url))
    with engine.begin() as connection:
        yield connection
    engine.dispose()
