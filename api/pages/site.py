"""What every page is made of: the templates, the files beside them, and the headers that keep a browser honest."""

import hashlib
from functools import cache
from importlib import resources
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from activities.languages import Tongue
from activities.languages.bidi import tamed
from activities.languages.tongue import NAMES
from activities.mail.words import Words
from api.pages import shown

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "strict-origin"}
"""Told never to name us, browsers send our own forms with `Origin: null`, as a stranger's sandbox does. Of addresses, which
links in mails are secrets by, nobody is told more than the host."""
FOR_EVER = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
STATIC = resources.files("api.pages").joinpath("static")


class Links(NamedTuple):
    """Where the parts of the stack are found; None: nobody told."""

    public_url: str
    temporal_ui_url: str | None = None
    mailbox_url: str | None = None


class Site:
    """The pages' templates, which know where everything is."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self._templates = Environment(
            loader=PackageLoader("api.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            finalize=tamed,
        )
        self._templates.globals.update(static=static_url, links=links, languages=NAMES)
        self._templates.filters.update(shown.FILTERS)

    @property
    def is_encrypted(self) -> bool:
        """Whether people come by https, so that their cookies need nothing else."""
        return self.links.public_url.startswith("https://")

    def render(self, template: str, tongue: Tongue, **values: object) -> str:
        words = {"_": tongue.text, "tongue": tongue, "words": Words.of(tongue.language), **values}
        return self._templates.get_template(template).render(words)


def file_routes() -> list[Route]:
    return [Route("/static/{name}", static_file)]


def static_url(name: str) -> str:
    """With the file's digest, so that a browser may keep it for ever."""
    return f"/static/{name}?{digest_of(name)}"


@cache
def digest_of(name: str) -> str:
    return hashlib.sha256(STATIC.joinpath(name).read_bytes()).hexdigest()[:12]


@cache
def known() -> dict[str, tuple[bytes, str]]:
    files = [file for file in STATIC.iterdir() if file.is_file()]
    return {file.name: (file.read_bytes(), MEDIA_TYPES[file.name[file.name.rindex(".") :]]) for file in files}


async def static_file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in known():
        raise HTTPException(404)
    content, media_type = known()[name]
    return Response(content, 200, FOR_EVER if request.url.query == digest_of(name) else HEADERS, media_type)
