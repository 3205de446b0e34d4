"""Links in mails: GET shows and never acts, POST acts, once; one person, one purpose (R6, R15 to R17)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from activities.languages import Tongue, chosen
from activities.store.links import MailLink, Purpose
from api import looks
from api.gate import address_of
from api.pages import filters
from api.pages.forms.fields import Typed, typed
from api.pages.links import answers, complaints, signing, tasks
from api.pages.links.frames import over, page, unlisted
from api.pages.links.standing import Standing, standing_of
from api.pages.site import HEADERS
from api.pages.visitors import LANGUAGE, Visitor
from api.problems import Problem
from workflows.types.words import Language

Ask = Callable[[Visitor, Standing, None], Awaitable[Response]]
Take = Callable[[Visitor, Standing, Typed], Awaitable[Response]]

ASKED: Mapping[Purpose, Ask] = {
    Purpose.CONFIRM: answers.confirm,
    Purpose.AGREE: answers.agree,
    Purpose.FEEDBACK: answers.feedback,
    Purpose.SIGN: signing.ask,
    Purpose.COMPLAIN: complaints.ask,
    Purpose.COMPLETE: tasks.ask,
}
TAKEN: Mapping[Purpose, Take] = {
    Purpose.CONFIRM: answers.take_confirmation,
    Purpose.AGREE: answers.take_agreement,
    Purpose.FEEDBACK: answers.take_feedback,
    Purpose.SIGN: signing.take,
    Purpose.COMPLAIN: complaints.take,
    Purpose.COMPLETE: tasks.take,
}


async def show(visitor: Visitor) -> Response:
    return await shown(visitor, await found(visitor))


async def act(visitor: Visitor) -> Response:
    return await acted(visitor, await found(visitor))


async def show_complaint(visitor: Visitor) -> Response:
    return await shown(visitor, await beside(visitor))


async def take_complaint(visitor: Visitor) -> Response:
    return await acted(visitor, await beside(visitor))


async def shown(visitor: Visitor, standing: Standing | Response) -> Response:
    if isinstance(standing, Response):
        return standing
    if standing.over:
        return over(visitor, standing)
    if standing.link.purpose is Purpose.VIEW:
        return page(visitor, "link_view.html", standing)
    return await ASKED[standing.link.purpose](visitor, standing, None)


async def acted(visitor: Visitor, standing: Standing | Response) -> Response:
    if isinstance(standing, Response):
        return standing
    sent = typed(await visitor.form())
    if standing.over:
        await signing.catch_up(visitor, standing)
        return over(visitor, standing, sent)
    if standing.link.purpose is Purpose.VIEW:
        raise Problem(405, "method-not-allowed", "this link only shows where the order stands")
    return await TAKEN[standing.link.purpose](visitor, standing, sent)


async def beside(visitor: Visitor) -> Standing | Response:
    """The same link for a complaint, once there is something to complain of; before, what the link is for."""
    standing = await found(visitor)
    if isinstance(standing, Response):
        return standing
    if not standing.may_complain:
        return unlisted(RedirectResponse(standing.address, 303, HEADERS))
    return await with_others(visitor, standing.complaining)


async def with_others(visitor: Visitor, standing: Standing) -> Standing:
    """As used up, once as many complaints as there may be were taken by whichever copies of the mail."""
    if standing.over or not await visitor.run(complaints.is_spent, visitor, standing):
        return standing
    return replace(standing, link=replace(standing.link, used_at=visitor.now))


async def found(visitor: Visitor) -> Standing | Response:
    """How the link's matter stands; for links that nobody made, the page that says so."""
    token, brake = str(visitor.request.path_params["token"]), visitor.here.brake
    place = address_of(visitor.request.scope)
    if seconds := await brake.seconds_to_wait(token, place):
        return unknown(visitor, 429, seconds)
    store = visitor.here.store
    link = await visitor.run(store.links.find, token)
    if link is None:
        await brake.failed(token, place)
        return unknown(visitor, 404)
    brake.succeeded(token)
    visitor.tongue = tongue_of(visitor.request, link)
    looks.came_in(visitor.request.scope, link.who, "link", link.digest)
    looks.show(visitor.request.scope, looks.Shown("link", link.order_no, link.purpose))
    standing = await visitor.run(standing_of, store, link, token, visitor.now)
    return await with_others(visitor, standing) if link.purpose is Purpose.COMPLAIN else standing


def tongue_of(request: Request, link: MailLink) -> Tongue:
    """The mail's, unless its reader has chosen another here."""
    wishes = [request.query_params.get(filters.LANGUAGE, ""), request.cookies.get(LANGUAGE, ""), link.language]
    return Tongue.of(chosen(wishes) or Language.EN)


def unknown(visitor: Visitor, status: int, seconds: int = 0) -> Response:
    return unlisted(visitor.page("link_unknown.html", status, seconds=seconds))
