"""An order on paper: what goes with the goods through the plant, with a code that leads to what is to be done now."""

import segno
from starlette.responses import RedirectResponse, Response

from activities.languages import Tongue, chosen
from activities.mail.words import Words
from activities.store import TaskFilter
from activities.store.views import OrderOut
from api.deeds import day_at
from api.pages.addresses import order_url, task_url
from api.pages.site import HEADERS
from api.pages.tasks.powers import powers_of
from api.pages.tasks.view import names_of
from api.pages.visitors import Visitor
from api.problems import not_found
from workflows.types.words import TaskStatus

MOST_OPEN = 50
SCALE = 6
"""Pixels of a module: what a printer makes of a drawing has no pixels, but browsers want a size."""


async def show(visitor: Visitor) -> Response:
    """In the language that `in` asks for: the paper's reader need not be whoever prints it."""
    if language := chosen([visitor.request.query_params.get("in", "")]):
        visitor.tongue = Tongue.of(language)
    order, names = await visitor.run(look, visitor)
    address = visitor.site.links.public_url.rstrip("/") + order_url(order.order_no, "now")
    return visitor.page("sheet.html", here="/orders", order=order, names=names, address=address, code=qr_code(address))


async def go(visitor: Visitor) -> Response:
    """To the order's one current task: what this person can do, else what is due first, else the order itself."""
    return RedirectResponse(await visitor.run(current, visitor), 303, HEADERS)


def look(visitor: Visitor) -> tuple[OrderOut, dict[str, str]]:
    store = visitor.here.store
    order_no = str(visitor.request.path_params["no"])
    order = store.orders.get(order_no, visitor.now)
    if order is None:
        raise not_found(f"order {order_no}")
    return order, names_of(store.people.every(), Words.of(visitor.tongue.language), visitor.tongue)


def current(visitor: Visitor) -> str:
    order, _ = look(visitor)
    store, office = visitor.here.store, visitor.here.office
    open_now = TaskFilter(order_no=(order.order_no,), status=(TaskStatus.OPEN,))
    tasks = store.tasks.page(open_now, MOST_OPEN, None, visitor.now).items
    usual = store.people.actor(visitor.person, day_at(order.plant_time_zone, visitor.now))
    records = [record for task in tasks if (record := store.tasks.record(task.id))]
    powers = [powers_of(office, visitor.person, record, visitor.now, usual) for record in records]
    mine = next((each.record.task.id for each in powers if each.may_answer), None)
    first = mine or next((task.id for task in tasks), None)
    return task_url(first) if first else order_url(order.order_no)


def qr_code(address: str) -> str:
    """As a data URI, which the pages' policy lets stand in an image."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=SCALE, border=2))
