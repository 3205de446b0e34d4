"""The deployment at work: every command and every health check of docker-compose.yml, against what stands behind it.

In turn: each test goes on where the last one stopped, as a site does from its first start to its stop.
"""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.deploy.conftest import SERVICES, SITE, Site
from tests.deploy.containers import Container
from tests.endtoend.engine import temporal
from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED
from tests.endtoend.plant import Plant
from tests.endtoend.stack import Stack
from tests.endtoend.waiting import until

LONG_AGO = 3600.0
ROLES = "/docker-entrypoint-initdb.d/roles.sh"


@pytest.fixture(scope="module")
def workers(site: Site) -> list[Container]:
    """`--scale worker=2`."""
    return [site.container("worker", number) for number in (1, 2)]


@pytest.fixture(scope="module")
def api(site: Site) -> Container:
    return site.container("api")


def done(container: Container, **more: str) -> str:
    ended = container.run(**more)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_postgresql_is_well_and_its_first_start_makes_the_roles(site: Site) -> None:
    database = site.container("postgres")
    database.until_well()
    script = str(database.service.mounts[ROLES])
    reach = {"PGHOST": str(site.postgres.folder), "PGPORT": str(site.postgres.port)}
    for _ in ("first", "and again changes nothing"):
        ended = database.execute(["sh", script], **reach)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    with psycopg.connect(site.postgres.url("postgres")) as connection:
        roles = "SELECT rolname, rolcreatedb, rolsuper FROM pg_roles WHERE rolname IN ('jiaoqi', 'temporal') ORDER BY 1"
        assert connection.execute(roles).fetchall() == [("jiaoqi", False, False), ("temporal", True, False)]


def test_the_roles_have_the_passwords_of_the_files_and_no_others(site: Site) -> None:
    for role, database in (("jiaoqi", "jiaoqi"), ("temporal", "postgres")):
        password = (site.machine.secrets / f"{role}_db_password").read_text().strip()
        where = {"host": "127.0.0.1", "port": site.postgres.port, "user": role, "dbname": database}
        psycopg.connect(**where, password=password).close()  # type: ignore[arg-type]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**where, password="guessed").close()  # type: ignore[arg-type]
    temporal_password = (site.machine.secrets / "temporal_db_password").read_text().strip()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(
            host="127.0.0.1", port=site.postgres.port, user="temporal", dbname="jiaoqi", password=temporal_password
        ).close()


def test_temporal_and_its_web_ui_are_well_and_the_namespace_is_made_once(site: Site) -> None:
    for name in ("temporal", "temporal-ui"):
        site.container(name).until_well()
    assert "successfully registered" in (first := done(site.container("temporal-namespace"))) and "update succeeded" in first
    assert "registered" not in done(site.container("temporal-namespace"))
    shown = temporal(stack_of(site), "operator", "namespace", "describe", "--namespace", SITE["TEMPORAL_NAMESPACE"])
    assert shown["config"]["workflowExecutionRetentionTtl"] == f"{int(SITE['RETENTION_DAYS']) * 86400}s"


def test_the_store_gets_its_shape_and_again_nothing_changes(site: Site) -> None:
    for _ in ("first", "again"):
        assert done(site.container("migrate")) == ""
    with psycopg.connect(site.postgres.url("jiaoqi")) as connection:
        owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(owners).fetchall() == [("jiaoqi",)]


def test_nobody_is_well_before_it_runs(site: Site, workers: list[Container], api: Container) -> None:
    assert [each.is_well() for each in (*workers, api)] == [False, False, False]
    assert workers[0].execute(workers[0].check_command).stderr == "jiaoqi: the worker has not polled yet\n"


def test_workers_and_api_get_well(workers: list[Container], api: Container) -> None:
    for each in (*workers, api):
        each.start()
    with ThreadPoolExecutor() as pool:
        list(pool.map(Container.until_well, (*workers, api)))


def test_no_process_has_a_password_in_its_environment(site: Site, workers: list[Container], api: Container) -> None:
    passwords = [file.read_text().strip().encode() for file in site.machine.secrets.iterdir()]
    for each in (*workers, api):
        assert each.process
        with open(f"/proc/{each.process.pid}/environ", "rb") as environment:
            told = environment.read()
        assert b"JIAOQI_DATABASE_PASSWORD_FILE=" in told
        assert not any(password in told for password in passwords)


@pytest.fixture(scope="module")
def plant(site: Site) -> Iterator[Plant]:
    """The plant's people, hired by the commands of docs/deployment.md, at the API of the site."""
    password = (site.machine.secrets / "jiaoqi_db_password").read_text().strip()
    stack = stack_of(site)
    stack.environment["JIAOQI_DATABASE_URL"] = f"postgresql://jiaoqi:{password}@127.0.0.1:{site.postgres.port}/jiaoqi"
    plant = Plant(stack, site.sink)
    yield plant
    plant._client.close()


def stack_of(site: Site) -> Stack:
    """Where the site is, as the other tests look at a stack that they started."""
    stack = Elsewhere(site.machine.folder / "operator")
    stack.url = f"http://127.0.0.1:{site.machine.ports['api:8000']}"
    stack.address = f"127.0.0.1:{site.machine.ports['temporal:7233']}"
    return stack


class Elsewhere(Stack):
    """A stack that nobody here started."""

    address = ""

    @property
    def temporal_address(self) -> str:
        return self.address


def test_an_order_goes_from_entry_to_feedback(site: Site, plant: Plant) -> None:
    order = plant.enter(120, 30)
    order.accepted().shipped().signed().satisfied()
    order.ends("completed", "full")
    order.told(*CONFIRMED, *SHIPPED, *ASKED)


def test_what_is_frozen_is_not_well_and_what_is_thawed_is(site: Site, workers: list[Container], api: Container) -> None:
    first, second = workers
    database = site.container("postgres")
    first.freeze()
    for each in workers:
        age(each)
    with site.postgres.frozen(), ThreadPoolExecutor() as pool:
        assert list(pool.map(Container.is_well, (database, api))) == [False, False]
    # The one that runs has beaten since; the frozen one would have, had it run.
    second.until_well()
    assert not first.is_well()
    first.thaw()
    for each in (first, database, api):
        each.until_well()


def test_without_its_engine_nobody_is_well_but_the_database(site: Site, workers: list[Container], api: Container) -> None:
    engine, looks_on = site.container("temporal"), site.container("temporal-ui")
    os.kill(site.temporal.process.pid, signal.SIGSTOP)
    for each in workers:
        age(each)
    with ThreadPoolExecutor() as pool:
        seen = list(pool.map(Container.is_well, (*workers, api, engine, looks_on, site.container("postgres"))))
    assert seen == [False, False, False, False, False, True]
    os.kill(site.temporal.process.pid, signal.SIGCONT)
    with ThreadPoolExecutor() as pool:
        list(pool.map(Container.until_well, (*workers, api, engine, looks_on)))


def test_each_stops_within_its_grace_and_is_not_well_afterwards(workers: list[Container], api: Container) -> None:
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(Container.stop, (*workers, api))) == [0, 0, 0]
    for each in workers:
        age(each)
    assert [each.is_well() for each in (*workers, api)] == [False, False, False]


def test_nothing_but_plain_words_was_logged(workers: list[Container], api: Container) -> None:
    for each in (*workers, api):
        assert "Traceback" not in each.log_text(), each.log_text()


def age(worker: Container) -> None:
    """As if its last beat were long ago: what counts is whether it beats again."""
    long_ago = time.time() - LONG_AGO
    os.utime(worker.folder / "worker.pulse", (long_ago, long_ago))
