"""The register of training as an Excel file, as it is filtered on its page."""

from zoneinfo import ZoneInfo

from starlette.responses import Response

from activities.languages import Tongue
from activities.mail.words import Words
from activities.store.certificates import FOR_EVER
from api.pages import filters
from api.pages.downloads import named
from api.pages.training import register
from api.pages.training.register import Asked, Look, Teller
from api.pages.visitors import Visitor
from api.pages.workbook import MEDIA_TYPE, Book


async def show(visitor: Visitor) -> Response:
    look = await visitor.run(register.read, visitor, filters.read(Asked, visitor.request))
    content = await visitor.run(written, visitor.tongue, look)
    return Response(content, 200, named("training", visitor, ZoneInfo(look.at.zone)), MEDIA_TYPE)


def written(tongue: Tongue, look: Look) -> bytes:
    book, tell, say, words = Book(), Teller(tongue), tongue.text, Words.of(tongue.language)
    who = (say("Person"), say("Name"), say("Departments"))
    what = (say("Course"), say("Title"), say("Standing"), say("Counts until"), say("Required"))
    sheet = book.sheet(say("Training"), [*who, *what], (16, 24, 30, 18, 36, 14, 14, 10))
    for row in look.rows:
        for one in row.certificates:
            person, until = one.person, say("for ever") if one.until == FOR_EVER else one.until
            known = (person.id, person.name, tell.departments(person), one.course.id, one.course.title)
            sheet.add((*known, tell.standing(one.standing), until, say("Yes") if one.is_required else say("No")))
    header = [say("Department"), say("Required"), say("Valid"), say("Valid ÷ required")]
    needed = book.sheet(say("Departments"), header, (24, 12, 12, 16))
    for each in look.coverage:
        needed.add((words.department(each.department), each.required, each.valid, each.share))
    return book.content()
