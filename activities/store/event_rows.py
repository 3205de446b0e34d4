"""An event and its row."""

import json
from typing import Any

from activities.store.views import EventOut
from workflows.types.events import Event


def row_of(order_id: str, event: Event) -> dict[str, Any]:
    said = event.said
    return {
        "order_id": order_id,
        "seq": event.seq,
        "at": event.at,
        "type": event.type,
        "actor": event.actor,
        "on_behalf_of": event.on_behalf_of,
        "task_id": event.task_id,
        "said_id": said.id if said else None,
        "key": said.key if said else None,
        "fingerprint": said.fingerprint if said else None,
        "data": event.data.model_dump_json(),
    }


def event(row: Any) -> Event:
    said = {"id": row.said_id, "key": row.key, "fingerprint": row.fingerprint} if row.said_id else None
    told = {"seq": row.seq, "at": row.at, "actor": row.actor, "on_behalf_of": row.on_behalf_of, "said": said}
    return Event.model_validate({**told, "data": json.loads(row.data)})


def event_out(row: Any) -> EventOut:
    data = json.loads(row.data)
    return EventOut(
        seq=row.seq,
        at=row.at,
        type=data.pop("type"),
        actor=row.actor,
        on_behalf_of=row.on_behalf_of,
        task_id=row.task_id,
        key=row.key,
        data=data,
    )
