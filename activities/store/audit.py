"""The chain in the store: what it has not taken in yet, and the one place where a link is put behind the last."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, bindparam, delete, func, insert, select, tuple_

from activities.audit.chain import EVENTS, NEXT_KEY, Link, Stored
from activities.store.audit_rows import Rows, Source, stored
from activities.store.audit_tables import AUDIT_HEAD, AUDIT_LINK, AUDIT_MAIL
from activities.store.database import Database
from activities.store.following import Behind, Following
from activities.store.hot import Hot
from activities.store.keys import LAST, order_key
from activities.store.tables import EVENT, ORDER

BEFORE_ALL = -(2**62)
LOCK = 0x6A69616F7175
"""The advisory lock's number."""

MY_TURN = select(func.pg_try_advisory_xact_lock(LOCK))
NEWEST = Hot(select(AUDIT_LINK).order_by(AUDIT_LINK.c.n.desc()).limit(1))
NEXT = Hot(select(AUDIT_LINK).where(AUDIT_LINK.c.n > bindparam("behind")).order_by(AUDIT_LINK.c.n).limit(bindparam("limit")))
NUMBERED = Hot(select(AUDIT_LINK).where(AUDIT_LINK.c.n == bindparam("n")))
ADD = Hot(insert(AUDIT_LINK))
HEADS = select(AUDIT_HEAD.c.order_id, AUDIT_HEAD.c.seq).where(AUDIT_HEAD.c.order_id.in_(bindparam("orders", expanding=True)))
OF_HOUSE = select(AUDIT_LINK).where(AUDIT_LINK.c.source == bindparam("source"), AUDIT_LINK.c.subject == "")
HANDED_ON = select(AUDIT_LINK).where(AUDIT_LINK.c.source == NEXT_KEY).order_by(AUDIT_LINK.c.n)
COME = Hot(OF_HOUSE.order_by(AUDIT_LINK.c.first.desc(), AUDIT_LINK.c.n.desc()).limit(1))
THERE = tuple_(AUDIT_LINK.c.first, AUDIT_LINK.c.n) > tuple_(
    bindparam("first", type_=BigInteger), bindparam("n", type_=BigInteger)
)
LINKS = Hot(OF_HOUSE.where(THERE).order_by(AUDIT_LINK.c.first, AUDIT_LINK.c.n).limit(bindparam("limit")))
STANDING = select(ORDER.c.order_id, ORDER.c.order_no, ORDER.c.confirmed_seq, ORDER.c.chain, ORDER.c.fence).where(
    ORDER.c.order_id.in_(bindparam("orders", expanding=True))
)


class Standing(NamedTuple):
    """An order that something is to be taken in of."""

    order_id: str
    order_no: str
    confirmed_seq: int
    chain: str
    """The digest of its history as the store has it."""
    fence: float
    """When it was written last, seconds."""


class Some(NamedTuple):
    """Orders that follow one another, with all that is there of them, seen at one moment."""

    orders: dict[str, tuple[str, int]]
    """By id: the number, and the seq of the last event as the order's row has it."""
    links: list[Link]
    events: list[tuple[str, Stored]]
    upto: str | None
    """None: there are no more."""


def in_range(order: Any) -> tuple[Any, ...]:
    return order > bindparam("behind"), order <= bindparam("upto")


def this_one(order: Any) -> tuple[Any, ...]:
    return (order == bindparam("order"),)


class Slice:
    """What is there of some orders: their rows, their links, their events."""

    def __init__(self, of: Callable[[Any], tuple[Any, ...]], events: Select[Any]) -> None:
        rows = select(ORDER.c.order_id, ORDER.c.order_no, ORDER.c.last_seq).where(*of(ORDER.c.order_id))
        links = select(AUDIT_LINK).where(AUDIT_LINK.c.source == EVENTS, *of(AUDIT_LINK.c.subject))
        self.orders = Hot(rows.order_by(ORDER.c.order_id).limit(bindparam("limit")))
        self.links = Hot(links.order_by(AUDIT_LINK.c.subject, AUDIT_LINK.c.first, AUDIT_LINK.c.n))
        self.events = Hot(events.where(*of(EVENT.c.order_id)))

    def read(self, connection: Connection, orders: list[Any], upto: str | None, given: dict[str, Any]) -> Some:
        links = [Link(*row) for row in self.links.all(connection, given)]
        events = [(row.order_id, stored(row.seq, row.told)) for row in self.events.all(connection, given)]
        return Some({row.order_id: (row.order_no, row.last_seq) for row in orders}, links, events, upto)


class AuditStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Rows(is_sqlite=database.is_sqlite)
        self._range, self._one = Slice(in_range, self._rows.events_of), Slice(this_one, self._rows.events_of)
        self.following = Following(database, AUDIT_HEAD, trusts_silence=True)

    # What is to be taken in.

    def behind(self, limit: int, now: datetime, but: Collection[str] = ()) -> list[Behind]:
        """Orders of which the chain may not have everything; none of those that are not to be waited for."""
        return [each for each in self.following.stale(limit + len(but), now) if each.order_id not in but]

    def meet(self, order_ids: Iterable[str]) -> None:
        """Of these nothing can be taken in yet; from here on they are known, and not to be met again."""
        rows = [{"order_id": order_id, "seq": 0, "is_final": False} for order_id in order_ids]
        with self._database.writing() as connection:
            self._database.hot_insert_new(AUDIT_HEAD).run(connection, *rows)

    def standing(self, order_ids: Iterable[str]) -> dict[str, Standing]:
        with self._database.reading() as connection:
            found = connection.execute(STANDING, {"orders": list(order_ids)})
            return {row.order_id: Standing(*row) for row in found}

    def events(self, order_id: str, behind: int, upto: int) -> list[Stored]:
        with self._database.reading() as connection:
            found = self._rows.events.all(connection, {"order": order_id, "behind": behind, "upto": upto})
        return [stored(row.key, row.told) for row in found]

    def come(self, source: Source) -> int:
        """How far the chain has come with these records."""
        with self._database.reading() as connection:
            found = COME.first(connection, {"source": source.name})
        return found.last if found else BEFORE_ALL

    def newest_place(self, source: Source) -> int:
        """Of the last of these records that can be seen."""
        with self._database.reading() as connection:
            found = connection.execute(select(func.max(source.table.c[source.place]))).scalar()
        return BEFORE_ALL if found is None else source.place_of(found)

    def records(self, source: Source, behind: int, upto: int, limit: int) -> tuple[list[Stored], int]:
        """The next records, and the last one's place."""
        statement = self._rows.house[source.name].where(*places(source, behind, upto)).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(statement).all()
        return [stored(row.key, row.told) for row in rows], source.place_of(rows[-1].place) if rows else behind

    # The chain.

    def head(self) -> Link | None:
        with self._database.reading() as connection:
            return newest(connection)

    def length(self) -> int:
        """The number of the last link."""
        newest = self.head()
        return newest.n if newest else 0

    def link(self, n: int) -> Link | None:
        with self._database.reading() as connection:
            row = NUMBERED.first(connection, {"n": n})
        return Link(*row) if row else None

    def handed_on(self) -> list[Link]:
        """The links that say with which key the next ones are made."""
        with self._database.reading() as connection:
            return [Link(*row) for row in connection.execute(HANDED_ON)]

    def append(self, before: Link | None, links: Sequence[Link], heads: Iterable[Behind]) -> bool:
        """Puts links behind the one that was the last, all or none: False if that is not the last, or somebody else is at it.

        `heads`: how far these orders were taken in before.
        """
        with self._database.writing() as connection:
            if not self._database.is_sqlite and not connection.execute(MY_TURN).scalar_one():
                return False
            if newest(connection) != before or not self._still(connection, heads):
                return False
            ADD.run(connection, *(link._asdict() for link in links))
            if come := [head_of(link) for link in links if link.source == EVENTS]:
                self._database.hot_upsert(AUDIT_HEAD).run(connection, *come)
        return True

    def claim_mail(self, day: date, n: int, mac: str) -> bool:
        """Whether nobody has mailed the head of that day, nor is at it."""
        with self._database.writing() as connection:
            return self._database.hot_insert_new(AUDIT_MAIL).run(connection, {"day": day, "n": n, "mac": mac}) > 0

    def give_back_mail(self, day: date) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(AUDIT_MAIL).where(AUDIT_MAIL.c.day == day))

    def _still(self, connection: Connection, heads: Iterable[Behind]) -> bool:
        known = {each.order_id: each.seq for each in heads}
        if not known:
            return True
        there = {row.order_id: row.seq for row in connection.execute(HEADS, {"orders": list(known)})}
        return all(there.get(order_id, 0) == seq for order_id, seq in known.items())

    # What is verified.

    def links_behind(self, n: int, limit: int) -> list[Link]:
        with self._database.reading() as connection:
            return [Link(*row) for row in NEXT.all(connection, {"behind": n, "limit": limit})]

    def some_orders(self, behind: str, limit: int) -> Some:
        """The orders behind this one, with whatever links and events lie between, also of orders that are not there."""
        with self._database.snapshot() as connection:
            orders = self._range.orders.all(connection, {"behind": behind, "upto": LAST, "limit": limit})
            is_last = len(orders) < limit
            upto = LAST if is_last else orders[-1].order_id
            return self._range.read(connection, orders, None if is_last else upto, {"behind": behind, "upto": upto})

    def one_order(self, order_no: str) -> Some:
        given = {"order": order_key(order_no)}
        with self._database.snapshot() as connection:
            orders = self._one.orders.all(connection, {**given, "limit": 1})
            return self._one.read(connection, orders, None, given)

    def house_links(self, source: Source, behind: Link | None, limit: int) -> list[Link]:
        """The next ones of these records."""
        first, n = (behind.first, behind.n) if behind else (BEFORE_ALL, 0)
        with self._database.reading() as connection:
            found = LINKS.all(connection, {"source": source.name, "first": first, "n": n, "limit": limit})
            return [Link(*row) for row in found]

    def house_rows(self, source: Source, behind: int, upto: int) -> list[Stored]:
        statement = self._rows.house[source.name].where(*places(source, behind, upto))
        with self._database.reading() as connection:
            return [stored(row.key, row.told) for row in connection.execute(statement)]


def places(source: Source, behind: int, upto: int | None = None) -> list[Any]:
    place = source.table.c[source.place]
    found = [place > source.value_of(behind)] if behind != BEFORE_ALL else [place.is_not(None)]
    return found if upto is None else [*found, place <= source.value_of(upto)]


def newest(connection: Connection) -> Link | None:
    row = NEWEST.first(connection)
    return Link(*row) if row else None


def head_of(link: Link) -> dict[str, Any]:
    return {"order_id": link.subject, "seq": link.last, "is_final": link.is_final}
