"""What is asked of a store: every list with every filter that the API offers, those included that match next to nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from activities.store import OrderFilter, SqlJournal, Store, TaskFilter
from activities.store.views import OrderOut, Page, TaskOut
from benchmarks.seeding import ASKED, BUSY, OLD_FRIEND, OLD_MODEL, RARE
from tests.store.plant import TellsOfAnOrder, said
from workflows.types.words import Department, Kind, Lateness, OrderStatus, Risk, Stage, TaskStatus

Ask = Callable[[int], object]
"""Asks once; the number says for the how manieth time, so that not everybody asks for the same."""

A_PAGE = 50
SALES, PRODUCTION = Department.SALES, Department.PRODUCTION
OPEN = (TaskStatus.OPEN,)
BIG = "Customer 0000"

TASKS = {
    "inbox of a department": TaskFilter(departments=(SALES,), status=OPEN, hide_snoozed_for="p1"),
    "inbox of two departments": TaskFilter(departments=(SALES, PRODUCTION), status=OPEN, hide_snoozed_for="p1"),
    "tasks that I hold": TaskFilter(assignee=(BUSY,)),
    "tasks: a department's, closed ones too": TaskFilter(departments=(SALES,)),
    "tasks: overdue": TaskFilter(departments=(SALES,), lateness=(Lateness.OVERDUE,)),
    "tasks: a kind": TaskFilter(departments=(SALES,), kind=(Kind.CONFIRM_ORDER,)),
    "tasks: a kind that never was": TaskFilter(departments=(SALES,), kind=(Kind.DECIDE_AMENDMENT,)),
    "tasks: a kind that never was, held by me": TaskFilter(assignee=(BUSY,), kind=(Kind.DECIDE_AMENDMENT,)),
    "tasks: cancelled": TaskFilter(departments=(SALES,), status=(TaskStatus.CANCELLED,)),
}
BY_PROMISE, BY_NUMBER = OrderFilter(sort="promised"), OrderFilter(sort="order_no")


def orders(today: date) -> dict[str, OrderFilter]:
    """Filters by what is asked of orders; `—` stands before what matches nothing."""
    past, never = today - timedelta(days=5 * 365), today - timedelta(days=50 * 365)
    late, both = (Risk.LATE,), (Risk.LATE, Risk.AT_RISK)
    friend = OrderFilter(customer=(OLD_FRIEND,))
    return {
        "orders": OrderFilter(),
        "orders by promise": BY_PROMISE,
        "orders by number": BY_NUMBER,
        "status open": OrderFilter(status=(OrderStatus.OPEN,)),
        "status on_hold, by promise": replace(BY_PROMISE, status=(OrderStatus.ON_HOLD,)),
        "status cancelled": OrderFilter(status=(OrderStatus.CANCELLED,)),
        "stage ship": OrderFilter(stage=(Stage.SHIP,)),
        "— stage sign_off": OrderFilter(stage=(Stage.SIGN_OFF,)),
        "— stage ship, status completed": OrderFilter(stage=(Stage.SHIP,), status=(OrderStatus.COMPLETED,)),
        "stage closed, by number": replace(BY_NUMBER, stage=(Stage.CLOSED,)),
        "risk late": OrderFilter(risk=late),
        "risk late, by promise": replace(BY_PROMISE, risk=late),
        "risk late, by number": replace(BY_NUMBER, risk=late),
        "risk late or at_risk, status open": OrderFilter(risk=both, status=(OrderStatus.OPEN,)),
        "risk late, status on_hold, by promise": replace(BY_PROMISE, risk=late, status=(OrderStatus.ON_HOLD,)),
        "— risk late, stage confirm": OrderFilter(risk=late, stage=(Stage.CONFIRM,)),
        "a large customer": OrderFilter(customer=(BIG,)),
        "a large customer, by promise": replace(BY_PROMISE, customer=(BIG,)),
        "a large customer, by number": replace(BY_NUMBER, customer=(BIG,)),
        "a large customer, late, due before today": OrderFilter(customer=(BIG,), risk=late, due_before=today),
        "a large customer, cancelled": OrderFilter(customer=(BIG,), status=(OrderStatus.CANCELLED,)),
        "a customer of old": friend,
        "a customer of old, by promise": replace(friend, sort="promised"),
        "— a customer of old, status open": replace(friend, status=(OrderStatus.OPEN,)),
        "— a customer of old, due after": replace(friend, due_before=never),
        "a small customer": OrderFilter(customer=(RARE,)),
        "— an unknown customer": OrderFilter(customer=("Nobody",)),
        "due before today": OrderFilter(due_before=today),
        "due before five years ago": OrderFilter(due_before=past),
        "due before five years ago, by promise": replace(BY_PROMISE, due_before=past),
        "due before five years ago, by number": replace(BY_NUMBER, due_before=past),
        "due before today, status open": OrderFilter(due_before=today, status=(OrderStatus.OPEN,)),
        "due before five years ago, risk late": OrderFilter(due_before=past, risk=late),
        "— due before fifty years ago": OrderFilter(due_before=never),
        "— due before fifty years ago, by number": replace(BY_NUMBER, due_before=never),
        "— due before five years ago, status open": OrderFilter(due_before=past, status=(OrderStatus.OPEN,)),
        "q: number": OrderFilter(q="po-2026-"),
        "q: numbers of old": OrderFilter(q="po-2018-"),
        "q: numbers of old, by promise": replace(BY_PROMISE, q="po-2018-"),
        "q: every number": OrderFilter(q="po"),
        "q: a customer": OrderFilter(q="customer 0000"),
        "q: a small customer": OrderFilter(q=RARE),
        "q: a customer of old": OrderFilter(q=OLD_FRIEND),
        "— q: a customer of old, status open": OrderFilter(q=OLD_FRIEND, status=(OrderStatus.OPEN,)),
        "q: a product": OrderFilter(q="jq-45"),
        "q: a product, late, by promise": replace(BY_PROMISE, q="jq-45", risk=late),
        "q: a product of old": OrderFilter(q=OLD_MODEL),
        "q: a product of old, by promise": replace(BY_PROMISE, q=OLD_MODEL),
        "— q: a product of old, status open": OrderFilter(q=OLD_MODEL, status=(OrderStatus.OPEN,)),
        "— q: nothing": OrderFilter(q="zzz"),
    }


def lists(store: Store, now: datetime) -> Iterator[tuple[str, Ask]]:
    """First pages, and for the plainest lists those that follow."""
    for name, tasks in TASKS.items():
        yield from pages(name, partial(page_of_tasks, store, tasks, now))
    for name, found in orders(now.date()).items():
        yield from pages(name, partial(page_of_orders, store, found, now))


def page_of_tasks(store: Store, wanted: TaskFilter, now: datetime, cursor: str | None) -> Page[TaskOut]:
    return store.tasks.page(wanted, A_PAGE, cursor, now)


def page_of_orders(store: Store, wanted: OrderFilter, now: datetime, cursor: str | None) -> Page[OrderOut]:
    return store.orders.page(wanted, A_PAGE, cursor, now)


def pages(name: str, page: Callable[[str | None], Page[Any]]) -> Iterator[tuple[str, Ask]]:
    yield name, lambda _: page(None)
    cursor = page(None).next_cursor
    if cursor is not None:
        yield f"{name}, next page", lambda _: page(cursor)


def single(store: Store, numbers: list[str], now: datetime) -> Iterator[tuple[str, Ask]]:
    """One of something: each time another."""

    def task(n: int) -> object:
        number = numbers[n % len(numbers)]
        return store.tasks.get(f"{number}.{ASKED[int(number[-7:]) % len(ASKED)][0]}.1", now)

    yield "one order", lambda n: store.orders.get(numbers[n % len(numbers)], now)
    yield "one order's events", lambda n: store.orders.events(numbers[n % len(numbers)], 0, A_PAGE, None)
    yield "one task", task
    yield "is there such an order", lambda n: store.orders.exists(f"{numbers[n % len(numbers)]}-R1")
    yield "dead mail", lambda _: store.checks.dead_mail(now)


def flushes(store: Store, now: datetime) -> Iterator[tuple[str, Ask]]:
    """What an order writes; each commit waits for the disk."""
    journal, numbers, entered = SqlJournal(store), count(), list[TellsOfAnOrder]()

    def enter(_: int) -> None:
        tells = TellsOfAnOrder(f"BENCH-{next(numbers):06}", now)
        tells.open(Kind.CONFIRM_ORDER)
        tells.change(created_at=now)
        journal.flush(tells.flush())
        tells.confirm()
        entered.append(tells)

    def promise(_: int) -> None:
        """The answer that changes most: a promise, a risk, a stage, one task for another."""
        tells = entered.pop(0)
        tells.later(timedelta(hours=1))
        tells.complete(next(iter(tells.tasks.values())), "confirm", said(f"answer {tells.facts.order_no}"))
        tells.promise(tells.facts.requested_date)
        tells.open(Kind.MAKE_PLAN)
        tells.change(stage=Stage.PLAN, risk=Risk.ON_TRACK)
        journal.flush(tells.flush())

    yield "flush: an order entered", enter
    yield "flush: a task answered", promise
