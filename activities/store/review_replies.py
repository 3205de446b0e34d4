"""The answers to calls about reviews, kept in the call's own transaction so that a repeat gets the very same."""

from sqlalchemy import Connection, insert

from activities.store.replies import CREATED, Reply, etag, find
from activities.store.tables import REPLY
from workflows.types.events import SaidRef

__all__ = ["find", "keep"]


def keep(connection: Connection, ref: SaidRef | None, of: str, body: str, location: str | None) -> Reply:
    """The answer, on record under the call's id; who asks by a command has none."""
    reply = Reply(ref.fingerprint if ref else "", CREATED, body, location, etag(1))
    if ref:
        answer = {name: getattr(reply, name) for name in ("fingerprint", "status", "body", "location", "etag")}
        connection.execute(insert(REPLY), {"said_id": ref.id, "order_id": of, "seq": None, **answer})
    return reply
