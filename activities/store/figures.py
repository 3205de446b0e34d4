"""What orders count as, kept beside them: facts by order, and their sums, changed by what differs (docs/decisions/0019)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, delete, literal, or_, select, text, union
from sqlalchemy.dialects import postgresql, sqlite

from activities.store.database import Database
from activities.store.document_tables import DOCUMENT
from activities.store.documents import GENERATED
from activities.store.figure_lag import Lag
from activities.store.figure_rows import Cell, Fact, cells, scopes
from activities.store.figure_tables import FIGURE_CELL, FIGURE_FACT, FIGURE_MARK, FIGURE_ORDER, FIGURE_PRODUCT
from activities.store.following import Behind, Following
from activities.store.hot import Hot
from activities.store.keys import folded
from activities.store.tables import EVENT, SIGNATURE
from workflows.types.events import Happening
from workflows.types.words import DocumentKind

KEEPER, DOCUMENTS = "keeper", "document"
UNCOMMITTED = 50
"""So many rows of documents are looked at again: PostgreSQL numbers them before they are committed."""
KEYS = ("order_id", "measure", "item")
SUMS = ("n", "part", "of", "total")

HELD = select(FIGURE_ORDER).where(FIGURE_ORDER.c.order_id.in_(bindparam("orders", expanding=True)))
EVENTS = Hot(
    select(EVENT.c.seq, EVENT.c.at, EVENT.c.type, EVENT.c.data)
    .where(EVENT.c.order_id == bindparam("order"), EVENT.c.seq > bindparam("after"), EVENT.c.seq <= bindparam("upto"))
    .order_by(EVENT.c.seq)
)
# Our own print of a receipt proves no signature; a statement that was signed by a link does, also before it is filed.
FILED = select(DOCUMENT.c.order_id, DOCUMENT.c.kind).where(
    DOCUMENT.c.order_id.in_(bindparam("orders", expanding=True)),
    or_(DOCUMENT.c.kind != DocumentKind.SIGN_OFF, DOCUMENT.c.source != GENERATED),
)
STATED = select(SIGNATURE.c.order_id, literal(DocumentKind.SIGN_OFF.value)).where(
    SIGNATURE.c.order_id.in_(bindparam("orders", expanding=True)),
    SIGNATURE.c.outcome == "signed",
    SIGNATURE.c.signed_at.is_not(None),
)
PAPERS = union(FILED, STATED).order_by("order_id", "kind")
NEW_PAPERS = (
    select(DOCUMENT.c.id, DOCUMENT.c.order_id).where(DOCUMENT.c.id > bindparam("after")).order_by(DOCUMENT.c.id).limit(500)
)
MARK = select(FIGURE_MARK.c.upto).where(FIGURE_MARK.c.name == bindparam("name"))
FACTS = select(FIGURE_FACT).where(FIGURE_FACT.c.order_id.in_(bindparam("orders", expanding=True)))
GONE = Hot(delete(FIGURE_FACT).where(*(FIGURE_FACT.c[key] == bindparam(f"the_{key}") for key in KEYS)))
NO_MORE_OF = Hot(
    delete(FIGURE_PRODUCT).where(
        FIGURE_PRODUCT.c.product == bindparam("the_product"), FIGURE_PRODUCT.c.order_id == bindparam("the_order_id")
    )
)

Keyed = dict[tuple[str, str], Fact]
"""Of one order, by measure and item."""

_HAPPENING: TypeAdapter[Happening] = TypeAdapter(Happening)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, as far as figures look at it."""

    at: datetime
    data: Happening


@dataclass(frozen=True, slots=True)
class News:
    """What is to be taken in of one order."""

    behind: Behind
    story: str | None
    """As it was kept; None before the first time."""
    goes_on: bool
    """From there; else it begins anew."""
    events: list[Happened]
    papers: list[str]
    held: tuple[int, int] | None
    """The row's seq and count when it was read; who writes finds the same, or somebody else has been there."""


@dataclass(frozen=True, slots=True)
class Told:
    """One order with its news taken in."""

    news: News
    story: str
    customer: str
    products: tuple[str, ...]
    was_of: tuple[str, ...]
    """The products before, under which its facts are summed up as yet."""
    facts: list[Fact]


class Figures:
    """Written by the keeper alone; `figure_sums` reads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.following = Following(database, FIGURE_ORDER, trusts_silence=True)

    def are_behind(self, now: datetime) -> bool:
        """Whether something of before `LATELY` does not count yet: orders are counted anew, or the keeper was away."""
        lag = Lag(self._database, now)
        if lag.has_unmet():
            # The walk may have passed it by, when its row came late.
            self.following.from_the_start()
            return True
        return lag.has_unheard()

    def news(self, seen: Iterable[str], limit: int, now: datetime) -> list[News]:
        """Of at most so many orders the events of these types that nobody has counted yet; none when all is counted."""
        behind = self.following.stale(limit, now)
        return self._read(behind, frozenset(seen)) if behind else []

    def _read(self, behind: list[Behind], seen: frozenset[str]) -> list[News]:
        orders = {"orders": [each.order_id for each in behind]}
        with self._database.snapshot() as connection:
            held = {row.order_id: row for row in connection.execute(HELD, orders)}
            papers = defaultdict(list)
            for row in connection.execute(PAPERS, orders):
                papers[row.order_id].append(row.kind)
            return [news_of(connection, each, held.get(each.order_id), papers[each.order_id], seen) for each in behind]

    def papers_news(self, seen: Iterable[str]) -> tuple[list[News], int | None]:
        """Orders into whose files something was put, and how far that goes: what `write` is to remember; None: no news."""
        with self._database.reading() as connection:
            mark = connection.execute(MARK, {"name": DOCUMENTS}).scalar() or 0
        with self._database.reading() as connection:
            found = connection.execute(NEW_PAPERS, {"after": max(0, mark - UNCOMMITTED)}).all()
        if not found or found[-1].id <= mark:
            return [], None
        with self._database.reading() as connection:
            held = list(connection.execute(HELD, {"orders": sorted({row.order_id for row in found})}))
        # Whoever is not taken in yet is taken in with what its file has by then.
        behind = [Behind(row.order_id, row.seq, row.seq, bool(row.is_final), row.unnumbered) for row in held]
        return self._read(behind, frozenset(seen)) if behind else [], found[-1].id

    def write(self, told: list[Told], papers: int | None = None) -> None:
        """Counts these orders as they are told, and no more as they were. What somebody else has written meanwhile stays."""
        with self._database.writing() as connection:
            self._hold(connection)
            orders = {"orders": [each.news.behind.order_id for each in told]}
            held = {row.order_id: (row.seq, row.unnumbered) for row in connection.execute(HELD, orders)}
            mine = [each for each in told if held.get(each.news.behind.order_id) == each.news.held]
            self._count(connection, mine)
            if rows := [order_row(each) for each in mine]:
                self._database.hot_upsert(FIGURE_ORDER).run(connection, *rows)
            if papers is not None:
                self._database.hot_upsert(FIGURE_MARK).run(connection, {"name": DOCUMENTS, "upto": papers})

    def _hold(self, connection: Connection) -> None:
        """Of several workers one counts at a time."""
        connection.execute(self._database.insert_new(FIGURE_MARK), {"name": KEEPER, "upto": 0})
        connection.execute(select(FIGURE_MARK).where(FIGURE_MARK.c.name == KEEPER).with_for_update())

    def _count(self, connection: Connection, told: list[Told]) -> None:
        """What differs, and what that makes of the sums."""
        before: dict[str, Keyed] = defaultdict(dict)
        for row in connection.execute(FACTS, {"orders": [each.news.behind.order_id for each in told]}):
            before[row.order_id][row.measure, row.item] = fact_of(row)
        sums: dict[Cell, Counter[str]] = defaultdict(Counter)
        gone: list[dict[str, Any]] = []
        come: list[dict[str, Any]] = []
        for each in told:
            order_id = each.news.behind.order_id
            was, now = before[order_id], {(fact.measure, fact.item): fact for fact in each.facts}
            gone += [gone_row(order_id, *key) for key in was if key not in now]
            come += [fact_row(each, fact) for key, fact in now.items() if was.get(key) != fact]
            sum_up(sums, each, was, now)
        if gone:
            GONE.run(connection, *gone)
        if come:
            self._database.hot_upsert(FIGURE_FACT).run(connection, *come)
        if rows := [{**cell._asdict(), **total} for cell, total in sums.items() if any(total.values())]:
            self._added.run(connection, *rows)
        self._keep_products(connection, told)

    def _keep_products(self, connection: Connection, told: list[Told]) -> None:
        """Those that the sums are kept under from now on."""
        moved = [each for each in told if each.news.held is None or each.was_of != each.products]
        if gone := [row for each in moved for row in product_rows(each, each.was_of)]:
            NO_MORE_OF.run(connection, *({f"the_{name}": key for name, key in row.items()} for row in gone))
        # Of all, also where nothing has moved: a release before this one, beside or after us, writes none.
        if come := [row for each in told for row in product_rows(each, each.products)]:
            self._database.hot_insert_new(FIGURE_PRODUCT).run(connection, *come)

    @cached_property
    def _added(self) -> Hot:
        """INSERT of a sum, or what it makes of the one that is there."""
        add = sqlite.insert(FIGURE_CELL) if self._database.is_sqlite else postgresql.insert(FIGURE_CELL)
        sums = {name: FIGURE_CELL.c[name] + add.excluded[name] for name in SUMS}
        return Hot(add.on_conflict_do_update(index_elements=list(FIGURE_CELL.primary_key), set_=sums))

    def forget(self) -> None:
        """Everything: what follows is counted from the events anew."""
        with self._database.writing() as connection:
            self._hold(connection)
            for table in (FIGURE_CELL, FIGURE_FACT, FIGURE_PRODUCT, FIGURE_ORDER):
                connection.execute(delete(table) if self._database.is_sqlite else text(f"TRUNCATE {table.name}"))
        self.following.from_the_start()


def news_of(connection: Connection, behind: Behind, row: Any, papers: list[str], seen: frozenset[str]) -> News:
    """Where events may have gone that were taken in, the story begins anew."""
    if row is None:
        return News(behind, None, False, read(connection, behind, 0, seen), papers, None)
    goes_on = not behind.is_doubtful
    events = read(connection, behind, row.seq if goes_on else 0, seen)
    return News(behind, row.story, goes_on, events, papers, (row.seq, row.unnumbered))


def read(connection: Connection, behind: Behind, after: int, seen: frozenset[str]) -> list[Happened]:
    found = EVENTS.all(connection, {"order": behind.order_id, "after": after, "upto": behind.upto})
    return [Happened(each.at, _HAPPENING.validate_json(each.data)) for each in found if each.type in seen]


def order_row(told: Told) -> dict[str, Any]:
    behind = told.news.behind
    return {
        "order_id": behind.order_id,
        "seq": behind.upto,
        "is_final": behind.is_over,
        "unnumbered": behind.unnumbered,
        "story": told.story,
    }


def fact_row(told: Told, fact: Fact) -> dict[str, Any]:
    """As drivers take it: a mark is a number to them."""
    numbers = {name: int(getattr(fact, name)) for name in ("marks", "part", "of", "bucket")}
    return {"order_id": told.news.behind.order_id, "customer": folded(told.customer), **fact._asdict(), **numbers}


def product_rows(told: Told, products: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"product": key, "order_id": told.news.behind.order_id} for key in sorted({folded(product) for product in products})]


def gone_row(order_id: str, measure: str, item: str) -> dict[str, str]:
    return {"the_order_id": order_id, "the_measure": measure, "the_item": item}


def fact_of(row: Any) -> Fact:
    return Fact(*(getattr(row, name) for name in Fact._fields))


def sum_up(sums: dict[Cell, Counter[str]], told: Told, was: Keyed, now: Keyed) -> None:
    """What counted is taken off where it counted, what counts now is added where that is."""
    moved = told.was_of != told.products
    for fact in (fact for key, fact in was.items() if moved or now.get(key) != fact):
        add(sums, fact, scopes(told.customer, told.was_of), -1)
    for fact in (fact for key, fact in now.items() if moved or was.get(key) != fact):
        add(sums, fact, scopes(told.customer, told.products), 1)


def add(sums: dict[Cell, Counter[str]], fact: Fact, within: list[str], sign: int) -> None:
    """What time has yet to decide is not summed up: there is little of it, and it is asked for as of now."""
    if fact.is_open:
        return
    for cell in cells(fact._replace(marks=int(fact.marks)), within):
        sums[cell].update(n=sign, part=sign * int(fact.part), of=sign * fact.of, total=sign * (fact.value or 0))
