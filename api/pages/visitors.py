"""Who looks at a page: signed in or not, in which language, and what they may ask of the plant."""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, ParamSpec, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from starlette.datastructures import FormData, Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from activities.languages import Tongue, chosen, wished
from activities.store import Person
from activities.store.replies import Reply
from activities.store.sessions import Session
from api import looks
from api.bodies import Body, Disconnected, fingerprint
from api.deeds import Deed
from api.pages import filters
from api.pages.forms import sendings
from api.pages.site import HEADERS, Site
from api.problems import Problem
from api.services import Services, services
from api.shell import meaning
from api.visit import PATIENCE, Visit, enter
from workflows.types.words import Language

P = ParamSpec("P")
T = TypeVar("T")

COOKIE, LANGUAGE = "jiaoqi_session", "jiaoqi_language"
TOKEN, KEY = "csrf", "key"
SECRETS = frozenset({"password", "old", "new", "again", "code"})
"""Fields that no page ever shows again."""
SIGNED_IN_ANEW = "signed-in-anew"
SIGNED_OUT = Problem(401, "signed-out", "your session is over, and nothing was done: sign in on another page, then send it again")
MOST_FORM_BYTES = 256 * 1024
MOST_UPLOAD_BYTES = 16 * 1024 * 1024
HTML = "text/html"


class SignedIn(NamedTuple):
    person: Person
    session: Session
    csrf: str


@dataclass
class Visitor:
    """One look at a page, or one form sent from it."""

    request: Request
    site: Site
    here: Services
    tongue: Tongue
    now: datetime
    until: float
    signed_in: SignedIn | None = None
    sent: FormData | None = None
    """What came with it, once it was asked for."""

    @property
    def person(self) -> Person:
        """Who has signed in; pages for strangers must not ask."""
        if self.signed_in is None:
            raise SignInFirst
        return self.signed_in.person

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """A call of the store, in a thread of its own."""
        return await self.here.threads.run(call, *args, **kwargs)

    def page(self, template: str, status: int = 200, **values: object) -> Response:
        return Response(self.text(template, **values), status, HEADERS, HTML)

    def text(self, template: str, **values: object) -> str:
        frame = {
            "here": self.request.url.path,
            "me": self.signed_in.person if self.signed_in else None,
            "csrf": self.signed_in.csrf if self.signed_in else "",
            "now": self.now,
            "problem": None,
            "in_language": self.in_language,
        }
        return self.site.render(template, self.tongue, **{**frame, **values})

    def in_language(self, code: str) -> str:
        """Where the same page is found in another language, with all that it was asked for."""
        asked = [(name, value) for name, value in self.request.query_params.multi_items() if name != filters.LANGUAGE]
        return "?" + urlencode([*asked, (filters.LANGUAGE, code)])

    async def form(self, most_bytes: int = MOST_FORM_BYTES) -> FormData:
        """What was sent, from a page of ours and not from elsewhere in the visitor's browser. Raises Problem, Disconnected."""
        sent = await self.received(most_bytes)
        if not self.is_proven(sent):
            detail = "this form was not made for you, or you have signed in anew since: reload the page"
            raise Problem(403, SIGNED_IN_ANEW, detail)
        return sent

    async def received(self, most_bytes: int = MOST_FORM_BYTES) -> FormData:
        """What was sent, from wherever it comes. Raises Problem, Disconnected."""
        if self.sent is None:
            self.request = sendings.counted(self.request, most_bytes)
            self.sent = await sendings.read(self.request, most_bytes)
        return self.sent

    def is_proven(self, sent: FormData) -> bool:
        """Whether a page of this very session has sent it; who is not signed in has nothing to prove it with."""
        return self.signed_in is None or hmac.compare_digest(text(sent, TOKEN).encode(), self.signed_in.csrf.encode())

    async def do(
        self,
        deed: Deed[Any],
        value: Mapping[str, Any],
        key: str,
        method: str = "POST",
        *,
        seen: str = "",
        whom: Person | None = None,
    ) -> Reply:
        """Does what the API's route of the same deed does; raises Problem and what else `Performer.answer` does.

        `seen` is the version that the page showed, for who must not speak about another; `whom` says who speaks where
        nobody has to sign in.
        """
        body = Body(dict(value), fingerprint(dict(value)))
        visit = Visit(whom or self.person, body, said_before(key, seen), method, self.until)
        # From here on whatever ends the request knows whether the order may have heard.
        enter(self.request.scope, visit)
        return (await self.here.performer.answer(visit, deed)).reply


class SignInFirst(Exception):
    """This page is for people of the plant."""


Handler = Callable[[Visitor], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def for_staff(site: Site, handler: Handler) -> Endpoint:
    """The handler, for whoever is signed in; others sign in first and come back."""

    async def guarded(visitor: Visitor) -> Response:
        if visitor.signed_in is None:
            raise SignInFirst
        return await handler(visitor)

    return for_anyone(site, guarded)


def for_anyone(site: Site, handler: Handler) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        visitor = Visitor(request, site, services(request), tongue_of(request, None), services(request).office.now(), 0.0)
        try:
            async with asyncio.timeout(PATIENCE) as patience:
                visitor.until = patience.when() or 0.0
                check_origin(request)
                await recognise(visitor)
                return remembering(await handler(visitor), request)
        except SignInFirst:
            return await sign_in_first(visitor)
        except Disconnected:
            raise
        except Exception as error:
            return await refusal(visitor, meaning(error, request.scope))
        finally:
            # Files that were sent are temporary ones.
            await visitor.request.close()

    return endpoint


async def refusal(visitor: Visitor, problem: Problem) -> Response:
    """A page of its own for what no page could say. What may be sent once more as it was typed is sent from there."""
    is_lost = problem.status == 503 or problem.code in (SIGNED_IN_ANEW, SIGNED_OUT.code)
    again = await sent_before(visitor) if is_lost and visitor.request.method == "POST" else []
    answer = visitor.page("problem.html", problem.status, problem=problem, again=again, action=address(visitor.request))
    answer.headers.update(problem.headers)
    return answer


async def sent_before(visitor: Visitor) -> list[tuple[str, str]]:
    """With this session's proof. Nothing where it cannot be sent again, as files, or must not stand in a page."""
    try:
        form = await visitor.received()
    except (Problem, Disconnected):
        return []
    # A page that was left open over the end of a session has another's proof: then the browser must have said whose it is.
    if not visitor.is_proven(form) and not is_told(visitor.request):
        return []
    sent = [(name, value) for name, value in form.multi_items() if name != TOKEN]
    texts = [(name, value) for name, value in sent if isinstance(value, str)]
    if not texts or len(texts) != len(sent) or not SECRETS.isdisjoint(name for name, _ in texts):
        return []
    return [*texts, (TOKEN, visitor.signed_in.csrf if visitor.signed_in else text(form, TOKEN))]


async def sign_in_first(visitor: Visitor) -> Response:
    """What was typed waits on its page until they have signed in on another; who only wanted to look comes back by themselves.

    A part of a page cannot show the form for it: the whole page goes there.
    """
    request = visitor.request
    if "hx-request" in request.headers:
        whole = urlsplit(request.headers.get("hx-current-url", ""))
        then = whole.path + (f"?{whole.query}" if whole.query else "")
        return Response("", 200, {**HEADERS, "HX-Redirect": f"/sign-in?next={quote(then)}"}, HTML)
    if request.method == "POST" and is_told(request) and await sent_before(visitor):
        return await refusal(visitor, SIGNED_OUT)
    return RedirectResponse(f"/sign-in?next={quote(address(request))}", 303, HEADERS)


async def nowhere(site: Site, request: Request) -> Response:
    """What a browser is told of an address where nothing is."""

    async def refuse(visitor: Visitor) -> Response:
        raise Problem(404, "not-found", "there is nothing at this address")

    return await for_anyone(site, refuse)(request)


async def recognise(visitor: Visitor) -> None:
    """Finds whose session this is, and speaks their language from here on."""
    secret = visitor.request.cookies.get(COOKIE)
    if secret:
        visitor.signed_in = await visitor.run(signed_in, visitor.here, secret, visitor.now)
        if visitor.signed_in:
            looks.came_in(visitor.request.scope, visitor.signed_in.person.id, "page", visitor.signed_in.session.digest)
    person = visitor.signed_in.person if visitor.signed_in else None
    visitor.tongue = tongue_of(visitor.request, person)


def signed_in(here: Services, secret: str, now: datetime) -> SignedIn | None:
    session = here.store.sessions.find(secret, now)
    person = here.store.people.get(session.person) if session else None
    return SignedIn(person, session, csrf_of(secret)) if session and person else None


def csrf_of(secret: str) -> str:
    """What forms of this session carry: no other site knows it, and it does not give the session away."""
    return hashlib.sha256(f"csrf {secret}".encode()).hexdigest()


def tongue_of(request: Request, person: Person | None) -> Tongue:
    """By the link, else by what was chosen here before, else the person's, else the browser's."""
    wishes = [request.query_params.get(filters.LANGUAGE, ""), request.cookies.get(LANGUAGE, "")]
    wishes += [person.language] if person else []
    wishes += wished(request.headers.get("accept-language", ""))
    return Tongue.of(chosen(wishes) or Language.EN)


def remembering(response: Response, request: Request) -> Response:
    """What was chosen by a link holds from here on."""
    if language := chosen([request.query_params.get(filters.LANGUAGE, "")]):
        response.set_cookie(LANGUAGE, language, max_age=365 * 86400, path="/", httponly=True, samesite="lax")
    return response


def check_origin(request: Request) -> None:
    """Forms come from our own pages only; browsers say where from."""
    if request.method in ("GET", "HEAD"):
        return
    if not is_ours(request.headers.get("origin"), request.headers.get("sec-fetch-site"), request.headers.get("host")):
        raise Problem(403, "forged", "this form was sent from another site")


def is_ours(origin: str | None, site: str | None, host: str | None) -> bool:
    if site not in (None, "same-origin", "none"):
        return False
    if origin == "null":
        # Our pages ask to be named: it is a sandbox of somebody else's, unless the browser knows better than what hides the name.
        return site == "same-origin"
    return origin is None or urlsplit(origin).netloc == host


def is_told(request: Request) -> bool:
    """Whether the browser says where a form comes from; what it says was found to be here."""
    return "origin" in request.headers or "sec-fetch-site" in request.headers


def address(request: Request) -> str:
    # As it was sent: a path that was decoded once cannot be told from one with a percent sign in it.
    path: str = request.scope["raw_path"].decode("ascii", "replace")
    return path + (f"?{request.url.query}" if request.url.query else "")


def said_before(key: str, seen: str = "") -> Headers:
    """What a program would say in its headers. A page is sent whatever somebody likes: the deed judges it."""
    given = {"idempotency-key": key, "if-match": f'"{seen}"' if seen else ""}
    return Headers(raw=[(name.encode(), text.encode("ascii", "backslashreplace")) for name, text in given.items() if text])


def text(form: FormData, name: str) -> str:
    """One text of a form; what is missing, or is a file, is empty."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
