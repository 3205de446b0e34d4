"""Fills a store with the orders of ten years, as many as are asked for, in minutes.

A few orders are told as their workflow would tell them; the rows of all others are copies with numbers, names and dates
of their own. `LEFT_OUT` says what a real store of that age would have besides.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Table, create_engine, text

from activities import store
from activities.store.database import parse
from activities.store.tables import EVENT, LINE, NO_PROMISE, NOTICE, ORDER, REPLY, TASK
from tests.store.plant import DAY, HOUR, POLICY, TellsOfAnOrder
from workflows.types.orders import Customer, Line
from workflows.types.words import Department, Kind, Stage

YEARS, WORK = timedelta(days=3650), timedelta(days=55)
"""From the first order to the last, and how old the oldest open one is, whatever their number."""
OPEN_SHARE, LEAST_OPEN = 0.015, 600
"""At least so many are open: pages of a small store are to be as full as those of a large one."""
A_BATCH = 10_000

CUSTOMERS, PRODUCTS, PEOPLE = 2_000, 500, 30
OLD_FRIEND, RARE, OLD_MODEL, BUSY = "Old Friend Ltd", "Rare Ltd", "OLD-1", "anna"
"""The only customer of the first fiftieth, three orders' customer, the product of the first fiftieth, who holds most."""

OWNER = BUSY
"""Of every order: nobody waits for more."""

LEFT_OUT = (
    "a closed order has 2 of its 12 tasks, 1 of its 120 events, 1 of its 13 stored answers and none of its mails; "
    "an open one has its open task, 2 closed ones, 8 events, 3 mails and 1 answer"
)

ASKED = (
    (Kind.CONFIRM_ORDER, Department.SALES, Stage.CONFIRM),
    (Kind.READY_MATERIALS, Department.SUPPLY_CHAIN, Stage.PLAN),
    (Kind.PRODUCE, Department.PRODUCTION, Stage.PRODUCE),
    (Kind.INSPECT, Department.QUALITY, Stage.INSPECT),
    (Kind.DISPATCH, Department.WAREHOUSE, Stage.SHIP),
)
Row = tuple[Any, ...]

COLUMNS = {
    ORDER: "order_id order_no customer customer_key status stage risk due created_at last_seq unnumbered policy fence"
    " confirmed_seq lines_digest body",
    LINE: "order_id product_key",
    TASK: "id order_id department kind status due_at due_soon_at completed_at opened_seq version unnumbered holder owner body",
    EVENT: "order_id seq at type actor data",
    NOTICE: "notice_key recipient order_id order_no kind address language state message_id opened_at at attempts last_error",
    REPLY: "said_id order_id seq fingerprint status body etag",
}


class Seeded(NamedTuple):
    """What lies in a store."""

    orders: int
    open: int
    url: str


class Made(NamedTuple):
    """One order as the seeding thinks of it; instants are texts as both databases write them, in UTC."""

    n: int
    order_no: str
    order_id: str
    customer: str
    product: str
    status: str
    stage: str
    risk: str | None
    created_at: str
    due_at: str
    """When its first tasks were or are due."""
    due: str
    is_open: bool


class Pattern:
    """A document of which many are made: what stands between « and » is filled in."""

    def __init__(self, document: str) -> None:
        self._format = document.replace("%", "%%").replace("«", "%(").replace("»", ")s")

    def made(self, words: dict[str, Any]) -> str:
        return self._format % words


def seed(url: str, orders: int, now: datetime, opened: int | None = None) -> Seeded:
    """Fills an empty store: rows first, then indexes, then the statistics that a real server would have gathered.

    `opened`: how many of the orders are open, if not the usual share.
    """
    opened = open_of(orders) if opened is None else opened
    store.migrate(url)
    engine = create_engine(parse(url))
    with engine.connect() as connection:
        indexes = [index for table in COLUMNS for index in table.indexes]
        is_sqlite = connection.dialect.name == "sqlite"
        # The rows refer to each other as they should; looking each up would double the time.
        for setting in QUICK[connection.dialect.name]:
            connection.execute(text(setting))
        for index in indexes:
            index.drop(connection)
        for chunk in chunks(every_order(orders, now, opened), A_BATCH):
            for table, rows in rows_of(chunk, now).items():
                (insert_rows if is_sqlite else copy_rows)(connection.connection.dbapi_connection, table, rows)
        for index in sorted(indexes, key=lambda index: str(index.name)):
            index.create(connection)
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("PRAGMA journal_mode = WAL" if is_sqlite else "VACUUM ANALYZE"))
    engine.dispose()
    return Seeded(orders, opened, url)


QUICK = {
    "sqlite": ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000"),
    "postgresql": ("SET session_replication_role = replica", "SET TimeZone = 'UTC'", "SET maintenance_work_mem = '256MB'"),
}


def open_of(orders: int) -> int:
    return max(int(orders * OPEN_SHARE), min(LEAST_OPEN, orders))


def insert_rows(raw: Any, table: Table, rows: list[Row]) -> None:
    names = COLUMNS[table].split()
    if rows:
        raw.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)  # noqa: S608


def copy_rows(raw: Any, table: Table, rows: list[Row]) -> None:
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(COLUMNS[table].split())}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def chunks(made: Iterable[Made], size: int) -> Iterator[list[Made]]:
    made = iter(made)
    while chunk := list(islice(made, size)):
        yield chunk


def every_order(orders: int, now: datetime, opened: int) -> Iterator[Made]:
    """From the oldest to the newest; the newest are open."""
    dice, closed = Random(7), orders - opened
    for n in range(orders):
        is_open = n >= closed
        age = WORK * ((orders - n) / (orders - closed)) if is_open else WORK + (YEARS - WORK) * ((closed - n) / closed)
        yield one_order(dice, n, orders, now - age, is_open=is_open)


def one_order(dice: Random, n: int, orders: int, at: datetime, *, is_open: bool) -> Made:
    end = "cancelled" if dice.random() < 0.03 else "completed"
    way = "on_hold" if dice.random() < 0.02 else "open"
    stage = ASKED[n % len(ASKED)][2] if is_open else Stage.CLOSED
    promised = stage is not Stage.CONFIRM and not (end == "cancelled" and dice.random() < 0.5)
    number = f"PO-{at.year}-{n:07}"
    return Made(
        n=n,
        order_no=number,
        order_id=number.lower(),
        customer=customer(dice, n, orders),
        product=OLD_MODEL if n < orders / 50 else f"JQ-{int(PRODUCTS * dice.random() ** 2):03}",
        status=way if is_open else end,
        stage=stage.value,
        risk=risk(dice.random()) if promised else None,
        created_at=written(at),
        due_at=written(at + DAY),
        due=str(at.date() + timedelta(days=14 + int(46 * dice.random())) if promised else NO_PROMISE),
        is_open=is_open,
    )


def written(at: datetime) -> str:
    return at.isoformat(" ", "microseconds")[:26]


def risk(chance: float) -> str:
    return "on_track" if chance < 0.86 else "at_risk" if chance < 0.95 else "late"


def customer(dice: Random, n: int, orders: int) -> str:
    """Few buy much: the first of them every twelfth order."""
    if n < orders / 50:
        return OLD_FRIEND
    return RARE if n % (orders // 3) == orders // 4 else f"Customer {int(CUSTOMERS * dice.random() ** 3):04}"


def rows_of(made: list[Made], now: datetime) -> dict[Table, list[Row]]:
    rows: dict[Table, list[Row]] = {table: [] for table in COLUMNS}
    for one in made:
        words = {
            **one._asdict(),
            "risk": json.dumps(one.risk),
            "promised": "null" if one.risk is None else f'"{one.due}"',
        }
        body = BODY.made(words)
        rows[ORDER].append(order_row(one, body))
        rows[LINE].append((one.order_id, one.product.lower()))
        rows[TASK] += task_rows(one, words, now)
        told = EVENT_DATA.made(words)
        for seq in range(1, 9) if one.is_open else (LAST_SEQ,):
            rows[EVENT].append((one.order_id, seq, one.created_at, "order_entered", "anna", told))
        rows[NOTICE] += [notice_row(one, k) for k in range(3 if one.is_open else 0)]
        rows[REPLY].append((f"said-{one.order_id}", one.order_id, 1, "-" * 64, 200, body, '"1"'))
    return rows


def order_row(one: Made, body: str) -> Row:
    seq = 8 if one.is_open else LAST_SEQ
    listed = (one.customer, one.customer.lower(), one.status, one.stage, one.risk, one.due, one.created_at)
    return (one.order_id, one.order_no, *listed, seq, 0, POLICY, 0.0, seq, "-", body)


def task_rows(one: Made, words: dict[str, Any], now: datetime) -> Iterator[Row]:
    for k in range(3 if one.is_open else 2):
        kind, department, stage = ASKED[(one.n + k) % len(ASKED)]
        is_open = one.is_open and k == 0
        due = written(now + (one.n % 480 - 120) * HOUR) if is_open else one.due_at
        told = {"kind": kind.value, "department": department.value, "stage": stage.value, "due_at": due}
        yield (
            f"{one.order_id}.{told['kind']}.1",
            one.order_id,
            told["department"],
            told["kind"],
            "open" if is_open else "completed",
            due,
            one.created_at,
            None if is_open else due if one.n % 12 == 0 else one.created_at,
            2 + k,
            2 + k,
            0,
            holder(one.n, k, is_open=is_open),
            OWNER,
            (OPEN_TASK if is_open else DONE_TASK).made({**words, **told}),
        )


def holder(n: int, k: int, *, is_open: bool) -> str | None:
    """Two in five are held; one in six of the open ones and one in forty of the others by the same person."""
    if k == 0 and n % (6 if is_open else 40) == 0:
        return BUSY
    return f"p{n % PEOPLE}" if n % 5 < 2 else None


def notice_row(one: Made, k: int) -> Row:
    dead = one.n % 97 == 0 and k == 0
    what = ("order_released", "somebody@plant.example", "en", "dead" if dead else "sent", f"<{one.order_id}.{k}@plant.example>")
    when = (one.created_at, one.created_at, 1, "550 unknown" if dead else None)
    return (f"{one.order_id}:{k}", f"p{k}", one.order_id, one.order_no, *what, *when)


# The patterns.


def told() -> TellsOfAnOrder:
    """An order as all others are."""
    line, at = Line(product_model="«product»", quantity=9), datetime(2016, 1, 1, tzinfo=UTC)
    tells = TellsOfAnOrder("«order_no»", at, customer=Customer(name="«customer»"), lines=(line,))
    tells.promise(date(2016, 2, 1))
    return tells


def pattern(document: str, **words: object) -> Pattern:
    """A document with some of its members left open."""
    made = json.dumps(json.loads(document) | words, ensure_ascii=False, separators=(",", ":"))
    for whole in ("risk", "promised"):
        made = made.replace(f'"«{whole}»"', f"«{whole}»")
    return Pattern(made)


def task_pattern(*, done: bool) -> Pattern:
    tells = told()
    task = tells.open(Kind.PRODUCE)
    if done:
        task = tells.complete(task, "done", by="p1")
    named = {"kind": "«kind»", "department": "«department»", "stage": "«stage»", "id": "«order_no».«kind».1"}
    times = {"opened_at": "«created_at»Z", "due_at": "«due_at»Z", "due_soon_at": "«created_at»Z"}
    return pattern(task.model_dump_json(), **named, **times, completed_at="«due_at»Z" if done else None)


LAST_SEQ = 120
EVENT_DATA = Pattern(told().pending[0].data.model_dump_json())
BODY = pattern(
    told().row().model_dump_json(),
    order_id="«order_id»",
    status="«status»",
    stage="«stage»",
    risk="«risk»",
    created_at="«created_at»Z",
    promised="«promised»",
    first_promised="«promised»",
)
OPEN_TASK, DONE_TASK = task_pattern(done=False), task_pattern(done=True)
