"""Where the next page begins: the sort key of the last item, in a form that nobody should read."""

import base64
import json
from collections.abc import Callable
from typing import Any


class BadCursor(ValueError):
    """This cursor is not one of ours, or is of another list."""


def encode(of: str, *keys: str | int) -> str:
    text = json.dumps([of, *keys], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, of: str, *readers: Callable[[Any], Any]) -> list[Any]:
    """The keys, each read by its reader; raises BadCursor."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        name, *keys = json.loads(text)
        if name != of:
            raise BadCursor("this cursor is of another list")
        return [reader(key) for reader, key in zip(readers, keys, strict=True)]
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadCursor("this is no cursor of ours") from error
