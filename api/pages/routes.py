"""Every page and every form of it, by address."""

from starlette.routing import Route

from api import looks
from api.pages import (
    board,
    calendar,
    entering,
    exceptions,
    export,
    inbox,
    links,
    mail_settings,
    me,
    operations,
    order,
    order_forms,
    orders,
    people,
    person,
    policy,
    readers,
    sheet,
    sign_in,
    signing,
    task,
)
from api.pages.documents import archive, file, paper
from api.pages.figures import appraisal, book, one, overview
from api.pages.importing import Importing
from api.pages.improvements import listing, raising
from api.pages.improvements import one as improvement
from api.pages.meetings import pack, packs
from api.pages.site import Site, file_routes
from api.pages.training import book as training_book
from api.pages.training import courses, register, sessions
from api.pages.visitors import Endpoint, Handler, for_anyone, for_staff


def routes(site: Site) -> list[Route]:
    files = Importing()

    def staff(path: str, *, get: Handler | None = None, post: Handler | None = None) -> list[Route]:
        return both(path, get and for_staff(site, get), post and for_staff(site, post))

    def anyone(path: str, *, get: Handler | None = None, post: Handler | None = None) -> list[Route]:
        return both(path, get and for_anyone(site, get), post and for_anyone(site, post))

    return [
        *file_routes(),
        *anyone("/sign-in", get=sign_in.show, post=sign_in.sign_in),
        *staff("/sign-out", post=sign_in.sign_out),
        *staff("/me", get=me.show),
        *staff("/me/language", post=me.language),
        *staff("/me/mail", post=mail_settings.choose),
        *staff("/me/password", post=me.password),
        *staff("/me/away", post=me.away),
        *staff("/me/back", post=me.returned),
        *staff("/me/tokens", post=me.make_token),
        *staff("/me/tokens/revoke", post=me.revoke_token),
        *staff("/me/sessions/end", post=me.end_session),
        *staff("/me/sessions/end-all", post=me.end_all),
        *staff("/people", get=people.show, post=person.add),
        *staff("/people/{name}", get=person.show, post=person.update),
        *staff("/people/{name}/remove", post=person.remove),
        *staff("/people/{name}/password", post=person.make_password),
        *staff("/people/{name}/tokens", post=person.make_token),
        *staff("/people/{name}/tokens/revoke", post=person.revoke_token),
        *staff("/people/{name}/away", post=person.away),
        *staff("/people/{name}/back", post=person.returned),
        *staff("/policy", get=policy.show),
        *staff("/policy/progress", get=policy.progress),
        *staff("/policy/applied/{number}", get=policy.version),
        *staff("/policy/try", get=policy.ask, post=policy.attempt),
        *staff("/policy/apply", post=policy.apply),
        *staff("/policy/go-on", post=policy.go_on),
        *staff("/calendar", get=calendar.show),
        *staff("/operations", get=operations.show),
        *staff("/operations/again", post=operations.again),
        *staff("/training", get=register.show),
        *staff("/training.xlsx", get=training_book.show),
        *staff("/training/courses", get=courses.show, post=courses.add),
        *staff("/training/courses/{course}", get=courses.one, post=courses.describe),
        *staff("/training/courses/{course}/sessions", post=courses.plan),
        *staff("/training/sessions", get=sessions.all_of_them),
        *staff("/training/sessions/{number}", get=sessions.show, post=sessions.record),
        *staff("/", get=inbox.show, post=inbox.act),
        *anyone("/l/{token}", get=links.show, post=links.act),
        *staff("/orders/{order_no}/signatures", get=signing.signatures),
        *staff("/orders", get=orders.show),
        *staff("/saved-links", post=orders.keep),
        *staff("/saved-links/remove", post=orders.forget),
        *staff("/orders/new", get=entering.show, post=entering.enter),
        *staff("/orders/import", get=files.show, post=files.put_down),
        *staff("/imports/{id}", get=files.look, post=files.enter),
        *staff("/orders/{no}", get=order.show),
        *staff("/orders/{no}/", get=order.show),
        *staff("/orders/{no}/sheet", get=sheet.show),
        *staff("/orders/{no}/documents", get=file.show, post=file.upload),
        *staff("/orders/{no}/documents/generate", post=file.generate),
        *staff("/orders/{no}/print/{kind}", get=paper.show),
        *staff("/orders/{no}/step/{kind}", get=paper.go),
        *staff("/documents/{id}", get=file.download),
        *staff("/archive", get=archive.show),
        *staff("/archive/{id}", get=archive.download),
        Route("/paper.css", paper.stylesheet, methods=["GET"]),
        *staff("/orders/{no}/readers", get=readers.show),
        *staff("/orders/{no}/now", get=sheet.go),
        *(route for deed in order_forms.ASKS for route in staff(f"/orders/{{no}}/{deed}", post=order.said(deed))),
        *staff("/improvements", get=listing.show),
        *staff("/improvements/new", get=raising.show, post=raising.record),
        *staff("/improvements/{number}", get=improvement.show),
        *staff("/orders.xlsx", get=export.orders),
        *staff("/board", get=board.show),
        *staff("/meetings", get=packs.show, post=packs.ask),
        *staff("/meetings/{id}", get=pack.show, post=pack.decide),
        *staff("/exceptions", get=exceptions.show),
        *staff("/exceptions.xlsx", get=export.troubles),
        *staff("/figures", get=overview.show),
        *staff("/figures/departments", get=appraisal.show),
        *staff("/figures/{name}", get=one.show),
        *staff("/figures.xlsx", get=book.save),
        *staff("/tasks/{task_id}", get=task.show),
        *staff("/tasks/{task_id}/{deed}", get=task.back, post=task.act),
    ]


def both(path: str, get: Endpoint | None, post: Endpoint | None) -> list[Route]:
    shown = [Route(path, looks.at(path, get), methods=["GET"])] if get else []
    return shown + ([Route(path, post, methods=["POST"])] if post else [])
