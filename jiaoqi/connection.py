"""The connection to Temporal, and what its namespace must have before an order runs there."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeNamespaceResponse, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from jiaoqi.errors import NamespaceIsMissing, SearchAttributeIsAnother, TemporalDoesNotAnswer
from jiaoqi.settings import Settings

NO_PATIENCE = timedelta(0)
SOON_KNOWN = 20.0
"""Seconds that a server may take to know what was registered; orders that come before would be refused by it."""

ONE_THREAD = ("TOKIO_WORKER_THREADS", "1")
"""For the SDK's core, which reads it when it begins: it has an eighth of our work, and as many threads as there are processors
pass that on to each other and to Python, which takes as long again."""

log = logging.getLogger("jiaoqi")

MADE_ONCE = tuple(PydanticPayloadConverter().converters.values())


class Messages(CompositePayloadConverter):
    """Our messages as the SDK's own pydantic converter writes and reads them.

    The SDK makes a converter for each order and two for each activation: parts that are there already, with the adapters that
    they keep, cost a tenth of new ones.
    """

    def __init__(self) -> None:
        super().__init__(*MADE_ONCE)


AS_MESSAGES = DataConverter(payload_converter_class=Messages)


async def connect(settings: Settings, *, lazy: bool = False, patience: timedelta = NO_PATIENCE) -> Client:
    """A client that speaks pydantic; tries again for `patience`. Raises TemporalDoesNotAnswer, NoStackIsRunning.

    A lazy client connects at its first call, and cannot carry a worker.
    """
    os.environ.setdefault(*ONE_THREAD)
    clock = asyncio.get_running_loop().time
    deadline = clock() + patience.total_seconds()
    while True:
        try:
            return await _connect_once(settings, lazy)
        except RuntimeError as error:
            if clock() >= deadline:
                raise TemporalDoesNotAnswer(settings.temporal_address, str(error)) from error
        await asyncio.sleep(0.1)


async def ensure_namespace(client: Client, keys: Sequence[SearchAttributeKey[Any]], retention: timedelta) -> None:
    """Register the search attributes and raise the retention; again changes nothing.

    Raises NamespaceIsMissing, SearchAttributeIsAnother. Closed orders stay readable for the operators that long; the dev
    server's own 24 h would lose last week's.
    """
    described = await _described(client)
    await _register(client, keys)
    if described.config.workflow_execution_retention_ttl.ToTimedelta() < retention:
        await _raise_retention(client, retention)


async def _connect_once(settings: Settings, lazy: bool) -> Client:
    # A profile file that merely lies in somebody's home directory must not redirect a plant: it counts only when named.
    named = settings.temporal.keys() & {"TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE"}
    where = ClientConfig.load_client_connect_config(
        disable_file=not named, override_env_vars={**settings.temporal, "TEMPORAL_ADDRESS": settings.temporal_address}
    )
    return await Client.connect(**where, data_converter=AS_MESSAGES, lazy=lazy, connect_timeout=timedelta(seconds=5))


async def _register(client: Client, keys: Sequence[SearchAttributeKey[Any]]) -> None:
    present = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    missing: dict[str, IndexedValueType.ValueType] = {}
    for key in keys:
        needed = IndexedValueType.ValueType(key.indexed_value_type)
        found = present.custom_attributes.get(key.name, needed)
        if found != needed:
            raise SearchAttributeIsAnother(key.name, has=IndexedValueType.Name(found), needs=IndexedValueType.Name(needed))
        if key.name not in present.custom_attributes:
            missing[key.name] = needed
    if missing:
        await _add(client, missing)
        await _until_known(client, missing)


async def _add(client: Client, missing: dict[str, IndexedValueType.ValueType]) -> None:
    request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        # Another worker that started with us was faster.
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


async def _until_known(client: Client, names: Iterable[str]) -> None:
    """Waits, but not for ever, until orders may be started with them: servers look for new ones every few seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SOON_KNOWN):
            for name in names:
                await _known(client, name)


async def _known(client: Client, name: str) -> None:
    while True:
        try:
            await client.count_workflows(f"{name} IS NULL")
            return
        except RPCError as error:
            if error.status is not RPCStatusCode.INVALID_ARGUMENT:
                return
        await asyncio.sleep(0.1)


async def _described(client: Client) -> DescribeNamespaceResponse:
    try:
        return await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise NamespaceIsMissing(client.namespace) from error
        raise


async def _raise_retention(client: Client, wanted: timedelta) -> None:
    retention = Duration()
    retention.FromTimedelta(wanted)
    request = UpdateNamespaceRequest(
        namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=retention)
    )
    try:
        await client.workflow_service.update_namespace(request)
    except RPCError as error:
        # A managed service keeps retention to itself; orders run without it, only their histories go sooner.
        log.warning("the retention of namespace %s stays as it is: %s", client.namespace, error.message)
