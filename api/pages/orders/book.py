"""The list of orders as an Excel file, as it is filtered on its page."""

import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from activities.languages import Tongue
from activities.mail.words import Words
from activities.store import BadCursor, OrderFilter
from activities.store.views import OrderOut, Page
from api import queries
from api.order_routes import wanted
from api.pages import filters
from api.pages.downloads import AT_A_TIME, named
from api.pages.visitors import Visitor
from api.pages.workbook import MEDIA_TYPE, Book, Sheet, Value
from api.problems import invalid
from api.services import Services
from workflows.types.refusals import Fault

MOST_ORDERS, MOST_LINES = 50_000, 200_000
"""Of one file: what is more has the wrong filter, and no spreadsheet takes it gladly."""
AT_ONCE = 200
"""Orders that are read and written between two looks at whoever else is waiting."""
CHUNK = 64 * 1024


@dataclass
class OrdersBook:
    """The file of orders, while it is being written."""

    tongue: Tongue
    zone: ZoneInfo
    book: Book = field(default_factory=Book)
    orders: Sheet = field(init=False)
    lines: Sheet = field(init=False)

    def __post_init__(self) -> None:
        label = self.words.labels
        self.orders = self.book.sheet(self.tongue.text("Orders"), [*self._header()])
        line = [label["order"], self.tongue.text("Line"), self.words.fields["product_model"], self.words.fields["quantity"]]
        self.lines = self.book.sheet(label["lines"], [*line, self.words.fields["unit"]], (18, 8, 40, 12, 10))

    @property
    def words(self) -> Words:
        return Words.of(self.tongue.language)

    @property
    def is_full(self) -> bool:
        return self.orders.rows >= MOST_ORDERS or self.lines.rows >= MOST_LINES

    def _header(self) -> Iterator[str]:
        label = self.words.labels
        yield from (
            label["order"],
            label["customer"],
            label["customer_ref"],
            self.tongue.text("Status"),
            self.tongue.text("Stage"),
            self.tongue.text("Risk"),
        )
        yield from (self.tongue.text("Slack, working hours"), label["requested"], label["promised"], label["first_promised"])
        yield from (f"{label[name]} ({self.zone})" for name in ("expected_completion", "planned_ship"))
        yield from (label["planned_arrival"], label["delivered"], self.tongue.text("Delivery"), label["priority"])
        yield from (
            self.words.fields["owner"],
            label["ship_to"],
            self.tongue.text("Rounds of rework"),
            self.tongue.text("Open tasks"),
        )
        yield from (
            self.tongue.text("Follows"),
            self.tongue.text("Followed by"),
            f"{self.tongue.text('Entered')} ({self.zone})",
            self.tongue.text("Entered by"),
        )
        yield self.words.fields["note"]

    def add(self, order: OrderOut) -> None:
        self.orders.add(self._row(order))
        for number, line in enumerate(order.lines, start=1):
            self.lines.add((order.order_no, number, line.product_model, line.quantity, line.unit))

    def _row(self, order: OrderOut) -> Iterator[Value]:
        words, dates = self.words, order.dates
        yield from (order.order_no, order.customer.name, order.customer_ref)
        yield from (words.statuses[order.status], words.stages[order.stage], words.risks[order.risk] if order.risk else None)
        yield from (order.slack_hours, dates.requested, dates.promised, dates.first_promised)
        yield from (self.wall(dates.expected_completion), self.wall(dates.planned_ship))
        yield from (dates.planned_arrival, dates.delivered, words.deliveries[order.delivery], words.priorities[order.priority])
        yield from (order.owner, order.ship_to, order.rework_rounds)
        yield "; ".join(f"{words.task(task.kind)} ({words.department(task.department)})" for task in order.open_tasks) or None
        yield from (order.follows, order.followed_by, self.wall(order.created_at), order.created_by, order.note)

    def wall(self, at: datetime | None) -> datetime | None:
        """As the plant's clocks show it: a cell knows no zones."""
        return at.astimezone(self.zone).replace(tzinfo=None, microsecond=0) if at else None

    def finish(self, is_cut: bool, asked: str, now: datetime) -> IO[bytes]:
        """Says of what, of when, and whether it is all; the file, to be read from its beginning."""
        about = self.book.sheet(self.tongue.text("About this file"), ("", ""), (30, 60))
        about.add((self.tongue.text("As of"), self.tongue.instant(now, str(self.zone))))
        about.add((self.tongue.text("Filters"), asked or self.tongue.text("none")))
        about.add((self.tongue.text("Orders"), self.orders.rows))
        about.add(
            (
                self.tongue.text("Is this all?"),
                self.tongue.text("No: there are more. Choose a narrower filter.") if is_cut else self.tongue.text("Yes"),
            )
        )
        file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
        self.book.save(file)
        file.seek(0)
        return file


async def show(visitor: Visitor) -> Response:
    """The first orders are read before anything is answered, so that what cannot be asked is refused as usual."""
    query = filters.read(queries.Orders, visitor.request)
    asked = await visitor.run(wanted, query, visitor.here, visitor.now)
    zone = await visitor.run(zone_of, visitor.here, visitor.now)
    first = await visitor.run(read, visitor.here, asked, query.cursor, visitor.now)
    book = OrdersBook(visitor.tongue, zone)
    described = filters.address("", query).removeprefix("?")
    return Fetched(written(visitor, book, asked, first, described), 200, named("orders", visitor, zone), MEDIA_TYPE)


class Fetched(StreamingResponse):
    """Closed at once when whoever fetches it goes away, and with it the file that it is read from."""

    body_iterator: AsyncGenerator[bytes]

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self.body_iterator):
            await super().__call__(scope, receive, send)


async def written(
    visitor: Visitor, book: OrdersBook, asked: OrderFilter, page: Page[OrderOut], described: str
) -> AsyncGenerator[bytes]:
    """A few orders at a time: others have their turn in between, and who goes away stops it."""
    with await filled(visitor, book, asked, page, described) as file:
        while chunk := await visitor.run(file.read, CHUNK):
            yield chunk


async def filled(visitor: Visitor, book: OrdersBook, asked: OrderFilter, page: Page[OrderOut], described: str) -> IO[bytes]:
    """The whole file. Whoever fetches it slowly then keeps nobody from having theirs made."""
    async with AT_A_TIME:
        await visitor.run(add_all, book, page)
        while page.next_cursor and not book.is_full:
            page = await visitor.run(read, visitor.here, asked, page.next_cursor, visitor.now)
            await visitor.run(add_all, book, page)
        return await visitor.run(book.finish, page.next_cursor is not None, described, visitor.now)


def read(here: Services, asked: OrderFilter, cursor: str | None, now: datetime) -> Page[OrderOut]:
    try:
        return here.store.orders.page(asked, AT_ONCE, cursor, now)
    except BadCursor as error:
        raise invalid(Fault(pointer="/query/cursor", message=str(error))) from None


def add_all(book: OrdersBook, page: Page[OrderOut]) -> None:
    for order in page.items:
        book.add(order)


def zone_of(here: Services, now: datetime) -> ZoneInfo:
    return ZoneInfo(here.office.policy.pinned(now).plant.time_zone)
