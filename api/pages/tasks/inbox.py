"""The inbox: what waits for a person, for their departments, or for others at their orders; and what is done from there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from activities.store import Person
from api.pages.forms.attempts import attempt, key_of
from api.pages.forms.basis import Basis
from api.pages.forms.boxes import Box
from api.pages.forms.fields import Sheet, typed
from api.pages.forms.typing_in import Typed
from api.pages.site import HEADERS
from api.pages.tasks import snoozing
from api.pages.tasks.forms import ASKED, DEEDS, named
from api.pages.tasks.inbox_view import A_PAGE, InboxView, look
from api.pages.visitors import Visitor
from api.problems import Problem

ENOUGH = 4.0
"""Seconds kept back: what has not begun by then is not begun."""
NOTHING_CHOSEN = Problem(422, "nothing-chosen", "choose at least one task first")
TOO_MUCH = Problem(503, "too-much", "this was too much at once, and was not begun; send it once more")
KEPT = ("view", "kind", "lateness", "due_before", "q", "cursor")
"""What an address keeps when something was done from there."""


class Order(NamedTuple):
    """What is to be done, to which tasks: the value of a button."""

    verb: str
    tasks: Sequence[str]
    version: str = ""
    outcome: str = ""

    @classmethod
    def of(cls, form: FormData) -> "Order":
        verb, *about = str(form.get("do", "")).split(" ")
        if not about:
            return cls(verb, [each for each in form.getlist("task") if isinstance(each, str)][:A_PAGE])
        task, version, outcome = (*about, "", "")[:3]
        return cls(verb, [task], version, outcome)


class Refused(NamedTuple):
    task: str
    problem: Problem


@dataclass(frozen=True)
class Tried:
    """What was sent and is shown again."""

    order: Order
    typed: Typed
    refused: Sequence[Refused]
    done: int = 0
    problem: Problem | None = field(default=None)


async def show(visitor: Visitor) -> Response:
    return await page(visitor, None)


async def act(visitor: Visitor) -> Response:
    form = await visitor.form()
    order, sent = Order.of(form), typed(form)
    if not order.tasks or order.verb.partition("-")[0] not in DEEDS:
        return await page(visitor, Tried(order, sent, [], problem=NOTHING_CHOSEN), NOTHING_CHOSEN.status)
    refused = await done(visitor, order, sent)
    count = len(order.tasks) - len(refused)
    if refused:
        return await page(visitor, Tried(order, sent, refused, count), refused[0].problem.status)
    return RedirectResponse(back_to(visitor, order.verb.partition("-")[0], count), 303, HEADERS)


async def done(visitor: Visitor, order: Order, sent: Typed) -> list[Refused]:
    """One after the other; what was refused, and why."""
    refused = []
    body, deed = await visitor.run(body_of, visitor, order, sent), order.verb.partition("-")[0]
    method = "PUT" if deed == "assign" else "POST"
    for task in order.tasks:
        problem: Problem | None = TOO_MUCH
        if asyncio.get_running_loop().time() < visitor.until - ENOUGH:
            doing = DEEDS[deed](visitor.here.office, task)  # type: ignore[call-arg]
            problem = await attempt(visitor, doing, body, key_of(sent), method, seen=order.version)
        if problem:
            refused.append(Refused(task, problem))
    return refused


def body_of(visitor: Visitor, order: Order, sent: Typed) -> dict[str, Any]:
    verb, _, wish = order.verb.partition("-")
    calendar = visitor.here.office.policy.calendar(visitor.now)
    match verb:
        case "complete":
            return {"outcome": order.outcome, "fields": {}}
        case "snooze":
            return {"until": snoozing.until(wish, sent.get("until", ""), visitor.now, calendar)}
        case "extend" | "assign":
            return sheet(verb, visitor).read(sent)
    return {}


def sheet(verb: str, visitor: Visitor, receivers: Sequence[Person] = ()) -> Sheet:
    """In the store's thread."""
    policy = visitor.here.office.policy.read(visitor.now)
    basis = Basis(zone=policy.policy.plant.time_zone, today=policy.today, choices={"person": named(receivers)})
    return Sheet.of(ASKED[verb], basis, verb)


async def page(visitor: Visitor, tried: Tried | None, status: int = 200) -> Response:
    query = visitor.request.query_params
    view, boxes = await visitor.run(everything, visitor, tried)
    return visitor.page(
        "inbox.html",
        status,
        view=view,
        boxes=boxes,
        tried=tried,
        key=key_of(tried.typed if tried else {}),
        did=query.get("did", ""),
        n=query.get("n", "1") if query.get("n", "1").isdecimal() else "1",
        problem=tried.problem if tried else None,
    )


def everything(visitor: Visitor, tried: Tried | None) -> tuple[InboxView, dict[str, list[Box]]]:
    """The list, and the fields of what can be done with several tasks at once."""
    view = look(visitor.here.office, visitor.person, visitor.request.query_params, visitor.tongue, visitor.now)
    asked = {"extend": view.directs, "assign": bool(view.receivers)}
    boxes = {}
    for verb in (verb for verb, is_offered in asked.items() if is_offered):
        sent = tried.typed if tried else None
        boxes[verb] = sheet(verb, visitor, view.receivers).shown(visitor.tongue, sent, scope=verb)
        for box in boxes[verb]:
            # The same form has other buttons, for which a browser must not insist on it.
            box.may_be_empty, box.form = True, "tasks"
    return view, boxes


def back_to(visitor: Visitor, verb: str, count: int) -> str:
    """The same list, which tells what was done."""
    query = visitor.request.query_params
    return "/?" + urlencode({**{name: query[name] for name in KEPT if query.get(name)}, "did": verb, "n": count})
