"""Entering an order (R5): the form is made of what POST /orders takes, and is judged by the same deed."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from api import forms
from api.entering import EnterOrder
from api.pages.addresses import order_url
from api.pages.forms.attempts import attempt, key_of
from api.pages.forms.fields import Basis, Sheet, asks_for_more, elsewhere, faulty, typed
from api.pages.site import HEADERS
from api.pages.visitors import Visitor
from api.problems import Problem, refuse
from workflows.rules import authority
from workflows.types.words import Department


async def show(visitor: Visitor) -> Response:
    asks = await visitor.run(asked, visitor)
    return form(visitor, asks, {})


async def enter(visitor: Visitor) -> Response:
    sent = typed(await visitor.form())
    asks = await visitor.run(asked, visitor)
    if asks_for_more(sent):
        return form(visitor, asks, sent)
    value = asks.read(sent)
    problem = await attempt(visitor, EnterOrder(visitor.here.office), value, key_of(sent))
    if problem is None:
        return RedirectResponse(order_url(str(value["order_no"]).strip()), 303, HEADERS)
    return form(visitor, asks, sent, problem)


def asked(visitor: Visitor) -> Sheet:
    """Raises the problem `forbidden`: a form that cannot be sent is not shown."""
    office, people = visitor.here.office, visitor.here.store.people
    reading = office.policy.read(visitor.now)
    refuse(authority.may_enter_orders(people.actor(visitor.person, reading.today)))
    every = people.every()
    owners = {person.id: person.name for person in every if Department.SALES in person.member_of}
    owners[visitor.person.id] = visitor.person.name
    basis = Basis(
        zone=reading.policy.plant.time_zone,
        today=reading.today,
        suggested={"owner": visitor.person.id},
        choices={"owner": sorted(owners.items(), key=lambda owner: owner[1])},
    )
    return Sheet.of(forms.OrderIn, basis, place="")


def form(visitor: Visitor, asks: Sheet, sent: Mapping[str, str], problem: Problem | None = None) -> Response:
    boxes = asks.shown(visitor.tongue, sent or None, problem, scope="order")
    values: dict[str, Any] = {
        "here": "/orders",
        "boxes": boxes,
        "key": key_of(sent),
        "wrong_boxes": faulty(boxes),
        "others": elsewhere(problem, boxes) if problem else [],
        "refused": problem,
    }
    return visitor.page("order_new.html", problem.status if problem else 200, **values)
