"""What the SDK is spared, and that it is still the SDK's to be spared."""

import inspect
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.bridge import worker as bridge
from temporalio.client import Client
from temporalio.converter import DataConverter, PayloadCodec
from temporalio.worker import _workflow as sdk
from typing_extensions import override

from jiaoqi.connection import AS_MESSAGES
from workers import payloads
from workflows.types.orders import Customer


class Turned(PayloadCodec):
    @override
    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    @override
    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = bridge.decode_activation, bridge.encode_completion
    yield
    bridge.decode_activation, bridge.encode_completion = before


def client(converter: DataConverter) -> Client:
    return cast("Client", SimpleNamespace(config=lambda: {"data_converter": converter}))


def test_without_a_codec_nothing_is_looked_for() -> None:
    payloads.leave_alone(client(AS_MESSAGES))
    assert {bridge.decode_activation, bridge.encode_completion} == {payloads.as_it_is}


def test_a_codec_keeps_its_work() -> None:
    payloads.leave_alone(client(DataConverter(payload_codec=Turned())))
    assert not {bridge.decode_activation, bridge.encode_completion} & {payloads.as_it_is}


@pytest.mark.parametrize("name", ["decode_activation", "encode_completion"])
def test_the_sdk_still_asks_these_two_and_only_for_payloads(name: str) -> None:
    asked = f"metrics = await temporalio.bridge.worker.{name}("
    assert asked in inspect.getsource(sdk._WorkflowWorker._handle_activation), "see workers/payloads.py"
    looked = inspect.getsource(getattr(bridge, name))
    assert looked.count("await ") == looked.count(".visit(") == 3, "it does more than to look for payloads now"


async def test_messages_are_written_as_the_sdk_writes_them() -> None:
    said: list[Any] = [Customer(name="聯宏精密"), None, b"bytes", 3]
    written = await AS_MESSAGES.encode(said)
    assert [each.metadata["encoding"] for each in written] == [b"json/plain", b"binary/null", b"binary/plain", b"json/plain"]
    assert await AS_MESSAGES.decode(written, [Customer, type(None), bytes, int]) == said
