"""What a browser sees of the mailbox: the list, one mail, and both for programs."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from functools import partial
from itertools import islice
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from jiaoqi.mailbox.messages import Mail, Messages, Search

PAGE = 50
LARGEST_PAGE = 200
# Mails are strangers' text: the pages run nothing and load nothing from elsewhere.
GUARD = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


@dataclass(frozen=True)
class Page:
    """Some mails, and the number below which the next page begins."""

    items: list[Mail]
    next: int | None


def app(messages: Messages) -> Starlette:
    def route(path: str, page: Callable[[Messages, Request], Response]) -> Route:
        return Route(path, partial(_in_thread, partial(page, messages)))

    return Starlette(
        routes=[
            route("/", listed),
            route("/messages.json", listed_as_json),
            route("/messages/{n:int}.eml", raw),
            route("/messages/{n:int}", one),
        ]
    )


async def _in_thread(page: Callable[[Request], Response], request: Request) -> Response:
    return await run_in_threadpool(page, request)


def listed(messages: Messages, request: Request) -> Response:
    search, page = _search(request), _page(messages, request)
    return _html("list.html", search=search, page=page, older=_older(request, page))


def listed_as_json(messages: Messages, request: Request) -> Response:
    page = _page(messages, request)
    items = [{**asdict(mail), "at": f"{mail.at:%Y-%m-%dT%H:%M:%S.%fZ}"} for mail in page.items]
    return JSONResponse({"items": items, "next": page.next}, headers=GUARD)


def one(messages: Messages, request: Request) -> Response:
    message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(_content(messages, request))
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return _html(
        "message.html",
        n=request.path_params["n"],
        headers=[(name, str(value)) for name, value in message.items()],
        text=_body(text),
        html=_body(html),
        attachments=[part.get_filename() or part.get_content_type() for part in message.iter_attachments()],
    )


def raw(messages: Messages, request: Request) -> Response:
    # As plain text: a browser must not be talked into rendering a mail as a page.
    return Response(_content(messages, request), media_type="text/plain", headers=GUARD)


def _search(request: Request) -> Search:
    return Search(**{name: request.query_params.get(name, "").strip() for name in ("to", "order", "kind")})


def _page(messages: Messages, request: Request) -> Page:
    limit = min(_number(request, "limit") or PAGE, LARGEST_PAGE)
    found = list(islice(messages.newest(_search(request), _number(request, "before")), limit + 1))
    return Page(found[:limit], found[limit - 1].n if len(found) > limit else None)


def _older(request: Request, page: Page) -> str | None:
    return str(request.url.include_query_params(before=page.next).query) if page.next else None


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if text and not re.fullmatch("[0-9]{1,12}", text):
        raise HTTPException(400, f"{name} must be a number")
    return int(text) if text else None


def _content(messages: Messages, request: Request) -> bytes:
    content = messages.content(request.path_params["n"])
    if content is None:
        raise HTTPException(404, "no such mail")
    return content


def _body(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:
        # A charset that nobody knows.
        return str(part.get_payload(decode=False))


def _html(template: str, **values: object) -> HTMLResponse:
    return HTMLResponse(TEMPLATES.get_template(template).render(**values), headers=GUARD)
