"""Every page and every form of it, by address."""

from itertools import chain
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api import looks
from api.pages.documents import archive, file, paper
from api.pages.figures import appraisal, overview
from api.pages.figures import book as figures_book
from api.pages.figures import one as figure
from api.pages.improvements import listing, raising
from api.pages.improvements import one as improvement
from api.pages.links import opening as links
from api.pages.links import signing
from api.pages.meetings import pack, packs
from api.pages.orders import book as orders_book
from api.pages.orders import entering, exceptions, exceptions_book, readers, sheet
from api.pages.orders import forms as order_forms
from api.pages.orders import listing as orders
from api.pages.orders import one as order
from api.pages.orders.importing import Importing
from api.pages.people import listing as people
from api.pages.people import mail_settings, me, sign_in
from api.pages.people import one as person
from api.pages.planning import board
from api.pages.plant import calendar, operations, policy
from api.pages.site import HEADERS, Site, file_routes
from api.pages.tasks import inbox
from api.pages.tasks import one as task
from api.pages.training import book as training_book
from api.pages.training import courses, register, sessions
from api.pages.visitors import Endpoint, Handler, Visitor, for_anyone, for_staff


class Doors:
    """Makes routes of handlers: for the plant's people alone, or for anyone."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def staff(self, path: str, *, get: Handler | None = None, post: Handler | None = None) -> list[Route]:
        return both(path, get and for_staff(self._site, get), post and for_staff(self._site, post))

    def form(self, path: str, post: Handler, of: str) -> list[Route]:
        """Of a page at another address: whoever only looks at the form's own comes to the page, and nothing is done."""
        return self.staff(path, get=leading(of), post=post)

    def anyone(self, path: str, *, get: Handler | None = None, post: Handler | None = None) -> list[Route]:
        return both(path, get and for_anyone(self._site, get), post and for_anyone(self._site, post))


def routes(site: Site) -> list[Route]:
    doors = Doors(site)
    daily = [*of_tasks(doors), *of_orders(doors), *of_planning(doors), *of_documents(doors), *of_links(doors)]
    regular = [*of_cases(doors), *of_meetings(doors), *of_figures(doors), *of_training(doors)]
    return [*file_routes(), *daily, *regular, *of_people(doors), *of_plant(doors)]


def of_people(doors: Doors) -> list[Route]:
    return [
        *doors.anyone("/sign-in", get=sign_in.show, post=sign_in.sign_in),
        *doors.form("/sign-out", sign_in.sign_out, of="/"),
        *doors.staff("/me", get=me.show),
        *doors.form("/me/language", me.language, of="/me"),
        *doors.form("/me/mail", mail_settings.choose, of="/me"),
        *doors.form("/me/password", me.password, of="/me"),
        *doors.form("/me/away", me.away, of="/me"),
        *doors.form("/me/back", me.returned, of="/me"),
        *doors.form("/me/tokens", me.make_token, of="/me"),
        *doors.form("/me/tokens/revoke", me.revoke_token, of="/me"),
        *doors.form("/me/sessions/end", me.end_session, of="/me"),
        *doors.form("/me/sessions/end-all", me.end_all, of="/me"),
        *doors.staff("/people", get=people.show, post=person.add),
        *doors.staff("/people/{name}", get=person.show, post=person.update),
        *doors.form("/people/{name}/remove", person.remove, of="/people/{name}"),
        *doors.form("/people/{name}/password", person.make_password, of="/people/{name}"),
        *doors.form("/people/{name}/tokens", person.make_token, of="/people/{name}"),
        *doors.form("/people/{name}/tokens/revoke", person.revoke_token, of="/people/{name}"),
        *doors.form("/people/{name}/away", person.away, of="/people/{name}"),
        *doors.form("/people/{name}/back", person.returned, of="/people/{name}"),
    ]


def of_plant(doors: Doors) -> list[Route]:
    return [
        *doors.staff("/policy", get=policy.show),
        *doors.staff("/policy/progress", get=policy.progress),
        *doors.staff("/policy/applied/{number}", get=policy.version),
        *doors.staff("/policy/try", get=policy.ask, post=policy.attempt),
        *doors.form("/policy/apply", policy.apply, of="/policy"),
        *doors.form("/policy/go-on", policy.go_on, of="/policy"),
        *doors.staff("/calendar", get=calendar.show),
        *doors.staff("/operations", get=operations.show),
        *doors.form("/operations/again", operations.again, of="/operations"),
    ]


def of_training(doors: Doors) -> list[Route]:
    return [
        *doors.staff("/training", get=register.show),
        *doors.staff("/training.xlsx", get=training_book.show),
        *doors.staff("/training/courses", get=courses.show, post=courses.add),
        *doors.staff("/training/courses/{course}", get=courses.one, post=courses.describe),
        *doors.form("/training/courses/{course}/sessions", courses.plan, of="/training/courses/{course}"),
        *doors.staff("/training/sessions", get=sessions.all_of_them),
        *doors.staff("/training/sessions/{number}", get=sessions.show, post=sessions.record),
    ]


def of_tasks(doors: Doors) -> list[Route]:
    return [
        *doors.staff("/", get=inbox.show, post=inbox.act),
        *doors.staff("/tasks/{task_id}", get=task.show),
        *doors.form("/tasks/{task_id}/{deed}", task.act, of="/tasks/{task_id}"),
    ]


def of_links(doors: Doors) -> list[Route]:
    return [
        *doors.anyone("/l/{token}", get=links.show, post=links.act),
        *doors.anyone("/l/{token}/complaint", get=links.show_complaint, post=links.take_complaint),
        *doors.staff("/orders/{order_no}/signatures", get=signing.signatures),
    ]


def of_orders(doors: Doors) -> list[Route]:
    files = Importing()
    return [
        *doors.staff("/orders", get=orders.show),
        *doors.form("/saved-links", orders.keep, of="/orders"),
        *doors.form("/saved-links/remove", orders.forget, of="/orders"),
        *doors.staff("/orders/new", get=entering.show, post=entering.enter),
        *doors.staff("/orders/import", get=files.show, post=files.put_down),
        *doors.staff("/imports/{id}", get=files.look, post=files.enter),
        *doors.staff("/orders/{no}", get=order.show),
        *doors.staff("/orders/{no}/", get=order.show),
        *doors.staff("/orders/{no}/sheet", get=sheet.show),
        *doors.staff("/orders/{no}/readers", get=readers.show),
        *doors.staff("/orders/{no}/now", get=sheet.go),
        *chain.from_iterable(
            doors.form(f"/orders/{{no}}/{deed}", order.said(deed), of="/orders/{no}/") for deed in order_forms.ASKS
        ),
        *doors.staff("/orders.xlsx", get=orders_book.show),
        *doors.staff("/exceptions", get=exceptions.show),
        *doors.staff("/exceptions.xlsx", get=exceptions_book.show),
    ]


def of_planning(doors: Doors) -> list[Route]:
    return doors.staff("/board", get=board.show)


def of_documents(doors: Doors) -> list[Route]:
    return [
        *doors.staff("/orders/{no}/documents", get=file.show, post=file.upload),
        *doors.form("/orders/{no}/documents/generate", file.generate, of="/orders/{no}/documents"),
        *doors.staff("/orders/{no}/print/{kind}", get=paper.show),
        *doors.staff("/orders/{no}/step/{kind}", get=paper.go),
        *doors.staff("/documents/{id}", get=file.download),
        *doors.staff("/archive", get=archive.show),
        *doors.staff("/archive/{id}", get=archive.download),
        Route("/paper.css", paper.stylesheet, methods=["GET"]),
    ]


def of_cases(doors: Doors) -> list[Route]:
    return [
        *doors.staff("/improvements", get=listing.show),
        *doors.staff("/improvements/new", get=raising.show, post=raising.record),
        *doors.staff("/improvements/{number}", get=improvement.show),
    ]


def of_meetings(doors: Doors) -> list[Route]:
    return [
        *doors.staff("/meetings", get=packs.show, post=packs.ask),
        *doors.staff("/meetings/{id}", get=pack.show, post=pack.decide),
    ]


def of_figures(doors: Doors) -> list[Route]:
    return [
        *doors.staff("/figures", get=overview.show),
        *doors.staff("/figures/departments", get=appraisal.show),
        *doors.staff("/figures/{name}", get=figure.show),
        *doors.staff("/figures.xlsx", get=figures_book.show),
    ]


def leading(page: str) -> Handler:
    """To a page whose address has what the form's own has: after signing in, by a reload, or by a link to another language."""

    async def go(visitor: Visitor) -> Response:
        names = {name: quote(str(value), safe="") for name, value in visitor.request.path_params.items()}
        return RedirectResponse(page.format_map(names), 303, HEADERS)

    return go


def both(path: str, get: Endpoint | None, post: Endpoint | None) -> list[Route]:
    shown = [Route(path, looks.at(path, get), methods=["GET"])] if get else []
    return shown + ([Route(path, post, methods=["POST"])] if post else [])
