"""All packs, by date; whoever may has one made by hand."""

from datetime import date
from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from activities.reviews.telling import Teller
from activities.store.reviews import PackState, Review
from activities.store.views import Page
from api import queries
from api.pages import filters
from api.pages.forms.attempts import attempt, key_of
from api.pages.forms.fields import typed
from api.pages.site import HEADERS
from api.pages.visitors import Visitor
from api.problems import Problem
from api.reviewing import AskForReview
from workflows import ids
from workflows.rules import authority
from workflows.types.reviews import ReviewKind

ADDRESS = "/meetings"
MARKS = {PackState.MADE: "✓", PackState.ASKED: "◔", PackState.MISSED: "✖"}
A_PAGE = 50


class Known(NamedTuple):
    packs: Page[Review]
    zone: str
    today: date
    may_ask: bool


async def show(visitor: Visitor) -> Response:
    return await page(visitor)


async def page(visitor: Visitor, problem: Problem | None = None, key: str = "") -> Response:
    asked = filters.read(queries.Reviews, visitor.request)
    known = await visitor.run(look, visitor, asked)
    return visitor.page(
        "meetings/packs.html",
        problem.status if problem else 200,
        known=known,
        tell=Teller(visitor.tongue, known.zone),
        marks=MARKS,
        kinds={kind: filters.address(ADDRESS, asked, kind=kind, cursor=None) for kind in ReviewKind},
        asked=asked,
        everything=filters.address(ADDRESS, asked, kind=None, cursor=None),
        next=filters.address(ADDRESS, asked, cursor=known.packs.next_cursor) if known.packs.next_cursor else None,
        key=key or key_of({}),
        problem=problem,
    )


def look(visitor: Visitor, asked: queries.Reviews) -> Known:
    here = visitor.here
    reading = here.office.policy.read(visitor.now)
    packs = here.store.reviews.page(asked.limit, asked.cursor, asked.kind)
    may_ask = authority.may_ask_for_reviews(here.store.people.actor(visitor.person, reading.today)) is None
    return Known(packs, reading.policy.plant.time_zone, reading.today, may_ask)


async def ask(visitor: Visitor) -> Response:
    """Has a pack made; its page tells when it is there."""
    sent = typed(await visitor.form())
    value = {name: sent[name] for name in ("kind", "day") if sent.get(name)}
    problem = await attempt(visitor, AskForReview(visitor.here.office), value, key_of(sent))
    if problem is not None:
        return await page(visitor, problem, key_of(sent))
    today = (await visitor.run(visitor.here.office.policy.read, visitor.now)).today
    day = date.fromisoformat(value["day"]) if "day" in value else today
    return RedirectResponse(f"{ADDRESS}/{ids.review(ReviewKind(value['kind']), day)}", 303, HEADERS)
