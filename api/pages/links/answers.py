"""What customers answer by a link: their order is right or to be otherwise, a date suits or does not, how it was."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.responses import Response

from api.customer_deeds import Answer, AnswerPromise, Wish
from api.customer_forms import DeclineIn, FeedbackIn, WishIn
from api.deeds import Deed, day_at
from api.pages.forms.attempts import attempt
from api.pages.forms.fields import Basis, Sheet, Typed, asks_for_more, elsewhere, faulty
from api.pages.links.frames import Tried, answered, overtaken, page, who
from api.pages.links.standing import Standing
from api.pages.visitors import Visitor
from api.problems import Problem
from workflows.types.refusals import Fault
from workflows.types.words import Department

CONCERNS = {
    "product": Department.QUALITY,
    "delivery": Department.WAREHOUSE,
    "service": Department.SALES,
    "documents": Department.SALES,
}
"""Whose a complaint is: customers do not know our departments."""
BY_LINK = "link"
YES = "yes"


# The order as confirmed.


async def confirm(visitor: Visitor, standing: Standing, tried: Tried | None) -> Response:
    return form(visitor, standing, "wish", wish_sheet(standing), tried)


async def take_confirmation(visitor: Visitor, standing: Standing, sent: Typed) -> Response:
    """Yes, or a wish."""
    office, order = visitor.here.office, standing.order
    if sent.get("answer") == YES:
        problem = await said(visitor, standing, AnswerPromise(office, order.order_no), agreement(standing))
    else:
        body, numbers = wish(standing, sent)
        problem = await said(visitor, standing, Wish(office, order.order_no), body)
        problem = problem and as_typed(problem, numbers)
    return await ended(visitor, standing, Tried(sent, problem), confirm)


def wish_sheet(standing: Standing) -> Sheet:
    order = standing.order
    wished = order.requested_date if order.requested_date >= today(standing) else None
    stands = {"ship_to": order.ship_to, "requested_date": wished}
    quantities = {str(number): line.quantity for number, line in enumerate(order.lines, start=1)}
    return Sheet.of(WishIn, basis(standing, stands={k: v for k, v in stands.items() if v}, quantities=quantities), "")


def wish(standing: Standing, sent: Typed) -> tuple[dict[str, Any], list[str]]:
    """What an amendment says; a line of which nothing is wanted any more is left out. And which lines are left."""
    read, order = wish_sheet(standing).read(sent), standing.order
    wished = read.pop("wished", None) or {}
    lines = [
        (str(number), {**line.model_dump(), "quantity": wished.get(str(number), line.quantity)})
        for number, line in enumerate(order.lines, start=1)
    ]
    wanted = [(number, line) for number, line in lines if line["quantity"] != 0]
    if [line for _, line in wanted] != [line.model_dump() for line in order.lines]:
        read["lines"] = [line for _, line in wanted]
    return read, [number for number, _ in wanted]


def as_typed(problem: Problem, numbers: list[str]) -> Problem:
    """A fault of a line is shown where its quantity was typed."""

    def place(fault: Fault) -> Fault:
        found = re.match(r"/lines(?:/(\d+))?", fault.pointer)
        if found is None:
            return fault
        number = f"/{numbers[int(found[1])]}" if found[1] else ""
        return fault.model_copy(update={"pointer": f"/wished{number}"})

    return Problem(problem.status, problem.code, problem.detail, map(place, problem.errors), problem.extra, problem.headers)


# A date that has moved.


async def agree(visitor: Visitor, standing: Standing, tried: Tried | None) -> Response:
    return form(visitor, standing, "decline", decline_sheet(standing), tried)


async def take_agreement(visitor: Visitor, standing: Standing, sent: Typed) -> Response:
    agrees = sent.get("answer") == YES
    body = agreement(standing) if agrees else {**agreement(standing), **decline_sheet(standing).read(sent), "agreed": False}
    problem = await said(visitor, standing, AnswerPromise(visitor.here.office, standing.order.order_no), body)
    return await ended(visitor, standing, Tried(sent, problem), agree)


def decline_sheet(standing: Standing) -> Sheet:
    return Sheet.of(DeclineIn, basis(standing), "")


def agreement(standing: Standing) -> dict[str, Any]:
    return {"revision": standing.promise.revision if standing.promise else 0, "agreed": True}


# How it was.


async def feedback(visitor: Visitor, standing: Standing, tried: Tried | None) -> Response:
    return form(visitor, standing, "answered", feedback_sheet(standing), tried)


async def take_feedback(visitor: Visitor, standing: Standing, sent: Typed) -> Response:
    if asks_for_more(sent):
        return await feedback(visitor, standing, Tried(sent))
    fields = feedback_sheet(standing).read(sent)
    for issue in fields.get("issues", ()):
        # An unknown kind is refused by its own name; no department needs to be guessed for it.
        issue["department"] = CONCERNS.get(issue.get("kind", ""), Department.SALES)
    body = {"outcome": "answered", "fields": {**fields, "channel": BY_LINK}}
    problem = await said(visitor, standing, Answer(visitor.here.office, standing.task.task.id), body)
    return await ended(visitor, standing, Tried(sent, problem), feedback)


def feedback_sheet(standing: Standing) -> Sheet:
    return Sheet.of(FeedbackIn, basis(standing))


# What they have in common.


async def said(visitor: Visitor, standing: Standing, deed: Deed[Any], body: Mapping[str, Any]) -> Problem | None:
    return await attempt(visitor, deed, body, standing.key, whom=who(standing))


async def ended(visitor: Visitor, standing: Standing, tried: Tried, asked: Any) -> Response:
    """Thanks, or what happened meanwhile, or the same page with what is wrong."""
    if tried.problem is None:
        return await answered(visitor, standing)
    told = await overtaken(visitor, standing, tried.problem, tried.typed)
    shown: Response = told or await asked(visitor, standing, tried)
    return shown


def form(visitor: Visitor, standing: Standing, scope: str, sheet: Sheet, tried: Tried | None) -> Response:
    """The page of the link's purpose; `scope` names the fields where one purpose calls them otherwise than another."""
    typed, problem = (tried.typed, tried.problem) if tried else (None, None)
    boxes = sheet.shown(visitor.tongue, typed, problem, scope)
    values = {
        "boxes": {box.name.rpartition("/")[2]: box for box in boxes},
        "typed": typed or {},
        "refused": problem,
        "faulty": faulty(boxes),
        "others": elsewhere(problem, boxes) if problem else (),
        "promise": standing.promise,
    }
    return page(visitor, f"link_{standing.link.purpose}.html", standing, tried.status if tried else 200, **values)


def basis(standing: Standing, **known: Any) -> Basis:
    return Basis(zone=standing.order.plant_time_zone, today=today(standing), lines=standing.order.lines, **known)


def today(standing: Standing) -> date:
    return day_at(standing.order.plant_time_zone, standing.now)
