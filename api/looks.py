"""What an answer showed of the orders, and to whom: by its address, unless the answer itself knows better."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from starlette.types import Scope

from activities.store.people import digest
from api.gate import BASE
from api.visit import visit_of
from workflows.ids import order_of_task

DOOR = 12
"""Digits of the digest of a session, a token or a link."""
ADDRESS = "jiaoqi_address"
READER, SHOWN = "jiaoqi.reader", "jiaoqi.shown"

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Reader(NamedTuple):
    """Who came in, and by what."""

    person: str
    how: str
    door: str


class Shown(NamedTuple):
    """What an answer showed."""

    what: str
    order_no: str = ""
    """Empty: more than one order's."""
    detail: str = ""
    is_export: bool = False
    """Taken away as a file: each time counts."""


ORDERS = {
    f"{BASE}/orders/{{order_no}}": "order",
    f"{BASE}/orders/{{order_no}}/events": "events",
    f"{BASE}/orders/{{order_no}}/notices": "notices",
    "/orders/{no}": "order",
    "/orders/{no}/": "order",
    "/orders/{no}/sheet": "sheet",
    f"{BASE}/orders/{{order_no}}/documents": "documents",
    "/orders/{no}/documents": "documents",
    "/orders/{no}/print/{kind}": "print",
    "/orders/{no}/readers": "readers",
    "/orders/{order_no}/signatures": "signatures",
}
TASKS = {f"{BASE}/tasks/{{task_id}}": "task", "/tasks/{task_id}": "task"}
LISTS = {
    f"{BASE}/orders": "orders",
    f"{BASE}/tasks": "tasks",
    f"{BASE}/figures/{{name}}/rows": "figures",
    "/orders": "orders",
    "/board": "board",
    "/exceptions": "exceptions",
    "/figures/{name}": "figures",
}
EXPORTS = {"/orders.xlsx": "orders.xlsx", "/exceptions.xlsx": "exceptions.xlsx", "/figures.xlsx": "figures.xlsx"}
KNOWN = {*ORDERS, *TASKS, *LISTS, *EXPORTS}


def came_in(scope: Scope, person: str, how: str, door: str) -> None:
    """For whoever comes otherwise than by the API: a page's session, a link."""
    scope[READER] = Reader(person, how, door[:DOOR])


def show(scope: Scope, shown: Shown) -> None:
    """For an answer that knows better than its address what it showed."""
    scope[SHOWN] = shown


def at(path: str, endpoint: Endpoint) -> Endpoint:
    """A page's endpoint that knows its address: of plain routes the framework tells it to nobody."""
    vars(endpoint)[ADDRESS] = path
    return endpoint


def address_of(scope: Scope) -> str:
    """The route's template."""
    route = scope.get("route")
    return str(route.path) if route is not None else str(getattr(scope.get("endpoint"), ADDRESS, ""))


def shown_by(scope: Scope) -> Shown | None:
    path = address_of(scope)
    if path not in KNOWN:
        return None
    known: Mapping[str, str] = scope["path_params"]
    if what := ORDERS.get(path):
        return Shown(what, known.get("order_no") or known["no"])
    if what := TASKS.get(path):
        task_id = known["task_id"]
        return Shown(what, order_of_task(task_id) or "", task_id)
    query = scope["query_string"].decode("ascii", "replace")
    return Shown(LISTS[path], "", query) if path in LISTS else Shown(EXPORTS[path], "", query, is_export=True)


def reader_of(scope: Scope) -> Reader | None:
    visit = visit_of(scope)
    if visit is None:
        return None
    token = visit.headers.get("authorization", "").partition(" ")[2].strip()
    return Reader(visit.person.id, "api", digest(token)[:DOOR])
