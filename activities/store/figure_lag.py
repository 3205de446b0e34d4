"""Whether figures lag behind the orders by more than they may: who freezes them for ever had better wait."""

from datetime import datetime, timedelta

from sqlalchemy import Integer, and_, bindparam, case, func, select, text

from activities.store.database import Database
from activities.store.figure_tables import FIGURE_ORDER
from activities.store.tables import EVENT, ORDER

LATELY = timedelta(minutes=5)
"""What history has not confirmed settles within two minutes, and the keeper looks every few seconds."""
STRIDE = 20_000
"""Orders that one statement passes."""

# In the words of the partial index, else SQLite does not see it.
GOES_ON = text("NOT figure_order.is_final")
UNHEARD = (
    select(EVENT.c.order_id)
    .join_from(FIGURE_ORDER, ORDER, ORDER.c.order_id == FIGURE_ORDER.c.order_id)
    .join(EVENT, and_(EVENT.c.order_id == FIGURE_ORDER.c.order_id, EVENT.c.seq == FIGURE_ORDER.c.seq + 1))
    .where(GOES_ON, ORDER.c.last_seq > FIGURE_ORDER.c.seq, EVENT.c.at < bindparam("before"))
    .limit(1)
)
PASSED = (
    select(ORDER.c.order_id, ORDER.c.created_at)
    .where(ORDER.c.order_id > bindparam("after"))
    .order_by(ORDER.c.order_id)
    .limit(bindparam("stride", type_=Integer))
    .subquery()
)
IS_UNMET = and_(FIGURE_ORDER.c.order_id.is_(None), PASSED.c.created_at < bindparam("before"))
UNMET = select(
    func.max(PASSED.c.order_id).label("last"), func.count().label("n"), func.sum(case((IS_UNMET, 1), else_=0)).label("unmet")
).join_from(PASSED, FIGURE_ORDER, FIGURE_ORDER.c.order_id == PASSED.c.order_id, isouter=True)


class Lag:
    """What was there `LATELY` ago and does not count yet."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._database, self._before = database, now - LATELY

    def has_unheard(self) -> bool:
        """Of an order that is taken in something has happened since."""
        with self._database.reading() as connection:
            return connection.execute(UNHEARD, {"before": self._before}).first() is not None

    def has_unmet(self) -> bool:
        """Of an order nothing is taken in. Passes them all, within two indexes."""
        after, passed = "", STRIDE
        while passed == STRIDE:
            with self._database.reading() as connection:
                found = connection.execute(UNMET, {"after": after, "before": self._before, "stride": STRIDE}).one()
            if found.unmet:
                return True
            after, passed = found.last, found.n
        return False
