"""HTTP as it comes over the wire: who is slow, endless or speaks nonsense is told so by a problem, and hangs up nobody else."""

from asyncio import TimerHandle, Transport
from typing import Any

import httptools
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.problems import Problem
from api.shell import guarded

HEAD_PATIENCE = 10.0
"""Seconds for a request's first line and headers to arrive, counted from its first byte."""
WHOLE_PATIENCE = 20.0
"""Seconds for the rest of it: longer than the app itself waits for a body, which says so in its own words."""
MOST_HEAD_BYTES = 32 * 1024
MOST_BYTES = 32 * 1024 * 1024
"""Of one request: what is over the app's own limit is read and thrown away, but not for ever."""
MOST_CONNECTIONS = 800
"""Below the usual limit of 1,024 open files, so that the store still gets its own."""


class Wire(HttpToolsProtocol):
    """Uvicorn's protocol, with an end to its patience. One for each connection."""

    transport: Transport
    timer: TimerHandle | None = None
    running: RequestResponseCycle | None = None
    """The request that the app answers now, or answered last; further ones of a pipeline wait behind it."""
    arriving = False
    """Whether a request has begun and not yet ended."""
    in_head = True
    received = 0
    """Bytes of the request that is arriving."""

    # From the transport.

    @override
    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(HEAD_PATIENCE)
        if len(self.connections) > MOST_CONNECTIONS:
            self._refuse(Problem(503, "too-busy", "too many connections are open here", headers={"Retry-After": "10"}))

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self.timer is None and not self._app_has_the_say():
            self._wait(HEAD_PATIENCE)
        self.received += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._read_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            problem = error.__context__
            self._refuse(problem if isinstance(problem, Problem) else Problem(400, "bad-request", "this is no HTTP request"))
        else:
            self._check_size()

    # From the parser.

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.arriving, self.in_head, self.received = True, True, 0
        self._wait(HEAD_PATIENCE)

    @override
    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers) > MOST_HEAD_BYTES:
            raise head_too_large()
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        self.in_head = False
        self._wait(WHOLE_PATIENCE)

    @override
    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self.arriving = False
        self._stop_waiting()
        super().on_message_complete()
        if self.cycle.response_complete:
            # Answered before it was all here: nothing else watches now for the next one.
            self._wait(HEAD_PATIENCE)

    def _read_without_upgrade(self, rest: bytes) -> None:
        """We speak nothing but HTTP/1.1, and the parser would leave the body unread: it gets the request without the wish."""
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse(Problem(400, "bad-request", "this is no proxy"))
            return
        headers = [name + b": " + value for name, value in self.headers if name not in (b"connection", b"upgrade")]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"\r\n".join([method + b" " + self.url + b" HTTP/1.1", *headers, b"", rest]))

    # From the app.

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    # Patience.

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self.timer = self.loop.call_later(seconds, self._out_of_patience)

    def _stop_waiting(self) -> None:
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def _out_of_patience(self) -> None:
        if self.arriving:
            self._refuse(Problem(408, "too-slow", "the request did not arrive in time"))
        else:
            # Whoever sends their next request just now must not take a refusal for its answer.
            self.transport.close()

    def _check_size(self) -> None:
        if self.in_head and self.received > MOST_HEAD_BYTES:
            self._refuse(head_too_large())
        elif self.received > MOST_BYTES:
            self._refuse(Problem(413, "too-large", f"a request has at most {MOST_BYTES} bytes"))

    # Saying no.

    def _refuse(self, problem: Problem) -> None:
        """Answers in the app's place and hangs up; where the app has the say, that comes first."""
        self._stop_waiting()
        if self._app_has_the_say():
            self._hang_up_after_answering()
            return
        if self.in_head or not self.cycle.response_started:
            self.transport.write(self._as_bytes(problem))
        self.transport.close()

    def _app_has_the_say(self) -> bool:
        """It has a whole request and may be doing it: who reads a refusal then would believe that it wasn't done."""
        return self.running is not None and not self.running.response_complete and not self.running.more_body

    def _hang_up_after_answering(self) -> None:
        self._stop_waiting()
        self.pipeline.clear()
        if self.running is None or self.running.response_complete:
            self.transport.close()
        else:
            self.running.keep_alive = False
            self.flow.pause_reading()

    def _as_bytes(self, problem: Problem) -> bytes:
        response = problem.response()
        headers = [*self.server_state.default_headers, *guarded(response.raw_headers), (b"connection", b"close")]
        lines = [STATUS_LINE[problem.status], *(name + b": " + value + b"\r\n" for name, value in headers)]
        return b"".join([*lines, b"\r\n", bytes(response.body)])


def head_too_large() -> Problem:
    return Problem(431, "head-too-large", f"a request's first line and headers have at most {MOST_HEAD_BYTES} bytes together")
