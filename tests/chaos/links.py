"""A line between two parts that can be made bad: a small TCP proxy, one for each link of the plant."""

import asyncio
import contextlib
import random
import socket
import struct
from enum import StrEnum

from jiaoqi.addresses import HOST

RESET_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends RST instead of FIN, and drops what was not sent."""
CHUNK = 65536
DRIP = 512


class Mode(StrEnum):
    PASS = "pass"
    LATENCY = "latency"
    THROTTLE = "throttle"
    RESET = "reset"
    BLACKHOLE = "blackhole"
    STALL = "stall"
    REFUSE = "refuse"


BAD = tuple(mode for mode in Mode if mode is not Mode.PASS)


class Link:
    """Listens on a port of its own and carries everything to the target, as its mode says."""

    def __init__(self, name: str, port: int, target: int, seed: int = 0) -> None:
        self.name, self.port, self.target = name, port, target
        self.mode = Mode.PASS
        self._random = random.Random(f"{seed}/{name}")
        self._server: asyncio.Server | None = None
        self._lines: set[Line] = set()
        self._changed = asyncio.Event()

    async def open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, HOST, self.port)

    async def close(self) -> None:
        self._hang_up()
        if self._server is not None:
            self._server.close()
            self._server = None

    async def turn(self, mode: Mode) -> None:
        """From now on the link is like this, for the lines that stand and for those to come."""
        before, self.mode = self.mode, mode
        # What waited for a better time goes on; whoever waits next waits for the next change.
        self._changed.set()
        self._changed = asyncio.Event()
        if before is Mode.BLACKHOLE:
            # What was swallowed is gone: a line that goes on without it would say something nobody said.
            self._hang_up(only_torn=True)
        if mode in (Mode.RESET, Mode.REFUSE):
            self._hang_up()
        if mode is Mode.REFUSE:
            await self.close()
        else:
            await self.open()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(writer)
        self._lines.add(line)
        try:
            await self._serve(reader, line)
        except OSError:
            pass
        finally:
            self._lines.discard(line)
            line.cut()

    async def _serve(self, reader: asyncio.StreamReader, line: "Line") -> None:
        if self.mode is Mode.RESET:
            return
        if self.mode is Mode.BLACKHOLE:
            # Accepted by nobody: it stays a hole also when the link is well again.
            line.is_torn = True
            while await reader.read(CHUNK):
                pass
            return
        there, back = await asyncio.open_connection(HOST, self.target)
        line.ends.append(back)
        ways = [asyncio.create_task(way) for way in (self._carry(reader, back, line), self._carry(there, line.ends[0], line))]
        _, pending = await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        for way in pending:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, line: "Line") -> None:
        while data := await source.read(CHUNK):
            await self._weather(data, sink, line)
        with contextlib.suppress(OSError):
            sink.write_eof()

    async def _weather(self, data: bytes, sink: asyncio.StreamWriter, line: "Line") -> None:
        """Brings the bytes over, as well as the link is now."""
        while self.mode is Mode.STALL:
            await self._changed.wait()
        if self.mode is Mode.BLACKHOLE:
            line.is_torn = True
            return
        if self.mode is Mode.LATENCY:
            await asyncio.sleep(self._random.uniform(0.1, 0.8))
        while data:
            portion = DRIP if self.mode is Mode.THROTTLE else len(data)
            sink.write(data[:portion])
            await sink.drain()
            data = data[portion:]
            if self.mode is Mode.THROTTLE:
                await asyncio.sleep(0.05)

    def _hang_up(self, only_torn: bool = False) -> None:
        for line in tuple(self._lines):
            if line.is_torn or not only_torn:
                line.cut()


class Line:
    """One connection through the link: its two ends, of which the far one may never come to be."""

    def __init__(self, near: asyncio.StreamWriter) -> None:
        self.ends = [near]
        self.is_torn = False
        """Bytes of it were swallowed."""

    def cut(self) -> None:
        """RST to both sides; again changes nothing."""
        for end in self.ends:
            if not end.transport.is_closing():
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
                end.transport.abort()
