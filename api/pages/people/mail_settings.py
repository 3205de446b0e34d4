"""What of one's mail comes at once, and what waits for the digest: a block of one's own page."""

from starlette.responses import Response

from api.pages.people import me
from api.pages.visitors import Visitor, text
from api.problems import invalid
from workflows.types.refusals import Fault
from workflows.types.words import MailWish


async def choose(visitor: Visitor) -> Response:
    wish = text(await visitor.form(), "mail")
    if wish not in list(MailWish):
        return await me.page(visitor, invalid(Fault(pointer="", message="choose how your mail comes")))
    await visitor.run(visitor.here.store.people.wishes, visitor.person.id, MailWish(wish))
    return me.back("mail")
