"""Counting while orders go on: whatever is taken in when, and whoever does it, the sums come to the same."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import delete, select, update

from activities.figures.keeping import catch_up, count_everything, told
from activities.figures.report import Basis, Report, Wanted, report
from activities.store import Store
from activities.store.documents import GENERATED, UPLOADED
from activities.store.figure_rows import cells, scopes
from activities.store.figure_tables import FIGURE_CELL, FIGURE_FACT, FIGURE_ORDER
from activities.store.figures import fact_of
from activities.store.following import OVERLAP, SETTLED
from activities.store.journal import write
from activities.store.keys import folded
from activities.store.tables import EVENT, ORDER
from tests.figures import walks
from tests.figures.papers import paper
from tests.figures.papers import put as put_papers
from tests.figures.plain_sql import day
from tests.figures.walks import NOW, Walk
from workflows.types.events import Event
from workflows.types.flush import Flush
from workflows.types.words import DocumentKind, OrderStatus

ALL = Wanted(start=day("2025-01-01"), end=day("2028-01-01"))
SUMS = ("n", "part", "of", "total")


def lived(store: Store, orders: int) -> Iterator[Walk]:
    digest = store.policies.put(walks.POLICY)
    return (walks.life(n, digest) for n in range(orders))


def told_as(walk: Walk, events: tuple[Event, ...], confirmed: int | None = None, **order: Any) -> Flush:
    """A writing of some of its events; confirmed, if nothing else is said."""
    row = walk.last.order.model_copy(update=order)
    seqs = {"first_seq": events[0].seq, "confirmed_seq": events[-1].seq if confirmed is None else confirmed}
    return walk.whole().model_copy(update={"events": events, "order": row, **seqs})


def put(store: Store, *flushes: Any) -> None:
    for flush in flushes:
        with store.database.writing() as connection:
            write(store, connection, flush)


def whole(store: Store) -> Report:
    return report(store, ALL, NOW)


def sums(store: Store) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """As they are kept; nothing is as good as no sum."""
    with store.database.reading() as connection:
        found = connection.execute(select(FIGURE_CELL)).all()
    keys = [column.name for column in FIGURE_CELL.primary_key]
    kept = {tuple(row._mapping[key] for key in keys): tuple(row._mapping[name] for name in SUMS) for row in found}
    return {key: values for key, values in kept.items() if any(values)}


def reckoned(store: Store) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """As the facts have it."""
    with store.database.reading() as connection:
        facts = connection.execute(
            select(FIGURE_FACT, ORDER.c.customer.label("name")).join(ORDER, ORDER.c.order_id == FIGURE_FACT.c.order_id)
        ).all()
    found: dict[tuple[Any, ...], Counter[str]] = {}
    for row in facts:
        fact = fact_of(row)
        if fact.is_open:
            continue
        order = store.orders.row(row.order_id)
        assert order is not None and folded(order.customer.name) == row.customer
        for cell in cells(fact, scopes(order.customer.name, [line.product_model for line in order.lines])):
            counted = {"n": 1, "part": fact.part, "of": fact.of, "total": fact.value or 0}
            found.setdefault(tuple(cell), Counter()).update(counted)
    return {key: tuple(total[name] for name in SUMS) for key, total in found.items()}


def test_an_order_taken_in_bit_by_bit_counts_as_one_taken_in_whole(db: Store) -> None:
    dice = Random(1)
    for walk in sorted(lived(db, 4), key=lambda walk: walk.last.order.created_at):
        seq = 0
        while seq < len(walk.events):
            batch = tuple(walk.events[seq : seq + dice.randint(1, 25)])
            seq += len(batch)
            status = walk.last.order.status if seq == len(walk.events) else OrderStatus.OPEN
            put(db, told_as(walk, batch, status=status))
            catch_up(db, NOW)
    count_everything(db, lambda: NOW)
    bit_by_bit, found = whole(db), sums(db)
    assert found == reckoned(db) != {}
    db.figures.forget()
    assert sums(db) == {}
    count_everything(db, lambda: NOW)
    assert (whole(db), sums(db)) == (bit_by_bit, found)


def test_what_is_not_confirmed_does_not_count_until_it_has_settled(db: Store) -> None:
    (walk,) = lived(db, 1)
    seen = NOW.timestamp()
    put(db, walk.whole().model_copy(update={"confirmed_seq": 0, "fence": seen}))
    assert catch_up(db, NOW) == 0
    later = NOW + timedelta(seconds=SETTLED + 1)
    assert catch_up(db, later) == 1
    assert followed(db) == [(len(walk.events), True)]


def test_what_history_never_confirmed_is_taken_back(db: Store) -> None:
    """An undone attempt's events were counted, since the order had been silent for long; then it tells its life otherwise."""
    walk, other = lived(db, 2)
    cut = len(walk.events) // 2
    put(db, told_as(walk, tuple(walk.events[:cut]), status=OrderStatus.OPEN))
    wrong = tuple(other.events[0].model_copy(update={"seq": cut + n, "data": walk.events[n].data}) for n in (1, 2, 3))
    put(db, told_as(walk, wrong, cut, status=OrderStatus.OPEN))
    count_everything(db, lambda: NOW)
    assert followed(db) == [(cut + 3, False)]
    put(db, told_as(walk, tuple(walk.events[cut:])))
    count_everything(db, lambda: NOW)
    assert followed(db) == [(len(walk.events), True)]
    found = sums(db)
    db.figures.forget()
    count_everything(db, lambda: NOW)
    assert sums(db) == found == reckoned(db)


def followed(store: Store) -> list[tuple[int, bool]]:
    with store.database.reading() as connection:
        rows = connection.execute(select(FIGURE_ORDER).order_by(FIGURE_ORDER.c.order_id)).all()
    return [(row.seq, bool(row.is_final)) for row in rows]


def test_of_two_keepers_one_counts(db: Store) -> None:
    walks.fill(db, 3)
    other = Store(db.database, "")
    news = db.figures.news(("order_entered",), 20, NOW)
    count_everything(other, lambda: NOW)
    found = sums(db)
    full = [told(each, db) for each in news]
    db.figures.write(full)
    assert sums(db) == found


def test_the_customer_s_hand_makes_an_order_perfect_whenever_it_comes(db: Store) -> None:
    """All else can be printed from the record; our own print of a receipt proves nothing."""
    orders = [walk.last.order.order_no for walk in walks.fill(db, 6)]
    count_everything(db, lambda: NOW)
    before = {figure.name: figure for figure in whole(db).figures}
    assert before["otif"].part
    for version, source in enumerate((GENERATED, UPLOADED), start=1):
        assert figure(db, "perfect_order") == 0
        put_papers(db, [paper(number, DocumentKind.SIGN_OFF, source, version) for number in orders], [])
        count_everything(db, lambda: NOW)
    undamaged = figure(db, "perfect_order")
    assert undamaged and undamaged <= (before["otif"].part or 0)
    assert sums(db) == reckoned(db)


def figure(store: Store, name: str, basis: Basis = Basis.LAST) -> float:
    return report(store, ALL.model_copy(update={"basis": basis}), NOW).figure(name).part or 0


def test_an_open_order_fails_when_its_day_is_over_and_not_before(db: Store) -> None:
    for walk in lived(db, 40):
        if walk.last.order.status is OrderStatus.OPEN and walk.last.order.promised:
            put(db, walk.whole())
            break
    else:
        raise AssertionError("every order has ended")
    count_everything(db, lambda: NOW)
    promised: datetime = datetime.combine(walk.last.order.promised, datetime.min.time(), NOW.tzinfo)
    over = promised + timedelta(hours=16)  # midnight in Taipei
    assert report(db, ALL, over - timedelta(seconds=1)).figure("on_time").of == 0
    failed = report(db, ALL, over)
    assert (failed.figure("on_time").part, failed.figure("on_time").of) == (0, 1)
    assert failed.figure("tardiness").more["max"] == 1
    assert report(db, ALL, over + timedelta(days=9)).figure("tardiness").part == 10


def test_orders_are_met_whenever_their_row_comes(db: Store) -> None:
    """The walk passes an order once; one that comes late, or was thought to have ended, is met on the next."""
    some = [*lived(db, 3)]
    put(db, some[0].whole(), some[1].whole())
    count_everything(db, lambda: NOW)
    assert db.figures.following.stale(9, NOW) == []
    put(db, some[2].whole())
    assert some[2].last.order.created_at < NOW - OVERLAP
    assert db.figures.following.stale(9, NOW) == []
    with db.database.writing() as connection:
        connection.execute(update(ORDER).where(ORDER.c.order_id == "w-00000").values(status=OrderStatus.OPEN))
    db.figures.following.from_the_start()
    met = {behind.order_id: behind for behind in db.figures.following.stale(9, NOW)}
    assert met.keys() >= {"w-00002"}
    if some[0].last.order.status is not OrderStatus.OPEN:
        assert met["w-00000"].was_final


def test_an_order_that_somebody_has_taken_away_is_nobodys_news(db: Store) -> None:
    walks.fill(db, 1)
    count_everything(db, lambda: NOW)
    with db.database.writing() as connection:
        connection.execute(delete(EVENT))
    assert catch_up(db, NOW) == 0
