"""Recording a suggestion, a complaint or a non-conformance: by everybody who is signed in, and judged by the API's own deed."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from api import forms
from api.improving import RaiseImprovement
from api.pages.addresses import improvement_url
from api.pages.forms.attempts import key_of
from api.pages.forms.fields import Basis, Sheet, elsewhere, faulty, typed
from api.pages.site import HEADERS
from api.pages.visitors import Visitor
from api.problems import Problem
from api.shell import meaning

GIVEN = ("origin", "order_no", "reference")
"""What the page that leads here knows already."""


async def show(visitor: Visitor) -> Response:
    """Begins with what the address says: an order's page and a task's say which they are."""
    query = visitor.request.query_params
    return form(visitor, await visitor.run(sheet, visitor), {name: query[name] for name in GIVEN if query.get(name)})


async def record(visitor: Visitor) -> Response:
    sent = typed(await visitor.form())
    asks = await visitor.run(sheet, visitor)
    value = {**asks.read(sent), **({"reference": sent["reference"]} if sent.get("reference") else {})}
    try:
        reply = await visitor.do(RaiseImprovement(visitor.here.office), value, key_of(sent))
    except Exception as error:
        return form(visitor, asks, sent, meaning(error, visitor.request.scope))
    return RedirectResponse(improvement_url(str(json.loads(reply.body)["number"])), 303, HEADERS)


def sheet(visitor: Visitor) -> Sheet:
    reading = visitor.here.office.policy.read(visitor.now)
    basis = Basis(zone=reading.policy.plant.time_zone, today=reading.today, suggested={"origin": "suggestion"})
    # Where it was found is the leading page's to say; nobody types a task's id.
    return Sheet.of(forms.ImprovementIn, basis, place="", without=("reference",))


def form(visitor: Visitor, asks: Sheet, sent: Mapping[str, str], problem: Problem | None = None) -> Response:
    first = {"origin": "suggestion", **sent}
    boxes = asks.shown(visitor.tongue, first, problem, scope="improvement")
    values: dict[str, Any] = {
        "here": "/improvements",
        "boxes": boxes,
        "reference": sent.get("reference", ""),
        "key": key_of(sent),
        "wrong_boxes": faulty(boxes),
        "others": elsewhere(problem, boxes) if problem else [],
        "refused": problem,
    }
    return visitor.page("improvements/new.html", problem.status if problem else 200, **values)
