"""The dev server that comes as a wheel, started as a stack starts it, and what its namespace must have."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest, RemoveSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from jiaoqi.addresses import Ports
from jiaoqi.connection import connect, ensure_namespace
from jiaoqi.errors import NamespaceIsMissing, NoStackIsRunning, SearchAttributeIsAnother, TemporalDoesNotAnswer
from jiaoqi.home import Home
from jiaoqi.plan import StackPorts, fill, temporal_server
from jiaoqi.processes import Keeper
from jiaoqi.settings import Settings
from workflows import visibility

MONTHS = timedelta(days=90)


def settings_of(home: Path, address: str = "") -> Settings:
    return Settings.load(home, {"TEMPORAL_ADDRESS": address})


@pytest.fixture(scope="module")
async def settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """Where a freshly started server is; it need not answer yet."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.logs.mkdir()
    ports = Ports()
    chosen = StackPorts(temporal=ports.take("", 0), temporal_ui=ports.take("", 0))
    keeper = Keeper(temporal_server(home, chosen, os.environ))
    keeper.start()
    yield fill(settings_of(home.path), chosen, public_url="")
    await keeper.stop()
    assert home.temporal_database.exists()


@pytest.fixture(scope="module")
async def client(settings: Settings) -> Client:
    return await connect(settings, patience=timedelta(seconds=20))


async def attributes(client: Client) -> dict[str, int]:
    answer = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    return dict(answer.custom_attributes)


async def test_a_new_server_knows_at_once_what_orders_are_found_by(client: Client) -> None:
    assert {key.name: int(key.indexed_value_type) for key in visibility.ALL} == await attributes(client)


async def test_what_was_registered_later_is_known_once_the_namespace_is_ready(client: Client) -> None:
    later = SearchAttributeKey.for_keyword("Later")
    await ensure_namespace(client, [later], MONTHS)
    found = TypedSearchAttributes([SearchAttributePair(later, "now")])
    order = await client.start_workflow("Nobody's", id="later", task_queue="nobody", search_attributes=found)
    await order.terminate()


async def test_the_namespace_gets_attributes_and_retention_and_again_nothing_changes(client: Client) -> None:
    for _ in range(2):
        await ensure_namespace(client, visibility.ALL, MONTHS)
        present = await attributes(client)
        assert {key.name: int(key.indexed_value_type) for key in visibility.ALL}.items() <= present.items()
        namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
        assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == MONTHS


async def test_two_workers_may_register_at_once(client: Client) -> None:
    names = [key.name for key in visibility.ALL]
    await client.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=names)
    )
    await asyncio.gather(*(ensure_namespace(client, visibility.ALL, MONTHS) for _ in range(3)))
    assert set(names) <= (await attributes(client)).keys()


async def test_an_attribute_of_another_type_is_refused(client: Client) -> None:
    await ensure_namespace(client, [SearchAttributeKey.for_int("Plant")], MONTHS)
    with pytest.raises(SearchAttributeIsAnother, match="Plant is INDEXED_VALUE_TYPE_INT in this namespace"):
        await ensure_namespace(client, [SearchAttributeKey.for_keyword("Plant")], MONTHS)


async def test_a_namespace_that_is_not_there_is_named(settings: Settings, client: Client) -> None:
    elsewhere = await Client.connect(settings.temporal_address, namespace="plant-2")
    with pytest.raises(NamespaceIsMissing, match="Temporal has no namespace plant-2; create it, or set TEMPORAL_NAMESPACE"):
        await ensure_namespace(elsewhere, visibility.ALL, MONTHS)


async def test_a_lazy_client_connects_at_its_first_call(settings: Settings, client: Client) -> None:
    assert (await connect(settings, lazy=True)).namespace == client.namespace


CORE = """
import asyncio, pathlib, sys
from jiaoqi.connection import connect
from jiaoqi.settings import Settings
asyncio.run(connect(Settings.load(pathlib.Path.cwd(), {"TEMPORAL_ADDRESS": sys.argv[1]})))
names = [task.read_text().strip() for task in pathlib.Path("/proc/self/task").glob("*/comm")]
sys.stdout.write(str(names.count("tokio-rt-worker")))
sys.stdout.flush()
"""


async def threads_of_the_core(address: str, **given: str) -> int:
    rest = {name: value for name, value in os.environ.items() if name != "TOKIO_WORKER_THREADS"}
    # Its exit status is the SDK's own (traps.md): what counts is what it said before.
    said = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CORE, address, env={**rest, **given}, stdout=asyncio.subprocess.PIPE
    )
    return int((await said.communicate())[0])


async def test_the_core_of_the_sdk_has_one_thread_unless_it_is_told_otherwise(settings: Settings, client: Client) -> None:
    address = settings.temporal_address
    ours, three = await asyncio.gather(threads_of_the_core(address), threads_of_the_core(address, TOKIO_WORKER_THREADS="3"))
    # Beside these it has one that looks up names.
    assert three - ours == 3 - 1


async def test_an_address_where_nobody_is_is_told_in_one_line(tmp_path: Path) -> None:
    address = f"127.0.0.1:{Ports().take('', 0)}"
    with pytest.raises(TemporalDoesNotAnswer, match=f"Temporal at {address} does not answer") as told:
        await connect(settings_of(tmp_path, address))
    assert "\n" not in str(told.value)


async def test_without_an_address_there_is_no_stack(tmp_path: Path) -> None:
    with pytest.raises(NoStackIsRunning):
        await connect(settings_of(tmp_path))


async def test_a_profile_that_merely_lies_at_home_redirects_nobody(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (".config/temporalio", "Library/Application Support/temporalio"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "temporal.toml").write_text('[profile.default]\nnamespace = "elsewhere"\napi_key = "secret"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    assert (await connect(settings, lazy=True)).namespace == "default"


@pytest.fixture(autouse=True)
def _warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="jiaoqi")
