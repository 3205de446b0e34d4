"""What a request brings, read more strictly than `json` does: no duplicate keys, no NaN, nothing but UTF-8."""

import asyncio
import hashlib
import json
from contextlib import suppress
from typing import Any, NamedTuple

from starlette.datastructures import Headers
from starlette.types import Receive

from api.problems import Problem
from workflows.types.refusals import Fault

MOST_BYTES = 64 * 1024
PATIENCE = 10.0
"""Seconds for a body to arrive."""

LINGER = 2.0
"""Seconds for which what is too large is still read, and thrown away."""

LAST = {"Connection": "close"}
"""What is still on its way is not read, so the connection can carry no further request."""


class Body(NamedTuple):
    """A JSON body, and the digest by which a repeat is told from another body; no body at all counts as `{}`."""

    value: Any
    fingerprint: str


class Disconnected(Exception):
    """The client has gone before it had said everything."""


async def receive_body(headers: Headers, receive: Receive) -> Body:
    """The request's body; refuses with 408, 413, 415 and 400 in this order."""
    try:
        async with asyncio.timeout(PATIENCE):
            raw = await _receive(headers, receive)
    except TimeoutError:
        raise Problem(408, "too-slow", f"the body did not arrive within {PATIENCE:g} seconds", headers=LAST) from None
    if not raw.strip():
        return EMPTY
    _check_media_type(headers)
    return read(raw)


async def _receive(headers: Headers, receive: Receive) -> bytes:
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:12]) > MOST_BYTES:
        # Who asked first has sent nothing yet.
        raise _too_large() if "expect" in headers else await _too_large_for(receive)
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > MOST_BYTES:
            raise await _too_large_for(receive)
    return b"".join(parts)


async def _too_large_for(receive: Receive) -> Problem:
    await hear_out(receive)
    return _too_large()


async def hear_out(receive: Receive) -> None:
    """For a while: who still speaks when we hang up gets a broken pipe instead of our answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            while (await receive()).get("more_body"):
                pass


def _too_large() -> Problem:
    message = f"has at most {MOST_BYTES} bytes"
    return Problem(413, "too-large", f"a body {message}", [Fault(pointer="", message=message)], headers=LAST)


def _check_media_type(headers: Headers) -> None:
    media_type, _, parameters = headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "') or "utf-8"
    encoding = headers.get("content-encoding", "identity").lower()
    if media_type.strip() != "application/json" or charset not in ("utf-8", "utf8") or encoding != "identity":
        message = "send application/json in UTF-8, not compressed"
        raise Problem(415, "unsupported-media-type", message, [Fault(pointer="/headers/Content-Type", message=message)])


def read(raw: bytes) -> Body:
    """The JSON value; raises the problem `bad-json`."""
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
        return Body(value, fingerprint(value))
    except UnicodeDecodeError as error:
        raise bad_json("it is not UTF-8") from error
    except RecursionError as error:
        raise bad_json("it is nested too deeply") from error
    except ValueError as error:
        raise bad_json(str(error)) from error


def bad_json(why: str) -> Problem:
    return Problem(400, "bad-json", f"the body cannot be read: {why}", [Fault(pointer="", message=why)])


def fingerprint(value: object) -> str:
    """The same for every way of writing the same JSON value."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{json.dumps(next(name for name in names if names.count(name) > 1))} stands in it twice")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON value")


EMPTY = Body({}, fingerprint({}))
