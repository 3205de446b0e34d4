"""What only the pages ask of orders: how many there are, what happened last, and why one is late."""

import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, not_, or_, select

from activities.store.database import Database
from activities.store.event_rows import event_out
from activities.store.keys import order_key
from activities.store.tables import EVENT, ORDER
from activities.store.views import EventOut
from workflows.types.slack import Cause
from workflows.types.words import UNDER_WAY, OrderStatus, Risk

MOST_COUNTED = 10_000
"""Orders under way: beyond them a count says `more than`, and costs no more."""

OF_ORDER = EVENT.c.order_id == bindparam("order_id")
WAS_SAID = EVENT.c.key.is_not(None)
NOT_QUIET = EVENT.c.type.not_in(bindparam("quiet", expanding=True))
NEWEST = select(EVENT).where(OF_ORDER, EVENT.c.seq < bindparam("before"), or_(WAS_SAID, NOT_QUIET)).order_by(EVENT.c.seq.desc())
LAST_RISK = select(EVENT.c.data).where(OF_ORDER, EVENT.c.type == "risk_moved").order_by(EVENT.c.seq.desc()).limit(1)
LAST_SEQ = 2**31 - 1


class UnderWay(NamedTuple):
    """How many orders are under way, and how many of them are how."""

    all: int
    by_status: Mapping[str, int]
    by_risk: Mapping[str, int]

    @property
    def is_more(self) -> bool:
        return self.all > MOST_COUNTED


class Glances:
    def __init__(self, database: Database) -> None:
        self._database = database

    def under_way(self) -> UnderWay:
        with self._database.reading() as connection:
            rows = connection.execute(counted(MOST_COUNTED + 1)).all()
        by_status = {status.value: sum(n for found, _, n in rows if found == status) for status in OrderStatus}
        by_risk = {risk.value: sum(n for _, found, n in rows if found == risk) for risk in Risk}
        return UnderWay(sum(n for _, _, n in rows), by_status, by_risk)

    def newest_events(
        self, order_no: str, before: int | None, limit: int, quiet: Collection[str] = ()
    ) -> tuple[list[EventOut], int | None]:
        """What happened last, the newest first, and where the page behind it begins; of the `quiet` types only what was said."""
        asked = {"order_id": order_key(order_no), "before": before or LAST_SEQ, "quiet": list(quiet)}
        with self._database.reading() as connection:
            found = [event_out(row) for row in connection.execute(NEWEST.limit(limit + 1), asked)]
        return found[:limit], found[limit - 1].seq if len(found) > limit else None

    def causes(self, order_no: str) -> list[Cause]:
        """What ate the slack, as it was told last; empty while the order is on track."""
        with self._database.reading() as connection:
            data: Any = connection.execute(LAST_RISK, {"order_id": order_key(order_no)}).scalar_one_or_none()
        return [Cause.model_validate(cause) for cause in json.loads(data).get("causes", ())] if data else []


def counted(most: int) -> Select[Any]:
    few = select(ORDER.c.status, ORDER.c.risk).where(ORDER.c.status.in_(UNDER_WAY), not_(ORDER.c.is_case)).limit(most).subquery()
    return select(few.c.status, few.c.risk, func.count()).group_by(few.c.status, few.c.risk)
