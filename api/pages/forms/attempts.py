"""Doing what a form asks for, and what became of it: a page says no in its own way, with everything that was typed."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from activities.store import Person
from api.deeds import Deed
from api.pages.visitors import KEY, Visitor
from api.problems import Problem
from api.shell import meaning


async def attempt(
    visitor: Visitor,
    deed: Deed[Any],
    value: Mapping[str, Any],
    key: str,
    method: str = "POST",
    *,
    seen: str = "",
    whom: Person | None = None,
) -> Problem | None:
    """Why it was not done, or None; whoever does not know whether it was sends it again under the same key."""
    try:
        await visitor.do(deed, value, key, method, seen=seen, whom=whom)
    except Exception as error:
        return meaning(error, visitor.request.scope)
    return None


def key_of(typed: Mapping[str, str]) -> str:
    """The key of a form that was sent, else of a new one."""
    return typed.get(KEY) or new_key()


def new_key() -> str:
    return uuid4().hex
