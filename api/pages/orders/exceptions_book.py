"""The exceptions as an Excel file, as they are filtered on their page."""

from zoneinfo import ZoneInfo

from starlette.responses import Response

from activities.languages import Tongue
from activities.mail.words import Words
from activities.store.troubles import TroubleKind
from api.pages import filters
from api.pages.downloads import named
from api.pages.orders import exceptions
from api.pages.visitors import Visitor
from api.pages.workbook import MEDIA_TYPE, Book


async def show(visitor: Visitor) -> Response:
    asked = filters.read(exceptions.Asked, visitor.request)
    look = await visitor.run(exceptions.read, visitor.here, asked, visitor.now)
    content = await visitor.run(written, visitor.tongue, look, asked.kind or tuple(TroubleKind))
    return Response(content, 200, named("exceptions", visitor, ZoneInfo(look.zone)), MEDIA_TYPE)


def written(tongue: Tongue, look: exceptions.Look, kinds: tuple[TroubleKind, ...]) -> bytes:
    """In the order of the page, and with its words."""
    book, tell, label = Book(), exceptions.Teller(tongue, look), Words.of(tongue.language).labels
    header = (tongue.text("Exception"), label["order"], label["customer"], label["promised"], tongue.text("Days late"))
    more = (
        tongue.text("Slack, working hours"),
        tongue.text("What is wrong"),
        tongue.text("What to do next"),
        tongue.text("Whose turn"),
    )
    sheet = book.sheet(tongue.text("Exceptions"), [*header, *more], (18, 18, 30, 14, 10, 12, 60, 36, 30))
    for one in look.troubles.items:
        order = one.order
        known = (tell.kind(one.kind), order.order_no, order.customer.name, order.promised, one.days_late, order.slack_hours)
        sheet.add((*known, tell.what(one), tell.remedy(one), tell.turn(one)))
    if cut := [kind for kind in kinds if kind in look.troubles.cut]:
        for kind in cut:
            sheet.add((f"{tell.kind(kind)} {tongue.number(look.troubles.counts[kind])}+",))
        sheet.add((tongue.text("Where a number has a +, there are more: only the worst of them are listed."),))
    return book.content()
