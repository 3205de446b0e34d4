"""For whoever runs the plant's stack: is everything there, what is stuck, what mail waits or never arrived."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from activities.mail.again import CannotBeSentAgain, send_again
from activities.mail.dead import dead_letters
from activities.mail.recipients import CUSTOMER
from activities.people_rules import email_fault
from activities.reviews.telling import Teller
from activities.store import LedgerRow, Store
from activities.store.lending import DeadLetter
from activities.store.resending import NotDead, StillUnderWay
from activities.store.reviews import Review
from api.engine import EngineIsAway
from api.pages.site import HEADERS
from api.pages.visitors import Visitor, text
from api.problems import Problem, invalid, not_found
from api.watching import VIEWS, saved_view
from workflows.types.refusals import Fault
from workflows.types.words import NoticeState

ADDRESS = "/operations"
RECENTLY = timedelta(days=30)
"""Mail of closed orders is told of for so long after it died; of open ones always."""
PROMPTLY = timedelta(minutes=10)
"""Mail that has waited for longer is held up by something."""
MOST = 100


class Dead(NamedTuple):
    """A mail that was given up."""

    row: LedgerRow
    may_send: bool
    """Whether whoever looks may have it sent again."""
    is_to_customer: bool


class Kept(NamedTuple):
    """What the store knows."""

    waiting: tuple[int, datetime] | None
    """How many notices are to be told, and since when the first of them is."""
    dead: list[Dead]
    more_dead: int
    letters: list[DeadLetter]
    """What was given up and no order asked for."""
    zone: str
    missed: list[Review]
    """Packs that were not made when they should have been."""


class Engine(NamedTuple):
    """What the engine knows."""

    missing: list[str]
    workers: list[str] | None
    stuck: list[str] | None
    """None: it does not answer."""


async def show(visitor: Visitor) -> Response:
    return await page(visitor)


async def page(visitor: Visitor, problem: Problem | None = None, **values: object) -> Response:
    kept, engine = await asyncio.gather(visitor.run(look, visitor), ask(visitor))
    ui, done = visitor.site.links.temporal_ui_url, visitor.request.query_params.get("done", "")
    ours = visitor.here.store.temporal_ui_url
    views = {name: saved_view(ours, name, query) for name, query in VIEWS.items()} if ui else {}
    held_up = kept.waiting is not None and visitor.now - kept.waiting[1] > PROMPTLY
    frame = {"kept": kept, "engine": engine, "views": views, "held_up": held_up, "typed": {}, "problem": problem}
    frame |= {"done": done, "tell": Teller(visitor.tongue, kept.zone)}
    return visitor.page("operations.html", problem.status if problem else 200, **{**frame, **values})


def look(visitor: Visitor) -> Kept:
    store, zone = visitor.here.store, visitor.here.office.policy.pinned(visitor.now).plant.time_zone
    since, waiting = visitor.now - RECENTLY, store.outbox.long_waiting(visitor.now)
    rows, letters, missed = store.checks.dead_mail(since), dead_letters(store, since), store.reviews.missed(since)
    return Kept(waiting, list(shown(visitor, rows[:MOST])), len(rows[MOST:]), letters[:MOST], zone, missed)


def shown(visitor: Visitor, rows: list[LedgerRow]) -> Iterator[Dead]:
    for row in rows:
        yield Dead(row, may_send(visitor, row), row.recipient == CUSTOMER)


def may_send(visitor: Visitor, row: LedgerRow) -> bool:
    """Admins, and the order's owner."""
    if visitor.person.admin:
        return True
    order = visitor.here.store.orders.row(row.order_no)
    return order is not None and order.owner == visitor.person.id


async def ask(visitor: Visitor) -> Engine:
    engine = visitor.here.engine
    missing, workers, stuck = await asyncio.gather(
        visitor.here.readiness.missing(), engine.workers(), engine.stuck(MOST), return_exceptions=True
    )
    return Engine(known(missing) or [], known(workers), known(stuck))


def known(answer: list[str] | BaseException) -> list[str] | None:
    if isinstance(answer, list):
        return answer
    if isinstance(answer, EngineIsAway):
        return None
    raise answer


# Sending again what never arrived.


async def again(visitor: Visitor) -> Response:
    sent = await visitor.form()
    key, recipient, address = text(sent, "notice"), text(sent, "recipient"), text(sent, "address")
    if address and (fault := email_fault(address)):
        return await page(visitor, invalid(Fault(pointer="", message=f"the mail address: {fault}")), typed={key: address})
    try:
        became = await visitor.run(resend, visitor, key, recipient, address)
    except Problem as problem:
        return await page(visitor, problem)
    done = "overtaken" if became is NoticeState.STALE else "again"
    return RedirectResponse(f"{ADDRESS}?done={done}", 303, HEADERS)


def resend(visitor: Visitor, key: str, recipient: str, address: str) -> NoticeState:
    """Raises Problem."""
    store: Store = visitor.here.store
    if (row := store.ledger.row(key, recipient)) is None:
        raise not_found(f"mail {key}")
    if not may_send(visitor, row):
        raise Problem(403, "forbidden", "only an admin or the order's owner may send this mail again")
    corrected = address if row.recipient == CUSTOMER else ""
    try:
        return send_again(store, row, visitor.person.id, visitor.now, corrected or None)
    except NotDead:
        raise Problem(409, "not-dead", "this mail is on its way again already") from None
    except StillUnderWay:
        raise Problem(409, "under-way", "others are still being told the same; try again in a minute") from None
    except CannotBeSentAgain:
        raise Problem(409, "not-known", "nobody knows any more what this mail said; tell them by other means") from None
