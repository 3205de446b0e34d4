"""Who was shown an order: for heads and admins."""

from starlette.responses import Response

from activities.languages import Tongue
from activities.mail.words import Words
from activities.store.access_log import Access
from api.pages.tasks.view import names_of
from api.pages.visitors import Visitor
from api.problems import Problem, not_found
from workflows.types.orders import OrderRow

LOOKS = 100
"""On one page."""


async def show(visitor: Visitor) -> Response:
    if not (visitor.person.admin or visitor.person.head_of):
        raise Problem(403, "forbidden", "heads and admins see who was shown an order")
    order, looks, older, names = await visitor.run(look, visitor)
    what = named(visitor.tongue)
    return visitor.page(
        "readers.html", here="/orders", order=order, zone=order.plant_time_zone, looks=looks, older=older, names=names, what=what
    )


def look(visitor: Visitor) -> tuple[OrderRow, list[Access], int | None, dict[str, str]]:
    store, number = visitor.here.store, str(visitor.request.path_params["no"])
    order = store.orders.row(number)
    if order is None:
        raise not_found(f"order {number}")
    before = visitor.request.query_params.get("before", "")
    looks, older = store.access_log.of_order(number, LOOKS, int(before) if before.isdecimal() and len(before) < 19 else None)
    return order, looks, older, names_of(store.people.every(), Words.of(visitor.tongue.language), visitor.tongue)


def named(tongue: Tongue) -> dict[str, str]:
    """What was shown, as people call it."""
    return {
        "order": tongue.text("The order"),
        "events": tongue.text("Its history"),
        "notices": tongue.text("Its mails"),
        "sheet": tongue.text("Its sheet to print"),
        "print": tongue.text("A document to print"),
        "readers": tongue.text("This list"),
        "signatures": tongue.text("Its signatures"),
        "task": tongue.text("A task of it"),
        "link": tongue.text("What a link in a mail shows"),
        "document": tongue.text("A document"),
        "documents": tongue.text("Its documents"),
        "archive": tongue.text("Its archived file"),
    }
