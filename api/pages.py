"""The few pages that mails and people's first look lead to; whatever is shown in them comes through the API."""

from collections.abc import Callable, Coroutine
from html import escape
from importlib import resources
from string import Template
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY}
HTML = "text/html"

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class Links(NamedTuple):
    """Where the parts of the stack are found; None: nobody told."""

    public_url: str
    temporal_ui_url: str | None = None
    mailbox_url: str | None = None


def routes(links: Links) -> list[Route]:
    page = serving(text_of("page.html"), HTML)
    return [
        Route("/", serving(index(links), HTML)),
        Route("/orders/{order_no}", page),
        Route("/tasks/{task_id}", page),
        Route("/static/page.css", serving(text_of("page.css"), "text/css")),
        Route("/static/page.js", serving(text_of("page.js"), "text/javascript")),
    ]


def index(links: Links) -> str:
    shown = [("Temporal Web UI, for operators", links.temporal_ui_url), ("Mailbox", links.mailbox_url)]
    items = [
        f'<li>{name}: <a href="{escape(url)}">{escape(url)}</a></li>'
        for name, url in shown
        # Only what a browser can open: a mail server's address is nobody's page.
        if url and url.startswith(("http://", "https://"))
    ]
    return Template(text_of("index.html")).substitute(public_url=escape(links.public_url), links="\n".join(items))


def serving(text: str, media_type: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return Response(text, 200, HEADERS, media_type)

    return endpoint


def text_of(name: str) -> str:
    return resources.files("api").joinpath("static", name).read_text("utf-8")
