"""Signing in with a password, and out."""

from starlette.responses import RedirectResponse, Response

from activities.store import Person
from api.gate import address_of
from api.pages.site import HEADERS
from api.pages.visitors import COOKIE, Visitor, text
from api.problems import Problem

FAILED = Problem(401, "bad-password", "this name and password do not belong together")


async def show(visitor: Visitor) -> Response:
    if visitor.signed_in:
        return RedirectResponse(safe(visitor.request.query_params.get("next", "")), 303, HEADERS)
    return form(visitor, 200, name="", next=visitor.request.query_params.get("next", ""))


async def sign_in(visitor: Visitor) -> Response:
    sent = await visitor.form()
    name, password, then = text(sent, "name"), str(sent.get("password", "")), text(sent, "next")
    brake, place = visitor.here.brake, address_of(visitor.request.scope)
    if seconds := await brake.seconds_to_wait(name, place):
        return form(visitor, 429, name=name, next=then, seconds=seconds)
    person = await visitor.run(recognised, visitor, name, password)
    if person is None:
        await brake.failed(name, place)
        return form(visitor, 401, name=name, next=then, problem=FAILED)
    brake.succeeded(name)
    browser = visitor.request.headers.get("user-agent", "")
    secret = await visitor.run(visitor.here.store.sessions.begin, person.id, browser, visitor.now)
    return with_session(RedirectResponse(safe(then), 303, HEADERS), secret, visitor)


async def sign_out(visitor: Visitor) -> Response:
    await visitor.form()
    if visitor.signed_in:
        await visitor.run(visitor.here.store.sessions.end, visitor.signed_in.session.digest)
    response = RedirectResponse("/sign-in", 303, HEADERS)
    response.delete_cookie(COOKIE)
    return response


def recognised(visitor: Visitor, name: str, password: str) -> Person | None:
    store = visitor.here.store
    return store.people.get(name) if store.sessions.is_password(name, password) else None


def with_session(response: Response, secret: str, visitor: Visitor) -> Response:
    """The browser keeps it until it is signed out; no script can read it, and no other site's form sends it."""
    response.set_cookie(
        COOKIE, secret, max_age=90 * 86400, path="/", secure=visitor.site.is_encrypted, httponly=True, samesite="lax"
    )
    return response


def safe(address: str) -> str:
    """Only our own pages are gone back to."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and "\n" not in address and "\r" not in address
    return address if is_ours else "/"


def form(visitor: Visitor, status: int, **values: object) -> Response:
    return visitor.page("sign_in.html", status, **{"seconds": 0, **values})
