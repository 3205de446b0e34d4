"""The app: routes, and around them the gate and the shell."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from activities.documents.cabinet import NOWHERE, Cabinet
from activities.policy_in_force import PolicyInForce
from activities.store import Store
from api import (
    document_routes,
    figure_routes,
    health,
    improvement_routes,
    openapi,
    order_routes,
    pages,
    people_routes,
    review_routes,
    task_routes,
    training_routes,
)
from api.applying import Applying, forget
from api.brake import Brake
from api.deeds import Office
from api.engine import Engine
from api.gate import BASE, Gate, is_inside
from api.guesses import Guesses
from api.metrics import Metrics
from api.pages import Links
from api.perform import Performer
from api.problems import Problem, not_found, understood
from api.readers import Readers
from api.readiness import Readiness
from api.services import Services
from api.shell import Shell
from api.threads import Threads
from api.token_use import TokenUse

DESCRIPTION = "Keeps a manufacturer's delivery promises. Errors are problem documents (RFC 9457) with a `code`."

ROUTERS = (
    task_routes.router,
    order_routes.router,
    improvement_routes.router,
    people_routes.router,
    review_routes.router,
    training_routes.router,
    figure_routes.router,
    document_routes.router,
    health.router,
)
"""What is asked most comes first."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def create(
    store: Store,
    engine: Engine,
    links: Links,
    *,
    policy_file: str | None = None,
    keep_policy: Callable[[str], object] = forget,
    documents: Path = NOWHERE,
    now: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """`policy_file` is the text of a policy that governs new orders until another is applied, which `keep_policy` then keeps."""
    # No pages of FastAPI's own: they load from elsewhere, and its document tells only half.
    app = FastAPI(title="Jiaoqi", version="1", description=DESCRIPTION, openapi_url=None, redirect_slashes=False)
    threads, metrics, brake = Threads(), Metrics(), Brake()
    office = Office(store, PolicyInForce(store, policy_file), now)
    readers = Readers(store, threads, now)
    app.state.services = Services(
        store=store,
        engine=engine,
        office=office,
        performer=Performer(office, engine, threads, metrics),
        threads=threads,
        metrics=metrics,
        readiness=Readiness(store, engine, threads),
        brake=brake,
        applying=Applying(store, engine, office.policy, threads, keep_policy),
        guesses=Guesses(),
        cabinet=Cabinet.of(store, documents, links.public_url),
        readers=readers,
    )
    app.state.site = pages.Site(links)
    app.router.routes.extend(all_routes(app.state.site))
    app.add_exception_handler(HTTPException, unroutable)
    app.add_middleware(Gate, store=store, threads=threads, metrics=metrics, brake=brake, token_use=TokenUse(store, threads, now))
    app.add_middleware(Shell, metrics=metrics, readers=readers)
    return app


def all_routes(site: pages.Site) -> list[BaseRoute]:
    """Taken over route by route: an included router is matched twice for each request."""
    spoken = [route for router in ROUTERS for route in router.routes]
    return [*spoken, *pages.routes(site), Route(f"{BASE}/openapi.json", openapi.document)]


async def unroutable(request: Request, error: Exception) -> Response:
    """What the router itself refuses: no such path, or no such method on it."""
    path, tongue = request.scope["path"], understood(request.headers)
    if wants_a_page(request):
        return await pages.nowhere(request.app.state.site, request)
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = ", ".join(sorted(methods_of(request)))
        detail = f"{request.method} is not possible on {path}; {allowed} is"
        return Problem(405, "method-not-allowed", detail, headers={"Allow": allowed}).response(tongue)
    return not_found(f"resource {path}").response(tongue)


def wants_a_page(request: Request) -> bool:
    """Whether somebody looks here with a browser, and not a program with the API's client."""
    asks_for_html = "text/html" in request.headers.get("accept", "")
    return request.method == "GET" and asks_for_html and not is_inside(request.scope["path"])


def methods_of(request: Request) -> set[str]:
    """Of all routes on this path: the router itself only tells of the first."""
    routes = [route for route in request.app.router.routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in routes for method in getattr(route, "methods", None) or ()}
