"""One connection, spoken to in bytes: what no HTTP library would let a test say."""

import http.client
import json
import socket
from contextlib import suppress
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> tuple[int, str]:
        """How a problem is told apart; checks that it is a proper document."""
        assert self.headers["content-type"] == "application/problem+json", self
        assert self.json["status"] == self.status
        assert {"type", "title", "detail", "errors"} <= self.json.keys()
        return self.status, self.json["code"]


class Line:
    """`address` is the client's own: all of 127/8 is this machine."""

    def __init__(self, url: str, address: str = "127.0.0.1", patience: float = 30) -> None:
        to = urlsplit(url)
        assert to.hostname and to.port
        self._socket = socket.create_connection((to.hostname, to.port), patience, source_address=(address, 0))
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def say(self, words: bytes) -> Self:
        self._socket.sendall(words)
        return self

    def say_what_can_be_said(self, words: bytes) -> Self:
        """They may hang up in the middle of it."""
        with suppress(ConnectionError):
            self._socket.sendall(words)
        return self

    def answer(self, to: str = "GET") -> Answer:
        """The next answer."""
        status = int(self._file.readline().split()[1])
        headers = http.client.parse_headers(self._file)
        length = 0 if to == "HEAD" or status == 304 else int(headers["content-length"])
        return Answer(status, headers, self._file.read(length))

    def is_told_to_go_on(self) -> None:
        assert self._file.readline().split()[1] == b"100"
        assert self._file.readline() == b"\r\n"

    def has_ended(self) -> bool:
        """Whether they hung up, and said nothing more; waits for it."""
        with suppress(ConnectionError):
            return self._file.read(1) == b""
        return True


def request(method: str, path: str | bytes, token: str | None = None, body: bytes = b"", **headers: str | bytes) -> bytes:
    """As it goes over the wire. Headers are named with underscores; a body brings its length, unless that is given."""
    given: dict[str, str | bytes] = {"host": "plant.example"}
    if token is not None:
        given["authorization"] = f"Bearer {token}"
    if body:
        given |= {"content-type": "application/json", "content-length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    target = path if isinstance(path, bytes) else path.encode()
    lines = [method.encode() + b" " + target + b" HTTP/1.1"]
    lines += [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode("latin-1")) for name, value in given.items()
    ]
    return b"\r\n".join([*lines, b"", body])
