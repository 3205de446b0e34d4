"""What all pages behind links in mails share: their frame, what was typed, and the end of an answer."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from activities.mail.words import Words
from activities.store import Person
from api.customer_deeds import speaker
from api.pages.forms.fields import Typed
from api.pages.forms.places import place
from api.pages.links.standing import Standing, Why, standing_of
from api.pages.site import HEADERS
from api.pages.visitors import Visitor
from api.problems import Problem

ANSWERED_ALREADY = "idempotency-key-reused"
"""Another answer came by this link before."""
UNTYPED = ("csrf", "key", "version", "outcome", "answer", "step", "code", "sha256", "more")
"""What forms send and nobody typed; a code is good for nothing else."""


@dataclass(frozen=True)
class Tried:
    """What was sent and is shown again."""

    typed: Typed
    problem: Problem | None = None

    @property
    def status(self) -> int:
        return self.problem.status if self.problem else 200


def page(visitor: Visitor, template: str, standing: Standing, status: int = 200, **values: object) -> Response:
    return unlisted(visitor.page(template, status, standing=standing, link=standing.link, order=standing.order, **values))


def unlisted(response: Response) -> Response:
    """What is behind a link in a mail is for its reader: no search engine is to keep it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def over(visitor: Visitor, standing: Standing, sent: Typed | None = None) -> Response:
    """Says politely what happened meanwhile; `sent` is what came too late, and is shown to be copied."""
    assert standing.over is not None  # noqa: S101 - who calls has asked
    why = standing.over.why
    fine = HTTPStatus.OK if why in (Why.ANSWERED, Why.DONE, Why.SPENT) else HTTPStatus.GONE
    # Who presses twice has lost nothing.
    left = leftovers(sent, Words.of(visitor.tongue.language)) if sent and why is not Why.ANSWERED else []
    status = fine if sent is None else HTTPStatus.CONFLICT
    return page(visitor, "link_over.html", standing, status, over=standing.over, left=left)


def leftovers(sent: Typed, words: Words) -> list[tuple[str, str]]:
    """What somebody typed, each under its field's name."""
    return [(place(f"/{name}", words), text) for name, text in sent.items() if text.strip() and name not in UNTYPED]


def who(standing: Standing) -> Person:
    """Who speaks by the link."""
    return standing.person if standing.person and not standing.is_customers else speaker(standing.order.customer)


async def answered(visitor: Visitor, standing: Standing) -> Response:
    """It was taken: the link is used up, and says so from here on."""
    if not standing.beside:
        await visitor.run(visitor.here.store.links.use, standing.link, visitor.now)
    return unlisted(RedirectResponse(standing.address, 303, HEADERS))


async def overtaken(visitor: Visitor, standing: Standing, problem: Problem, sent: Typed) -> Response | None:
    """The page that tells what happened, if that is why the answer was refused."""
    if problem.code == ANSWERED_ALREADY:
        await visitor.run(visitor.here.store.links.use, standing.link, visitor.now)
    store = visitor.here.store
    link = await visitor.run(store.links.find, standing.token) or standing.link
    again = await visitor.run(standing_of, store, link, standing.token, visitor.now)
    return over(visitor, again, sent) if again.over else None
