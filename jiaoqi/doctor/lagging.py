"""What an order's own word changed in the store: how it stood before the order wrote itself anew, and after."""

import json
from collections.abc import Iterator
from typing import Any

from activities.store.checks import OrderRows
from jiaoqi.doctor.books import AS_OF_WRITING, shown

BOOKKEEPING = {"fence", "chain", "confirmed_seq", "unnumbered", "opened_seq", "body"}
"""Columns that each writing moves, or that tell nothing of the order; the body is compared by what it says."""


def healed(before: OrderRows | None, after: OrderRows) -> str:
    """What was wrong, or nothing: an order that just went on is not a finding."""
    if before is None:
        return "the store did not have the order"
    if went_on(before, after):
        return ""
    return "; ".join(changes(before, after))


def went_on(before: OrderRows, after: OrderRows) -> bool:
    """Whether news alone explains the change: what the store knew was complete, and what came since is there event by event."""
    was, now = before.order.last_seq, after.order.last_seq
    news = [row.seq for row in after.events if row.seq > was]
    return bool(before.last_event == was < now and news == list(range(was + 1, now + 1)) and was == version(before))


def changes(before: OrderRows, after: OrderRows) -> Iterator[str]:
    was, now = columns(before.order), columns(after.order)
    yield from (f"{name} {shown(was.get(name))} → {shown(now[name])}" for name in now if was.get(name) != now[name])
    old, new = open_tasks(before), open_tasks(after)
    for key in sorted(new.keys() - old.keys()):
        yield f"{key} was not open"
    for key in sorted(old.keys() - new.keys()):
        yield f"{key} was open"
    for key in sorted(old.keys() & new.keys()):
        names = [name for name in new[key] if old[key].get(name) != new[key][name]]
        if names:
            yield f"{key} had another {', '.join(names)}"


def columns(row: Any) -> dict[str, object]:
    """The row by name, its body's fields among them."""
    plain = {name: value for name, value in row._mapping.items() if name not in BOOKKEEPING}
    return {**plain, **{name: value for name, value in said(row.body).items() if name != AS_OF_WRITING and name not in plain}}


def open_tasks(rows: OrderRows) -> dict[str, dict[str, object]]:
    return {row.id: {**columns(row), "holder": None} for row in rows.tasks if row.status == "open"}


def version(rows: OrderRows) -> object:
    return said(rows.order.body).get("version")


def said(body: str) -> dict[str, object]:
    """A body that is no JSON says nothing."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
