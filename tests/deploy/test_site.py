"""The deployment at work: every command and every health check of docker-compose.yml, against what stands behind it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from typing_extensions import override

from tests.deploy.conftest import SITE, Site
from tests.deploy.containers import Container
from tests.endtoend.engine import temporal
from tests.endtoend.order import ASKED, CONFIRMED, SHIPPED
from tests.endtoend.plant import Plant
from tests.endtoend.stack import Stack
from tests.store import cluster

LONG_AGO = 3600.0
ROLES = "/docker-entrypoint-initdb.d/roles.sh"


def test_a_site_from_its_first_start_to_its_stop(site: Site, tmp_path: Path) -> None:
    """One test, because each step goes on where the last one stopped."""
    postgresql_gets_well_and_its_first_start_makes_the_roles(site)
    the_roles_have_the_passwords_of_the_files_and_no_others(site)
    temporal_and_its_web_ui_get_well_and_the_namespace_is_made_once(site)
    the_store_gets_its_shape_and_again_nothing_changes(site)
    # `--scale worker=2`.
    workers, api = [site.container("worker", number) for number in (1, 2)], site.container("api")
    nobody_is_well_before_it_runs(workers, api)
    workers_and_api_get_well(workers, api)
    no_process_has_a_password_in_its_environment(site, workers, api)
    an_order_goes_from_entry_to_feedback(site)
    a_backup_holds_it_and_starts_again(site, tmp_path)
    what_is_frozen_is_not_well_and_what_is_thawed_is(site, workers, api)
    without_its_engine_nobody_is_well_but_the_database(site, workers, api)
    each_stops_within_its_grace_and_is_not_well_afterwards(workers, api)
    nothing_but_plain_words_was_logged(workers, api)


def done(container: Container, **more: str) -> str:
    ended = container.run(**more)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def postgresql_gets_well_and_its_first_start_makes_the_roles(site: Site) -> None:
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


def the_roles_have_the_passwords_of_the_files_and_no_others(site: Site) -> None:
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


def temporal_and_its_web_ui_get_well_and_the_namespace_is_made_once(site: Site) -> None:
    for name in ("temporal", "temporal-ui"):
        site.container(name).until_well()
    assert "successfully registered" in (first := done(site.container("temporal-namespace"))) and "update succeeded" in first
    assert "registered" not in done(site.container("temporal-namespace"))
    shown = temporal(stack_of(site), "operator", "namespace", "describe", "--namespace", SITE["TEMPORAL_NAMESPACE"])
    assert shown["config"]["workflowExecutionRetentionTtl"] == f"{int(SITE['RETENTION_DAYS']) * 86400}s"


def the_store_gets_its_shape_and_again_nothing_changes(site: Site) -> None:
    for _ in ("first", "again"):
        assert done(site.container("migrate")) == ""
    with psycopg.connect(site.postgres.url("jiaoqi")) as connection:
        owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(owners).fetchall() == [("jiaoqi",)]


def nobody_is_well_before_it_runs(workers: list[Container], api: Container) -> None:
    assert [each.is_well() for each in (*workers, api)] == [False, False, False]
    assert workers[0].execute(workers[0].check_command).stderr == "jiaoqi: the worker has not polled yet\n"


def workers_and_api_get_well(workers: list[Container], api: Container) -> None:
    for each in (*workers, api):
        each.start()
    all_at_once(Container.until_well, *workers, api)


def no_process_has_a_password_in_its_environment(site: Site, workers: list[Container], api: Container) -> None:
    passwords = [file.read_text().strip() for file in site.machine.secrets.iterdir()]
    for each in (*workers, api):
        assert each.process
        told = psutil.Process(each.process.pid).environ()
        assert "JIAOQI_DATABASE_PASSWORD_FILE" in told
        assert not [name for name, value in told.items() if any(password in value for password in passwords)]


@contextmanager
def plant_at(site: Site) -> Iterator[Plant]:
    """The plant's people, hired by the commands of docs/deployment.md, at the API of the site."""
    password = (site.machine.secrets / "jiaoqi_db_password").read_text().strip()
    stack = stack_of(site)
    stack.environment["JIAOQI_DATABASE_URL"] = f"postgresql://jiaoqi:{password}@127.0.0.1:{site.postgres.port}/jiaoqi"
    with ExitStack() as at_the_end:
        yield at_the_end.push(Plant(stack, site.sink))


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
    @override
    def temporal_address(self) -> str:
        return self.address


def an_order_goes_from_entry_to_feedback(site: Site) -> None:
    with plant_at(site) as plant:
        order = plant.enter(120, 30)
        order.accepted().shipped().signed().satisfied()
        order.ends("completed", "full")
        order.told(*CONFIRMED, *SHIPPED, *ASKED)


def a_backup_holds_it_and_starts_again(site: Site, tmp_path: Path) -> None:
    """The copy that docs/deployment.md asks for, restored elsewhere."""
    where = ["--username", "postgres", "--host", str(site.postgres.folder), "--port", str(site.postgres.port)]
    told = ["--pgdata", "-", "--format", "tar", "--wal-method", "fetch", "--checkpoint", "fast"]
    taken = subprocess.run(["pg_basebackup", *where, *told], capture_output=True, check=True).stdout
    with cluster.running(cluster.binaries() or tmp_path) as elsewhere:
        elsewhere.stop()
        data = elsewhere.folder / "data"
        shutil.rmtree(data)
        data.mkdir(mode=0o700)
        subprocess.run(["tar", "-xf", "-", "-C", data], input=taken, check=True)
        for path in (data, *data.rglob("*")):
            shutil.chown(path, elsewhere.user or os.getuid())
        elsewhere.start()
        assert states(elsewhere.url("jiaoqi")) == states(site.postgres.url("jiaoqi")) == [("completed",)]


def states(url: str) -> list[tuple[str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT status FROM customer_order").fetchall()


def what_is_frozen_is_not_well_and_what_is_thawed_is(site: Site, workers: list[Container], api: Container) -> None:
    first, second = workers
    database = site.container("postgres")
    first.freeze()
    for each in workers:
        age(each)
    with site.postgres.frozen():
        all_at_once(Container.until_not_well, database, api)
    # The one that runs has beaten since; the frozen one would have, had it run.
    second.until_well()
    assert not first.is_well()
    first.thaw()
    for each in (first, database, api):
        each.until_well()


def without_its_engine_nobody_is_well_but_the_database(site: Site, workers: list[Container], api: Container) -> None:
    engine, looks_on = site.container("temporal"), site.container("temporal-ui")
    os.kill(site.temporal.process.pid, signal.SIGSTOP)
    for each in workers:
        age(each)
    all_at_once(Container.until_not_well, *workers, api, engine, looks_on)
    assert site.container("postgres").is_well()
    os.kill(site.temporal.process.pid, signal.SIGCONT)
    all_at_once(Container.until_well, *workers, api, engine, looks_on)


def each_stops_within_its_grace_and_is_not_well_afterwards(workers: list[Container], api: Container) -> None:
    assert all_at_once(Container.stop, *workers, api) == [0, 0, 0]
    for each in workers:
        age(each)
    assert [each.is_well() for each in (*workers, api)] == [False, False, False]


def nothing_but_plain_words_was_logged(workers: list[Container], api: Container) -> None:
    for each in (*workers, api):
        assert "Traceback" not in each.log_text(), each.log_text()


def all_at_once(act: Callable[[Container], Any], *containers: Container) -> list[Any]:
    with ThreadPoolExecutor() as pool:
        return list(pool.map(act, containers))


def age(worker: Container) -> None:
    """As if its last beat were long ago: what counts is whether it beats again."""
    long_ago = time.time() - LONG_AGO
    os.utime(worker.folder / "worker.pulse", (long_ago, long_ago))
