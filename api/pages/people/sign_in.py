"""Signing in with a password, and out."""

from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from activities.store import Person
from api.gate import address_of
from api.pages.site import HEADERS
from api.pages.visitors import COOKIE, Visitor, text
from api.problems import Problem

FAILED = Problem(401, "bad-password", "this name and password do not belong together")
KEPT_FOR = 90 * 86400


async def show(visitor: Visitor) -> Response:
    if visitor.signed_in:
        return RedirectResponse(safe(visitor.request.query_params.get("next", "")), 303, HEADERS)
    return form(visitor, 200, name="", next=visitor.request.query_params.get("next", ""))


async def sign_in(visitor: Visitor) -> Response:
    sent = await visitor.form()
    name, password, then = text(sent, "name"), str(sent.get("password", "")), text(sent, "next")
    guesses, place = visitor.here.guesses, address_of(visitor.request.scope)
    async with guesses.turn():
        if seconds := await guesses.seconds_to_wait(name, place):
            return form(visitor, 429, name=name, next=then, seconds=seconds)
        person = await visitor.run(recognised, visitor, name, password)
        if person is None:
            await guesses.failed(name, place)
            return form(visitor, 401, name=name, next=then, problem=FAILED)
    guesses.succeeded(name, place)
    return with_session(RedirectResponse(safe(then), 303, HEADERS), await visitor.run(begun, visitor, person), visitor)


async def sign_out(visitor: Visitor) -> Response:
    await visitor.form()
    await visitor.run(end_this, visitor)
    return without_session(RedirectResponse("/sign-in", 303, HEADERS), visitor)


def recognised(visitor: Visitor, name: str, password: str) -> Person | None:
    """Who has been removed is known no more, whatever their password was."""
    store = visitor.here.store
    return store.people.get(name) if store.sessions.is_password(name, password) else None


def begun(visitor: Visitor, person: Person) -> str:
    """The secret of a new session; whatever this browser came with is over."""
    end_this(visitor)
    return visitor.here.store.sessions.begin(person.id, visitor.request.headers.get("user-agent", ""), visitor.now)


def end_this(visitor: Visitor) -> None:
    if visitor.signed_in:
        session = visitor.signed_in.session
        visitor.here.store.sessions.end(session.person, session.digest)


def with_session(response: Response, secret: str, visitor: Visitor) -> Response:
    """The browser keeps it until it is signed out; no script can read it, and no other site's form sends it."""
    response.set_cookie(
        COOKIE, secret, max_age=KEPT_FOR, path="/", secure=visitor.site.is_encrypted, httponly=True, samesite="lax"
    )
    return response


def without_session(response: Response, visitor: Visitor) -> Response:
    response.delete_cookie(COOKIE, path="/", secure=visitor.site.is_encrypted, httponly=True, samesite="lax")
    return response


def safe(address: str) -> str:
    """Only our own pages are gone back to; browsers take backslashes for slashes, and skip what cannot be seen."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address or not address.isprintable():
        return "/"
    parts = urlsplit(address)
    return "/" if parts.scheme or parts.netloc else address


def form(visitor: Visitor, status: int, **values: object) -> Response:
    answer = visitor.page("sign_in.html", status, **{"seconds": 0, **values})
    if seconds := values.get("seconds"):
        answer.headers["Retry-After"] = str(seconds)
    return answer
