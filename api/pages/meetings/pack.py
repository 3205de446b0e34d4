"""One pack: what was found then, what was decided on it, and a form for deciding more."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from starlette.responses import RedirectResponse, Response

from activities.figures import letter as figures
from activities.reviews.findings import Body
from activities.reviews.telling import Teller
from activities.store.review_decisions import Decision
from activities.store.reviews import PackState, Review
from api import forms
from api.pages.forms.attempts import attempt, key_of
from api.pages.forms.fields import Basis, Sheet, elsewhere, faulty, typed
from api.pages.meetings.packs import ADDRESS
from api.pages.site import HEADERS
from api.pages.visitors import Visitor
from api.problems import Problem, not_found
from api.reviewing import Decide
from workflows.rules import authority
from workflows.types.words import NoticeState

SCOPE = "decision"
"""What the form's fields are called by."""


class Known(NamedTuple):
    review: Review
    body: Body | None
    decisions: list[Decision]
    told: dict[str, NoticeState]
    zone: str
    today: date
    asks: Sheet | None
    """What whoever looks may decide."""


async def show(visitor: Visitor) -> Response:
    return await page(visitor, {})


async def page(visitor: Visitor, sent: Mapping[str, str], problem: Problem | None = None) -> Response:
    known = await visitor.run(look, visitor)
    tell = Teller(visitor.tongue, known.zone)
    boxes = known.asks.shown(visitor.tongue, sent or None, problem, SCOPE) if known.asks else []
    values: dict[str, Any] = {
        "known": known,
        "tell": tell,
        "figures": report(known.body, tell) if known.body else None,
        "boxes": boxes,
        "key": key_of(sent),
        "wrong_boxes": faulty(boxes),
        "others": elsewhere(problem, boxes) if problem else [],
        "refused": problem,
        "done": visitor.request.query_params.get("done", ""),
    }
    return visitor.page("meetings/pack.html", problem.status if problem else 200, **values)


def look(visitor: Visitor) -> Known:
    """Raises 404."""
    here, review_id = visitor.here, str(visitor.request.path_params["id"])
    review = here.store.reviews.get(review_id)
    if review is None:
        raise not_found(f"meeting {review_id}")
    reading = here.office.policy.read(visitor.now)
    actor = here.store.people.actor(visitor.person, reading.today)
    may_decide = review.state is PackState.MADE and authority.may_decide_in_meetings(actor) is None
    people = [(one.id, one.name) for one in here.store.people.every() if one.member_of] if may_decide else []
    basis = Basis(zone=reading.policy.plant.time_zone, today=reading.today, choices={"owner": people})
    return Known(
        review=review,
        body=Body.model_validate_json(review.body) if review.body and review.state is PackState.MADE else None,
        decisions=here.store.review_decisions.of(review.id),
        told=here.store.circulars.states(review.id),
        zone=reading.policy.plant.time_zone,
        today=reading.today,
        asks=Sheet.of(forms.DecisionIn, basis, place="") if may_decide else None,
    )


def report(body: Body, tell: Teller) -> dict[str, Any] | None:
    """The figures of a month, or of the quarter, as lines."""
    if body.month:
        told = body.month.report
        trend = list(figures.months(body.month.trend, tell.figures, body.targets))
    elif body.quarter:
        told, trend = body.quarter.report, []
    else:
        return None
    return {
        "span": tell.figures.span(told.wanted),
        "basis": tell.figures.basis(told.wanted.basis),
        "as_of": told.as_of,
        "lines": list(figures.figures(told, tell.figures, body.targets)),
        "causes": [(tell.figures.blame(each), tell.figures.cause(each)) for each in told.causes[: figures.MOST_CAUSES]],
        "trend": trend,
        "trend_title": figures.trend_title(body.month.trend, tell.figures) if body.month else "",
        "page": figures.address(told.wanted),
    }


async def decide(visitor: Visitor) -> Response:
    sent = typed(await visitor.form())
    known = await visitor.run(look, visitor)
    asks = known.asks or Sheet.of(forms.DecisionIn, Basis(zone=known.zone, today=known.today), place="")
    problem = await attempt(visitor, Decide(visitor.here.office, known.review.id), asks.read(sent), key_of(sent))
    if problem is None:
        return RedirectResponse(f"{ADDRESS}/{known.review.id}?done=decided#decisions", 303, HEADERS)
    return await page(visitor, sent, problem)
