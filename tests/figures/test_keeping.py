"""Counting while orders go on: whatever is taken in when, and whoever does it, the sums come to the same."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from activities.figures.keeping import catch_up, count_everything, told
from activities.figures.report import Basis, Report, Wanted, report, rows
from activities.figures.story import SEEN
from activities.store import Store
from activities.store.documents import GENERATED, UPLOADED
from activities.store.figure_lag import LATELY
from activities.store.figure_rows import cells, scopes
from activities.store.figure_tables import FIGURE_CELL, FIGURE_FACT, FIGURE_ORDER, FIGURE_PRODUCT
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
from workflows.types.events import Event, OrderRevised, PromiseKept
from workflows.types.flush import Flush
from workflows.types.orders import Line
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


def test_figures_of_a_product_are_those_of_its_sums_while_an_order_s_lines_are_ahead(db: Store) -> None:
    """The lines are there with the order's own writing, the sums with the next look."""
    filled = [*lived(db, 6)]
    put(db, *(told_as(walk, tuple(walk.events), status=OrderStatus.OPEN) for walk in filled))
    count_everything(db, lambda: NOW)
    before, elsewhere = of_product(db, "JQ-1"), of_product(db, "新-1")
    assert before.figure("first_answer").of and not elsewhere.figure("first_answer").of
    ahead = [walk for walk in filled if "JQ-1" in models(walk)]
    for walk in ahead:
        lines = (Line(product_model="新-1", quantity=1),)
        revised = OrderRevised(reason="x", lines=lines, requested_date=None)
        event = walk.events[-1].model_copy(update={"seq": len(walk.events) + 1, "data": revised})
        put(db, told_as(walk, (event,), lines=lines, status=OrderStatus.OPEN))
    assert (of_product(db, "JQ-1"), of_product(db, "新-1")) == (before, elsewhere)
    assert rows(db, ALL.model_copy(update={"product": "新-1"}), "stage_on_time", 9, None, NOW).items == []
    count_everything(db, lambda: NOW)
    followed, products = of_product(db, "新-1"), kept_products(db)
    assert followed.figure("first_answer").of == len(ahead)
    assert not products & {("jq-1", folded(walk.last.order.order_no)) for walk in ahead}
    db.figures.forget()
    assert kept_products(db) == set()
    count_everything(db, lambda: NOW)
    assert (of_product(db, "新-1"), kept_products(db)) == (followed, products)


def test_products_that_the_release_before_did_not_keep_are_kept_at_the_next_look(db: Store) -> None:
    filled = [*lived(db, 6)]
    put(db, *(told_as(walk, tuple(walk.events), status=OrderStatus.OPEN) for walk in filled))
    count_everything(db, lambda: NOW)
    products = kept_products(db)
    with db.database.writing() as connection:
        connection.execute(delete(FIGURE_PRODUCT))
    for walk in filled:
        event = walk.events[-1].model_copy(
            update={"seq": len(walk.events) + 1, "data": PromiseKept(reason="x", answered_forecast=NOW)}
        )
        put(db, told_as(walk, (event,), status=OrderStatus.OPEN))
    count_everything(db, lambda: NOW)
    assert kept_products(db) == products


def models(walk: Walk) -> set[str]:
    return {line.product_model for line in walk.last.order.lines}


def of_product(store: Store, product: str) -> Report:
    return report(store, ALL.model_copy(update={"product": product}), NOW)


def kept_products(store: Store) -> set[tuple[str, str]]:
    with store.database.reading() as connection:
        return {(row.product, row.order_id) for row in connection.execute(select(FIGURE_PRODUCT))}


def test_figures_are_behind_until_all_that_has_settled_counts(db: Store) -> None:
    assert not db.figures.are_behind(NOW)
    walk, other = lived(db, 2)
    cut = len(walk.events) // 2
    put(db, told_as(walk, tuple(walk.events[:cut]), status=OrderStatus.OPEN))
    assert db.figures.are_behind(NOW) and not db.figures.are_behind(walk.last.order.created_at + LATELY)
    count_everything(db, lambda: NOW)
    assert not db.figures.are_behind(NOW)
    put(db, told_as(walk, tuple(walk.events[cut:])))
    assert db.figures.are_behind(NOW) and not db.figures.are_behind(walk.events[cut].at + LATELY)
    count_everything(db, lambda: NOW)
    assert not db.figures.are_behind(NOW)
    # One whose row comes late: the walk has passed it by, and is asked to begin anew.
    put(db, other.whole())
    assert catch_up(db, NOW) == 0 and db.figures.are_behind(NOW)
    count_everything(db, lambda: NOW)
    assert not db.figures.are_behind(NOW)
    db.figures.forget()
    assert db.figures.are_behind(NOW)


def test_however_many_orders_there_are_the_one_that_nobody_has_met_is_found(db: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.store.figure_lag.STRIDE", 2)
    walks.fill(db, 4)
    count_everything(db, lambda: NOW)
    assert not db.figures.are_behind(NOW)
    with db.database.writing() as connection:
        connection.execute(delete(FIGURE_ORDER).where(FIGURE_ORDER.c.order_id == "w-00003"))
    assert db.figures.are_behind(NOW)


def test_a_new_order_is_met_while_others_always_have_news(db: Store) -> None:
    busy, new = in_turn(db, 2)
    put(db, told_as(busy, tuple(busy.events[:2]), status=OrderStatus.OPEN))
    count_everything(db, lambda: NOW)
    put(db, told_as(busy, tuple(busy.events[2:4]), status=OrderStatus.OPEN), new.whole())
    assert catch_up(db, NOW) == 2
    assert sorted(seq for seq, _ in followed(db)) == [4, len(new.events)]


def in_turn(store: Store, orders: int) -> list[Walk]:
    """As they were entered."""
    return sorted(lived(store, orders), key=lambda walk: walk.last.order.created_at)


def test_what_is_filed_counts_while_orders_always_have_news(db: Store) -> None:
    busy, *others = lived(db, 6)
    put(db, told_as(busy, tuple(busy.events[:2]), status=OrderStatus.OPEN), *(walk.whole() for walk in others))
    count_everything(db, lambda: NOW)
    assert figure(db, "perfect_order") == 0
    put_papers(db, [paper(walk.last.order.order_no, DocumentKind.SIGN_OFF, UPLOADED, 1) for walk in others], [])
    put(db, told_as(busy, tuple(busy.events[2:4]), status=OrderStatus.OPEN))
    catch_up(db, NOW)
    assert figure(db, "perfect_order") > 0


def test_an_order_that_cannot_be_told_keeps_no_other(db: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Known or new; and what it counted as it still does."""
    known, new, other = in_turn(db, 3)
    new = walks.life(new.n, "a policy that is gone")
    wrong = [walk.last.order.order_no.lower() for walk in (known, new)]
    put(db, told_as(known, tuple(known.events[:2]), status=OrderStatus.OPEN))
    count_everything(db, lambda: NOW)
    before = sums(db)
    put(db, told_as(known, tuple(known.events[2:4]), status=OrderStatus.OPEN), new.whole())
    with db.database.writing() as connection:
        connection.execute(update(FIGURE_ORDER).values(story="{}"))
    assert catch_up(db, NOW) == 0
    assert all(order_id in caplog.text for order_id in wrong)
    assert followed(db) == [(2, False)] and sums(db) == before
    put(db, other.whole())
    assert catch_up(db, NOW) == 1
    assert len(followed(db)) == 2


def test_an_order_of_which_nothing_is_sure_any_more_is_no_news_yet(db: Store) -> None:
    """What was taken in was undone, and what was written instead has not settled."""
    (walk,) = lived(db, 1)
    put(db, told_as(walk, tuple(walk.events[:2]), status=OrderStatus.OPEN))
    count_everything(db, lambda: NOW)
    told_anew = {"confirmed_seq": 0, "unnumbered": ORDER.c.unnumbered + 1, "fence": NOW.timestamp()}
    with db.database.writing() as connection:
        connection.execute(update(ORDER).values(**told_anew))
    assert catch_up(db, NOW) == 0
    assert catch_up(db, NOW + timedelta(seconds=SETTLED + 1)) == 1


def test_whoever_counts_goes_on_when_somebody_has_begun_anew_and_stopped(db: Store) -> None:
    """A rebuild that was interrupted, beside a worker whose walk has passed all orders."""
    walks.fill(db, 3)
    count_everything(db, lambda: NOW)
    assert catch_up(db, NOW) == 0
    found = sums(db)
    other = Store(db.database, "")
    other.figures.forget()
    other.figures.write([told(each, other) for each in other.figures.news(SEEN, 1, NOW)])
    count_everything(db, lambda: NOW)
    assert len(followed(db)) == 3 and sums(db) == found
