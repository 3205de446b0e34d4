"""Signing for a delivery by a link: first what arrived, then exactly what is signed, with a code from the same mailbox."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from activities.mail.staleness import SIGNING_CODE
from activities.store.signatures import Signature, Statement
from api import forms
from api.bodies import fingerprint
from api.customer_deeds import Answer
from api.customer_forms import ReceivedIn, RefusedIn
from api.pages.forms.attempts import attempt
from api.pages.forms.fields import Sheet, Typed, elsewhere, faulty
from api.pages.links.answers import basis
from api.pages.links.frames import Tried, answered, overtaken, page, unlisted, who
from api.pages.links.standing import Standing
from api.pages.links.statements import statement
from api.pages.site import HEADERS
from api.pages.visitors import Visitor
from api.problems import Problem, invalid, not_found
from workflows import ids
from workflows.types.notices import Notice
from workflows.types.refusals import Fault
from workflows.types.words import CUSTOMER

FORMS: Mapping[str, type[BaseModel]] = {"signed": ReceivedIn, "refused": RefusedIn}
MAPS = ("received", "damaged", "quantities")
RESTATED = Problem(409, "restated", "this was stated otherwise meanwhile; please read it before you sign it")
CHANGE = "change"
"""In the address: back to what was stated, to state it otherwise."""


async def ask(visitor: Visitor, standing: Standing, tried: Tried | None) -> Response:
    """What arrived; or, once that is stated, the statement that waits for its code."""
    if tried is None and standing.signature and CHANGE not in visitor.request.query_params:
        return show_statement(visitor, standing, standing.signature, None)
    outcome = tried.typed.get("outcome") if tried else standing.signature.outcome if standing.signature else "signed"
    asked = [stated(visitor, standing, name, tried) for name in FORMS]
    status = tried.status if tried else 200
    return page(visitor, "link_sign.html", standing, status, forms=asked, open=outcome, task=standing.task.task)


def stated(visitor: Visitor, standing: Standing, outcome: str, tried: Tried | None) -> dict[str, Any]:
    """One of the two forms, as it is at first, as it was stated, or as it was refused."""
    mine = tried if tried and tried.typed.get("outcome") == outcome else None
    boxes = sheet(standing, outcome).shown(visitor.tongue, mine.typed if mine else None, mine.problem if mine else None, outcome)
    problem = mine.problem if mine else None
    return {
        "outcome": outcome,
        "boxes": boxes,
        "problem": problem,
        "faulty": faulty(boxes),
        "others": elsewhere(problem, boxes) if problem else (),
    }


def sheet(standing: Standing, outcome: str) -> Sheet:
    signature = standing.signature
    before = signature.fields if signature and signature.outcome == outcome else {}
    suggested = {**before, "signed_by": signature.name if signature else None}
    return Sheet.of(FORMS[outcome], basis(standing, quantities=standing.task.task.quantities, suggested=suggested))


async def take(visitor: Visitor, standing: Standing, sent: Typed) -> Response:
    match sent.get("step"), standing.signature:
        case "code", Signature() as signature:
            return await take_code(visitor, standing, signature, sent)
        case "again", Signature() as signature:
            meant = Statement(signature.statement, signature.name, signature.outcome, signature.fields)
            return await send_code(visitor, standing, meant)
    try:
        meant = read(visitor, standing, sent)
    except Problem as problem:
        return await ask(visitor, standing, Tried(sent, problem))
    return await send_code(visitor, standing, meant)


def read(visitor: Visitor, standing: Standing, sent: Typed) -> Statement:
    """What is to be signed; raises the problem `invalid`. The order judges it again once it is signed."""
    outcome = sent.get("outcome", "")
    if outcome not in FORMS:
        raise invalid(Fault(pointer="/outcome", message="answer signed or refused"))
    fields = sheet(standing, outcome).read(sent)
    form = forms.checked(lambda: FORMS[outcome].model_validate(fields, extra="forbid"), below="/fields")
    known = form.model_dump(mode="json", exclude_none=True)
    name = known["signed_by"]
    if wrong := faults(standing, outcome, known):
        raise invalid(*wrong)
    given = known if outcome == "signed" else {key: value for key, value in known.items() if key != "signed_by"}
    text = statement(standing, outcome, name, given, visitor.tongue, visitor.now)
    return Statement(text, name, outcome, given)


def faults(standing: Standing, outcome: str, known: Mapping[str, Any]) -> list[Fault]:
    """Before a code is sent: more than was delivered, or nothing at all refused."""
    sent = standing.task.task.quantities or {}
    above = [
        Fault(pointer=f"/fields/{name}/{line}", message=f"is above {sent.get(line, 0)}")
        for name in MAPS
        for line, quantity in known.get(name, {}).items()
        if quantity > sent.get(line, 0)
    ]
    if outcome == "refused" and "quantities" in known and not any(known["quantities"].values()):
        above.append(Fault(pointer="/fields/quantities", message="nothing is refused; answer signed"))
    return above


async def send_code(visitor: Visitor, standing: Standing, meant: Statement) -> Response:
    if standing.signature and not standing.signature.may_get_another_code:
        problem = Problem(429, "too-many-codes", "no more codes are sent for this delivery; please answer the mail instead")
        return show_statement(visitor, standing, standing.signature, problem)
    link = standing.link
    key = f"{link.order_no}.{SIGNING_CODE}.{link.digest[:16]}"
    notice = Notice(key=key, kind=SIGNING_CODE, to=(CUSTOMER,), at=visitor.now, task_id=link.task_id)
    await visitor.run(visitor.here.store.signatures.draft, link, standing.token, meant, notice, visitor.now)
    return unlisted(RedirectResponse(standing.address, 303, HEADERS))


async def take_code(visitor: Visitor, standing: Standing, signature: Signature, sent: Typed) -> Response:
    signatures, code = visitor.here.store.signatures, digits(sent.get("code", ""))
    if sent.get("sha256") != signature.sha256:
        # Somebody has stated something else since this page was opened: nobody signs what they have not read.
        return show_statement(visitor, standing, signature, RESTATED)
    if not await visitor.run(signatures.is_code, standing.link, standing.token, code, visitor.now):
        left = await visitor.run(signatures.of_link, standing.link) or signature
        return show_statement(visitor, standing, left, wrong_code(left, visitor))
    problem = await signed(visitor, standing, signature)
    if problem is None:
        return await answered(visitor, standing)
    await catch_up(visitor, standing)
    return await overtaken(visitor, standing, problem, sent) or show_statement(visitor, standing, signature, problem)


async def signed(visitor: Visitor, standing: Standing, signature: Signature) -> Problem | None:
    """Why the order did not take it, or None: then the statement is signed."""
    deed = Answer(visitor.here.office, standing.task.task.id)
    problem = await attempt(visitor, deed, answer_of(signature), standing.key, whom=who(standing))
    if problem is None:
        await visitor.run(visitor.here.store.signatures.sign, standing.link, visitor.now)
    return problem


def answer_of(signature: Signature) -> dict[str, Any]:
    return {"outcome": signature.outcome, "fields": signature.fields}


async def catch_up(visitor: Visitor, standing: Standing) -> None:
    """The order may have taken an answer of which nobody heard: said again it is the same one, and what was signed is kept."""
    signature = standing.signature
    if signature is None or signature.is_signed or standing.record is None:
        return
    # Only whoever gave the code has ever said this under this key.
    said = ids.said(CUSTOMER, "POST", Answer(visitor.here.office, standing.record.task.id).path, standing.key)
    reply = await visitor.run(visitor.here.store.replies.get, said)
    if reply and reply.fingerprint == fingerprint(answer_of(signature)):
        await signed(visitor, standing, signature)


def digits(typed: str) -> str:
    """However it was typed: in full width, or with a gap in the middle."""
    return "".join(char for char in unicodedata.normalize("NFKC", typed) if char.isdecimal())


def wrong_code(signature: Signature, visitor: Visitor) -> Problem:
    if signature.can_be_signed(visitor.now):
        message = f"this is not the code; {signature.attempts_left} more attempts are left"
    else:
        message = "this code is good no longer; have a new one sent"
    return Problem(422, "bad-code", message, [Fault(pointer="/code", message=message)])


def show_statement(visitor: Visitor, standing: Standing, signature: Signature, problem: Problem | None) -> Response:
    return page(
        visitor,
        "link_statement.html",
        standing,
        problem.status if problem else 200,
        signature=signature,
        can_be_signed=signature.can_be_signed(visitor.now),
        refused=problem,
    )


async def signatures(visitor: Visitor) -> Response:
    """What was signed for an order, as it was shown then; for the plant's people."""
    number = str(visitor.request.path_params["order_no"])
    order = await visitor.run(visitor.here.store.orders.row, number)
    if order is None:
        raise not_found(f"order {number}")
    found = await visitor.run(visitor.here.store.signatures.of_order, number)
    return visitor.page("signatures.html", order=order, signatures=found)
