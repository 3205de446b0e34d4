"""What is sent to a page, with an end to its size and to our patience: no form is read that nobody could have filled in."""

import asyncio

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from api.bodies import Disconnected, hear_out
from api.problems import Problem

PATIENCE = 12.0
"""Seconds for all of it to arrive: less than a page takes at most, so that slow senders are told that it was them."""


class Counted:
    """What arrives, until it is too much; a length that was announced need not be true, and none need be announced."""

    def __init__(self, receive: Receive, most_bytes: int) -> None:
        self._receive, self._most, self._size = receive, most_bytes, 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._most:
            raise await too_large(self._receive, self._most)
        return message


def counted(request: Request, most_bytes: int) -> Request:
    return Request(request.scope, Counted(request.receive, most_bytes))


async def read(request: Request, most_bytes: int) -> FormData:
    """The form; the request is to be a counted one. Raises Problem, Disconnected."""
    if announced(request) > most_bytes:
        raise await too_large(request.receive, most_bytes)
    try:
        async with asyncio.timeout(PATIENCE):
            return await request.form(max_part_size=most_bytes)
    except TimeoutError:
        raise Problem(408, "too-slow", f"the body did not arrive within {PATIENCE:g} seconds") from None
    except HTTPException as error:
        # What Starlette says of forms that are none.
        raise Problem(400, "bad-form", "this is no form that a page of ours has sent") from error
    except ClientDisconnect:
        raise Disconnected from None


def announced(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length[:12]) if length.isascii() and length.isdecimal() else 0


async def too_large(receive: Receive, most_bytes: int) -> Problem:
    await hear_out(receive)
    return Problem(413, "too-large", f"what is sent has at most {most_bytes} bytes")
