"""Every page and every form of it, by address."""

from starlette.routing import Route

from api.pages import home, sign_in
from api.pages.site import Links, Site, file_routes
from api.pages.visitors import Endpoint, Handler, for_anyone, for_staff


def routes(links: Links) -> list[Route]:
    site = Site(links)

    def staff(path: str, *, get: Handler | None = None, post: Handler | None = None) -> list[Route]:
        return both(path, get and for_staff(site, get), post and for_staff(site, post))

    def anyone(path: str, *, get: Handler | None = None, post: Handler | None = None) -> list[Route]:
        return both(path, get and for_anyone(site, get), post and for_anyone(site, post))

    return [
        *file_routes(),
        *anyone("/sign-in", get=sign_in.show, post=sign_in.sign_in),
        *staff("/sign-out", post=sign_in.sign_out),
        *staff("/", get=home.show),
    ]


def both(path: str, get: Endpoint | None, post: Endpoint | None) -> list[Route]:
    shown = [Route(path, get, methods=["GET"])] if get else []
    return shown + ([Route(path, post, methods=["POST"])] if post else [])
