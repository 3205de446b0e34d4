"""What is known of one request to the API: who speaks, what they brought, and how long they will wait."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from activities.store import Person
from api.bodies import Body

PATIENCE = 14.0
"""Seconds from a request to its answer, whatever is away; the contract allows 15."""
_NAME = "jiaoqi.visit"


@dataclass(slots=True)
class Visit:
    person: Person
    body: Body
    headers: Headers
    method: str
    until: float
    """The event loop's time at which patience ends."""
    query: bytes = b""
    """As the API was asked; what pages and files bring is in the body."""
    has_spoken: bool = False
    """Whether the order or the inbox may have heard: from here on a failure leaves the outcome unknown."""
    is_over: bool = False
    """Whether nobody waits for an answer any more."""

    @property
    def seconds_left(self) -> float:
        return max(0.0, self.until - asyncio.get_running_loop().time())


def enter(scope: Scope, visit: Visit) -> None:
    scope[_NAME] = visit


def visit_of(scope: Scope) -> Visit | None:
    return scope.get(_NAME)


def visiting(request: Request) -> Visit:
    """The visit that the gate let in: every route under the API's base has one."""
    visit: Visit = request.scope[_NAME]
    return visit
