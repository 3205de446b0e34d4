"""Figures at a thousand and at a million orders, on SQLite and on PostgreSQL: does a period cost the same?

Orders, what they count as and the sums are written as the keeper would have left them; the sums by the database itself.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import Connection, Table, create_engine, text

from activities import store
from activities.figures import facts as f
from activities.figures.facts import Heard, Inspected, Mark
from activities.figures.report import Wanted, report, rows, trend
from activities.store import Store
from activities.store.database import parse
from activities.store.figure_rows import Fact, bucket
from activities.store.figure_tables import FIGURE_CELL, FIGURE_FACT, FIGURE_PRODUCT
from activities.store.tables import LINE, ORDER
from benchmarks import seeding
from benchmarks.seeding import OLD_FRIEND, Made, chunks, every_order, open_of, order_row
from benchmarks.store import LARGE, SMALL, postgresql, sqlite, timed
from tests.store import cluster
from workflows.rules.calendar import since_epoch
from workflows.types.words import Department

HOUR = 3_600_000_000
DAY = timedelta(days=1)
A_BATCH = 5_000
A_PAGE = 50
LATE = 0.1
"""So many orders miss their day."""
COLUMNS = {
    FIGURE_FACT: "order_id customer measure item what day marks part of value bucket is_open expires",
    ORDER: seeding.COLUMNS[ORDER],
    LINE: seeding.COLUMNS[LINE],
    FIGURE_PRODUCT: "order_id product",
}
DEPARTMENTS = tuple(Department)

LEFT_OUT = "an order counts in 15 facts, 5 of its tasks among them; a real one has some thirty"

Ask = Callable[[int], object]


def measure(orders: int = LARGE, small: int = SMALL) -> Iterator[dict[str, Any]]:
    """Figures by database, PostgreSQL where it is installed; after each all so far."""
    found: dict[str, Any] = {"orders": [small, orders], "left_out": LEFT_OUT}
    places = {"sqlite": sqlite} | ({"postgresql": postgresql} if cluster.binaries() else {})
    with ExitStack() as stack:
        urls, now = {database: stack.enter_context(place()) for database, place in places.items()}, datetime.now(UTC)
        fill_all([(url, size, now) for pair in urls.values() for url, size in zip(pair, (small, orders), strict=True)])
        for database, pair in urls.items():
            with ExitStack() as opened:
                every = [dict(asks(opened.enter_context(closing(Store.open(url))), now)) for url in pair]
                found[database] = {name: timed([one[name] for one in every]) for name in every[1]}
            yield found


def asks(store: Store, now: datetime) -> Iterator[tuple[str, Ask]]:
    """What heads look at: a month, a quarter, a year, ten; of everybody, of one customer, of one product."""
    this_month = now.date().replace(day=1)
    last = (this_month - DAY).replace(day=1)
    year = last.replace(year=last.year - 1)
    periods = {
        "the last month": Wanted(start=last, end=this_month),
        "a year": Wanted(start=year, end=this_month.replace(year=this_month.year - 1) + 365 * DAY),
        "ten years": Wanted(start=this_month.replace(year=this_month.year - 10), end=this_month),
        "ninety days": Wanted(start=now.date() - 90 * DAY, end=now.date()),
    }
    for name, wanted in periods.items():
        yield f"report: {name}", partial(ask, report, store, wanted, now)
    for what, chosen in {"customer": "Customer 0000", "product": "JQ-000"}.items():
        wanted = periods["a year"].model_copy(update={what: chosen})
        yield f"report: a year of the {what} that is ordered most", partial(ask, report, store, wanted, now)
    for name in ("on_time", "cycle_time", "stage_on_time"):
        yield f"trend: {name}, a year", partial(ask, trend, store, periods["a year"], name, now)
    for name in ("on_time", "stage_on_time"):
        yield f"rows: {name}, a year, first page", partial(ask, rows, store, periods["a year"], name, A_PAGE, None, now)
        cursor = rows(store, periods["a year"], name, A_PAGE, None, now).next_cursor
        yield f"rows: {name}, a year, next page", partial(ask, rows, store, periods["a year"], name, A_PAGE, cursor, now)
    of_one = periods["a year"].model_copy(update={"customer": OLD_FRIEND})
    yield "rows: on_time, a customer of old", partial(ask, rows, store, of_one, "on_time", A_PAGE, None, now)


def ask(read: Callable[..., object], *given: Any) -> object:
    return read(*given[:-1])


def fill_all(wanted: list[tuple[str, int, datetime]]) -> None:
    """Side by side: most of it is this process's own work, and takes half an hour for each database."""
    with ProcessPoolExecutor() as pool:
        for filled in [pool.submit(fill, *one) for one in wanted]:
            filled.result()


def fill(url: str, orders: int, now: datetime) -> None:
    """Rows first, then indexes, then the sums of them."""
    store.migrate(url)
    engine, dice = create_engine(parse(url)), Random(3)
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        for setting in seeding.QUICK[connection.dialect.name]:
            connection.execute(text(setting))
        indexes = [index for table in COLUMNS for index in table.indexes]
        for index in indexes:
            index.drop(connection)
        for chunk in chunks(every_order(orders, now, open_of(orders)), A_BATCH):
            put(connection, rows_of(chunk, dice, now.date()), is_sqlite=is_sqlite)
        for index in sorted(indexes, key=lambda index: str(index.name)):
            index.create(connection)
        for statement in sums(is_sqlite=is_sqlite):
            connection.execute(text(statement))
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("PRAGMA journal_mode = WAL" if is_sqlite else "VACUUM ANALYZE"))
    engine.dispose()


def put(connection: Connection, rows: dict[Table, list[tuple[Any, ...]]], *, is_sqlite: bool) -> None:
    raw: Any = connection.connection.dbapi_connection
    for table, found in rows.items():
        names = ", ".join(f'"{name}"' for name in COLUMNS[table].split())
        if is_sqlite:
            marks = ", ".join("?" * len(COLUMNS[table].split()))
            raw.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", found)  # noqa: S608 - ours alone
            continue
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in found:
                copy.write_row(row)


def rows_of(made: list[Made], dice: Random, today: date) -> dict[Table, list[tuple[Any, ...]]]:
    rows: dict[Table, list[tuple[Any, ...]]] = {ORDER: [], LINE: [], FIGURE_PRODUCT: [], FIGURE_FACT: []}
    for one in made:
        words = {**one._asdict(), "risk": "null", "promised": "null"}
        rows[ORDER].append(order_row(one, seeding.BODY.made(words)))
        for table in (LINE, FIGURE_PRODUCT):
            rows[table].append((one.order_id, one.product.lower()))
        for fact in facts_of(one, dice, today):
            known = fact._asdict() | {"order_id": one.order_id, "customer": one.customer.lower(), "day": str(fact.day)}
            numbers = {name: int(known[name]) for name in ("marks", "part", "of", "bucket")}
            rows[FIGURE_FACT].append(tuple({**known, **numbers}[name] for name in COLUMNS[FIGURE_FACT].split()))
    return rows


def facts_of(made: Made, dice: Random, today: date) -> Iterator[Fact]:
    entered = date.fromisoformat(made.created_at[:10])
    yield from by_dates(made, due_on(made, entered, dice, today), dice)
    answered = entered + DAY
    yield took(f.FIRST_ANSWER, "confirm_order.1", answered, 16 * dice.random())
    for n, department in enumerate(DEPARTMENTS[:5]):
        yield Fact(f.TASK, f"produce.{n}", department.value, answered + n * 3 * DAY, part=dice.random() < 0.9)
    if made.is_open:
        return
    yield took(f.CYCLE, "", answered + 20 * DAY, 40 + 200 * dice.random() ** 2)
    right = dice.random() < 0.95
    marks = Inspected.FIRST | Inspected.PASSED * right
    yield Fact(f.INSPECTION, "inspect.1", "", answered + 9 * DAY, marks, part=100 - 20 * (not right), of=100)
    yield Fact(f.FIRST_ROUND, "", "", answered + 9 * DAY, part=right)
    csat = dice.randint(1, 5)
    heard = Heard.ANSWERED | Heard.SATISFIED * (csat >= 4)
    yield Fact(f.FEEDBACK, "collect_feedback.1", "", answered + 25 * DAY, heard, part=csat >= 4, value=csat)


def due_on(made: Made, entered: date, dice: Random, today: date) -> date:
    """What is open is late as often, and by as many days, as what was delivered: else it would be closed by now."""
    due = entered + timedelta(days=14 + int(46 * dice.random()))
    if not made.is_open or due >= today:
        return due
    return today - int(1 + 10 * dice.random()) * DAY if dice.random() < LATE else today + int(20 * dice.random()) * DAY


def by_dates(made: Made, due: date, dice: Random) -> Iterator[Fact]:
    late = int(10 * dice.random()) if dice.random() < LATE else 0
    marks = Mark.DELIVERED | Mark.IN_FULL | Mark.UNDAMAGED | Mark.ON_TIME * (late == 0)
    decided: dict[str, Any] = {"marks": marks, "part": late == 0, "value": late, "bucket": late}
    over = since_epoch(datetime.combine(due + DAY, datetime.min.time(), UTC))
    waiting: dict[str, Any] = {"marks": Mark.OPEN, "is_open": True, "expires": over}
    for basis in (f.REQUESTED, f.FIRST, f.LAST):
        yield Fact(f.DUE + basis, "", "", due)._replace(**(waiting if made.is_open else decided))
    yield Fact(f.PROMISES, "", "", due, part=1, value=0)._replace(**(waiting if made.is_open else {}))


def took(measure: str, item: str, day: date, hours: float) -> Fact:
    value = int(hours * HOUR)
    return Fact(measure, item, "", day, value=value, bucket=bucket(value))


def sums(*, is_sqlite: bool) -> Iterator[str]:
    """One statement for each scope and length of period."""
    written = {
        "y": "strftime('y%Y', day)" if is_sqlite else "to_char(day, '\"y\"YYYY')",
        "m": "strftime('m%Y-%m', day)" if is_sqlite else "to_char(day, '\"m\"YYYY-MM')",
        "d": "strftime('d%Y-%m-%d', day)" if is_sqlite else "to_char(day, '\"d\"YYYY-MM-DD')",
    }
    by_customer, by_product = "'c:' || customer", "'p:' || product_key"
    newline = "char(10)" if is_sqlite else "chr(10)"
    scopes = {"''": "ymd", by_customer: "ym", by_product: "ym", f"{by_customer} || {newline} || {by_product}": "ym"}
    for scope, grains in scopes.items():
        joined = "JOIN order_line ON order_line.order_id = figure_fact.order_id" if "product_key" in scope else ""
        is_open = "NOT is_open"
        for grain in grains:
            yield (
                f'INSERT INTO {FIGURE_CELL.name} (scope, period, measure, what, marks, bucket, n, part, "of", total)'  # noqa: S608
                f' SELECT {scope}, {written[grain]}, measure, what, marks, bucket, count(*), sum(part), sum("of"),'
                f" coalesce(sum(value), 0) FROM figure_fact {joined} WHERE {is_open} GROUP BY 1, 2, 3, 4, 5, 6"
            )
