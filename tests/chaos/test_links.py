"""The proxy does what its modes say."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jiaoqi.addresses import HOST, Ports
from tests.chaos.links import Link, Mode

SOON = 0.3
"""Seconds in which what comes would have come."""


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)
    writer.close()


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    """To somebody who says everything again."""
    ports = Ports()
    link = Link("test", ports.take("", 0), ports.take("", 0))
    async with await asyncio.start_server(echo, HOST, link.target):
        await link.open()
        yield link
        await link.close()


class Caller:
    def __init__(self, link: Link) -> None:
        self.link = link

    async def __aenter__(self) -> "Caller":
        self.reader, self.writer = await asyncio.open_connection(HOST, self.link.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()

    async def asks(self, text: bytes = b"hello") -> bytes | None:
        """The echo; nothing when none comes, and None when it takes too long."""
        try:
            self.writer.write(text)
            return await asyncio.wait_for(self.reader.read(1000), SOON)
        except TimeoutError:
            return None


async def test_a_good_link_carries_both_ways_and_ends_with_either(link: Link) -> None:
    async with Caller(link) as caller:
        assert await caller.asks() == b"hello"
        caller.writer.write_eof()
        assert await asyncio.wait_for(caller.reader.read(), SOON) == b""


async def test_a_reset_ends_old_lines_and_new_ones(link: Link) -> None:
    async with Caller(link) as old:
        assert await old.asks() == b"hello"
        await link.turn(Mode.RESET)
        with pytest.raises(ConnectionResetError):
            await old.asks()
    async with Caller(link) as new:
        with pytest.raises(ConnectionResetError):
            await new.asks()


async def test_a_refusing_link_has_nobody_at_the_door(link: Link) -> None:
    await link.turn(Mode.REFUSE)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, link.port)
    await link.turn(Mode.PASS)
    async with Caller(link) as caller:
        assert await caller.asks() == b"hello"


async def test_a_blackhole_swallows_and_a_torn_line_never_goes_on(link: Link) -> None:
    async with Caller(link) as torn, Caller(link) as whole:
        assert await torn.asks() == await whole.asks() == b"hello"
        await link.turn(Mode.BLACKHOLE)
        assert await torn.asks() is None
        async with Caller(link) as new:
            assert await new.asks() is None
            await link.turn(Mode.PASS)
            assert await whole.asks() == b"hello"
            with pytest.raises(ConnectionResetError):
                await torn.asks()


async def test_a_stalled_link_delivers_when_it_is_well_again(link: Link) -> None:
    async with Caller(link) as caller:
        assert await caller.asks() == b"hello"
        await link.turn(Mode.STALL)
        assert await caller.asks(b"later") is None
        await link.turn(Mode.PASS)
        assert await asyncio.wait_for(caller.reader.read(1000), SOON) == b"later"


@pytest.mark.parametrize("mode", [Mode.LATENCY, Mode.THROTTLE])
async def test_a_slow_link_loses_nothing(link: Link, mode: Mode) -> None:
    text = bytes(range(256)) * 12
    await link.turn(mode)
    async with Caller(link) as caller:
        caller.writer.write(text)
        began = asyncio.get_running_loop().time()
        assert await asyncio.wait_for(caller.reader.readexactly(len(text)), 5) == text
        assert asyncio.get_running_loop().time() - began > 0.1
