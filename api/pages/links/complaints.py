"""The customer records what is wrong by a link, also once the order is closed; each time opens one case (R18)."""

from starlette.responses import RedirectResponse, Response

from activities.store.links import MOST_COMPLAINTS
from api.customer_deeds import Complain
from api.customer_forms import ComplaintIn
from api.pages.forms.attempts import attempt
from api.pages.forms.fields import Basis, Sheet, Typed, elsewhere, faulty
from api.pages.links.frames import ANSWERED_ALREADY, Tried, answered, page, unlisted, who
from api.pages.links.standing import Standing
from api.pages.site import HEADERS
from api.pages.visitors import Visitor
from api.problems import Problem
from workflows import ids
from workflows.types.words import CUSTOMER

RECORDED = "recorded"


async def ask(visitor: Visitor, standing: Standing, tried: Tried | None) -> Response:
    """Thanks for what was recorded by it before, and takes another."""
    n = await visitor.run(following, visitor, standing)
    typed, problem = (tried.typed, tried.problem) if tried else (None, None)
    boxes = sheet(standing).shown(visitor.tongue, typed, problem, "complaint")
    values = {
        "boxes": boxes,
        "n": n,
        "left": MOST_COMPLAINTS - n + 1,
        "is_recorded": tried is None and RECORDED in visitor.request.query_params,
        "refused": problem,
        "faulty": faulty(boxes),
        "others": elsewhere(problem, boxes) if problem else (),
    }
    return page(visitor, "link_complain.html", standing, tried.status if tried else 200, **values)


async def take(visitor: Visitor, standing: Standing, sent: Typed) -> Response:
    """The same form sent twice is one complaint; other words are another one."""
    body, n = sheet(standing).read(sent), counted(sent.get("n", ""))
    problem = await said(visitor, standing, body, n) if n else None
    if not n or (problem and problem.code == ANSWERED_ALREADY):
        n = await visitor.run(following, visitor, standing)
        problem = await said(visitor, standing, body, n)
    if problem:
        return await ask(visitor, standing, Tried(sent, problem))
    if n < MOST_COMPLAINTS:
        return unlisted(RedirectResponse(f"{standing.address}?{RECORDED}=1", 303, HEADERS))
    # That was the last one.
    return await answered(visitor, standing)


async def said(visitor: Visitor, standing: Standing, body: dict[str, object], n: int) -> Problem | None:
    deed = Complain(visitor.here.office, standing.order.order_no)
    return await attempt(visitor, deed, body, key(standing, n), whom=who(standing))


def following(visitor: Visitor, standing: Standing) -> int:
    """Which complaint by this link would be the next; copies of one mail count together."""
    replies = visitor.here.store.replies
    taken = (replies.get(ids.said(CUSTOMER, "POST", Complain.path, key(standing, n))) for n in range(1, MOST_COMPLAINTS))
    return next((n for n, reply in enumerate(taken, start=1) if reply is None), MOST_COMPLAINTS)


def is_spent(visitor: Visitor, standing: Standing) -> bool:
    """Whether it has taken as many as it may."""
    last = ids.said(CUSTOMER, "POST", Complain.path, key(standing, MOST_COMPLAINTS))
    return visitor.here.store.replies.get(last) is not None


def key(standing: Standing, n: int) -> str:
    return f"{standing.key}-{n}"


def counted(text: str) -> int:
    """Which one the form was made for; 0 where it does not say."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 1 and int(text) <= MOST_COMPLAINTS else 0


def sheet(standing: Standing) -> Sheet:
    today = standing.link.made_at.date()
    return Sheet.of(ComplaintIn, Basis(zone=standing.order.plant_time_zone, today=today), "")
