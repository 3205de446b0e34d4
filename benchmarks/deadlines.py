"""Many deadlines at one instant: how late are the rungs, is each told once, and can people work meanwhile?

Orders are entered, their first tasks moved to one deadline through `extend`, and then nobody touches them. Mail is
limited to `NOTICES_PER_SECOND` by design, so that its end is told apart from the end of what the orders themselves do.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from activities.courier import NOTICES_PER_SECOND
from activities.store import Store
from activities.store.tables import EVENT, NOTICE
from benchmarks.figures import Spread
from benchmarks.orders import Clerk, facts
from benchmarks.plant import Plant, plant
from jiaoqi.home import Home
from tests.endtoend import dates
from tests.endtoend.mails import Sink
from workflows.types.words import NoticeState

RUNG = "overdue"
POLICY = f"""
version = "benchmark of deadlines"
[plant]
around_the_clock = true
[order]
minimum = "1s"
[[ladder]]
name = "{RUNG}"
at = "0s"
to = ["head"]
"""
"""One rung, one recipient: one event and one mail for each deadline."""

CLIENTS = 16
SLACK = 20.0
"""Seconds between the last task moved and the instant."""
LOOKING, BESIDE = 0.25, 0.2
"""Seconds between two looks at the store, and between two answers of the person who works meanwhile."""
LONGEST = 900.0


@dataclass
class Storm:
    """What is seen of it, in seconds from the instant."""

    flushed: list[tuple[float, int]] = field(default_factory=list)
    """How many rungs had been written by when."""
    sent: list[tuple[float, int]] = field(default_factory=list)
    """How many mails the ledger knew as sent."""
    answers: list[tuple[float, float]] = field(default_factory=list)
    """When the person who works meanwhile asked for something, and how long it took."""
    refused: list[str] = field(default_factory=list)

    def done(self, orders: int) -> bool:
        return bool(self.sent) and self.flushed[-1][1] >= orders and self.sent[-1][1] >= orders


def measure(orders: int = 500, clients: int = CLIENTS) -> dict[str, Any]:
    """Figures in seconds from the instant, answers in milliseconds."""
    with ExitStack() as stack:
        sink = stack.enter_context(Sink())
        here = stack.enter_context(plant({"JIAOQI_SMTP_URL": sink.url}, POLICY))
        store = stack.enter_context(closing(Store.open(Home(here.stack.home).store_url)))
        numbers, others = [f"D-{n:05}" for n in range(orders)], [f"W-{n:05}" for n in range(max(200, orders // 5))]
        pace = entered(here, numbers + others, clients)
        due = datetime.now(UTC) + timedelta(seconds=orders / pace * 1.3 + SLACK)
        early = moved(here, numbers, due, clients)
        seen, used = watched(here, store, others, due, orders)
        return summary(seen, used, sink, due) | {"orders": orders, "entered_per_second": pace, "moved_seconds_early": early}


# Before.


def entered(here: Plant, numbers: Sequence[str], clients: int) -> float:
    """Orders in a second."""
    began = time.perf_counter()
    together(here, clients, numbers, lambda clerk, number: clerk.says("sales1", "/orders", facts(number)))
    return len(numbers) / (time.perf_counter() - began)


def moved(here: Plant, numbers: Sequence[str], due: datetime, clients: int) -> float:
    """Every first task to one deadline; how many seconds before it the last was moved, which must not be too late."""
    body = {"due_at": dates.written(due), "reason": "all at once"}
    together(here, clients, numbers, lambda clerk, number: clerk.says("sales-head", f"{first_task(number)}/extend", body))
    early = (due - datetime.now(UTC)).total_seconds()
    if early < 0:
        raise RuntimeError(f"the last task was moved {-early:.0f} s after its deadline; try again on a quieter machine")
    return early


def first_task(number: str) -> str:
    return f"/tasks/{number}.confirm_order.1"


def together(here: Plant, clients: int, numbers: Sequence[str], deed: Callable[[Clerk, str], object]) -> None:
    mine = threading.local()

    def one(number: str) -> None:
        if not hasattr(mine, "clerk"):
            mine.clerk = Clerk(here)
        deed(mine.clerk, number)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(one, numbers))


# Meanwhile.


def watched(here: Plant, store: Store, others: Sequence[str], due: datetime, orders: int) -> tuple[Storm, dict[str, Any]]:
    """From a little before the instant until the last mail is out; and the processor seconds of each process by then."""
    storm, over = Storm(), threading.Event()
    used: dict[str, Any] = {}
    with working(here, storm, others, due, over):
        wait_until(due)
        before, began = here.cpu(), time.monotonic()
        while not storm.done(orders) and time.monotonic() - began < LONGEST:
            look(store, storm, due)
            if "flushed" not in used and storm.flushed[-1][1] >= orders:
                used["flushed"] = spent(here, before)
            time.sleep(LOOKING)
        used["sent"] = spent(here, before)
        over.set()
    return storm, used


def look(store: Store, storm: Storm, due: datetime) -> None:
    with store.database.reading() as connection:
        rungs = connection.execute(select(func.count()).select_from(EVENT).where(EVENT.c.type == "rung_reached")).scalar_one()
    storm.flushed.append((since(due), rungs))
    told = (NOTICE.c.kind == RUNG) & (NOTICE.c.state == NoticeState.SENT)
    with store.database.reading() as connection:
        mails = connection.execute(select(func.count()).select_from(NOTICE).where(told)).scalar_one()
    storm.sent.append((since(due), mails))


@contextmanager
def working(here: Plant, storm: Storm, numbers: Sequence[str], due: datetime, over: threading.Event) -> Iterator[None]:
    """Somebody who answers one order after the other, whatever else goes on."""

    def work() -> None:
        clerk = Clerk(here)
        wait_until(due - timedelta(seconds=min(SLACK / 2, 10)))
        for number in numbers:
            if over.is_set():
                return
            at = since(due)
            try:
                storm.answers.append((at, clerk.says("sales1", f"{first_task(number)}/complete", confirmed())))
            except RuntimeError as error:
                storm.refused.append(f"{at:.1f} s: {error}")
            over.wait(BESIDE)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()


def confirmed() -> dict[str, Any]:
    return {"outcome": "confirm", "fields": {"promised_date": dates.day(25), "channel": "phone"}}


def wait_until(instant: datetime) -> None:
    time.sleep(max(0.0, -since(instant)))


def since(instant: datetime) -> float:
    return (datetime.now(UTC) - instant).total_seconds()


def spent(here: Plant, before: dict[str, float]) -> dict[str, float]:
    return {name: round(now - before.get(name, 0.0), 1) for name, now in here.cpu().items()}


# Afterwards.


def summary(storm: Storm, used: dict[str, Any], sink: Sink, due: datetime) -> dict[str, Any]:
    mails = [mail for mail in sink.mails if mail.kind == RUNG]
    copies = Counter((mail.order_no, mail.to) for mail in mails)
    last_flush = when(storm.flushed, storm.flushed[-1][1])
    parts = {"before": (-1e9, 0.0), "until_flushed": (0.0, last_flush), "until_sent": (last_flush, 1e9)}
    return {
        "rungs_written": storm.flushed[-1][1],
        "first_half_written": when(storm.flushed, storm.flushed[-1][1] // 2),
        "last_rung_written": last_flush,
        "mails_in_sink": len(mails),
        "more_than_once": sum(count > 1 for count in copies.values()),
        "first_mail": min(((mail.arrived - due).total_seconds() for mail in mails), default=None),
        "last_mail": max(((mail.arrived - due).total_seconds() for mail in mails), default=None),
        "mails_sent_in_ledger": storm.sent[-1][1],
        "ledger_complete": when(storm.sent, storm.sent[-1][1]),
        "notices_per_second_allowed": NOTICES_PER_SECOND,
        "answers_ms": {name: spread(storm, *span) for name, span in parts.items()},
        "refused": storm.refused,
        "cpu_seconds": used,
    }


def when(counts: list[tuple[float, int]], reached: int) -> float:
    return round(next(at for at, count in counts if count >= reached), 2)


def spread(storm: Storm, begin: float, end: float) -> dict[str, float] | None:
    waits = [took for at, took in storm.answers if begin <= at < end]
    return asdict(Spread.of_seconds(waits)) if waits else None
