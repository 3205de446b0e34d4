"""Every page and every form of it, by address."""

from starlette.routing import Route

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
    sheet,
    sign_in,
    signing,
    task,
)
from api.pages.importing import Importing
from api.pages.site import Site, file_routes
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
        *staff("/orders/{no}/now", get=sheet.go),
        *(route for deed in order_forms.ASKS for route in staff(f"/orders/{{no}}/{deed}", post=order.said(deed))),
        *staff("/orders.xlsx", get=export.orders),
        *staff("/board", get=board.show),
        *staff("/exceptions", get=exceptions.show),
        *staff("/exceptions.xlsx", get=export.troubles),
        *staff("/tasks/{task_id}", get=task.show),
        *staff("/tasks/{task_id}/{deed}", get=task.back, post=task.act),
    ]


def both(path: str, get: Endpoint | None, post: Endpoint | None) -> list[Route]:
    shown = [Route(path, get, methods=["GET"])] if get else []
    return shown + ([Route(path, post, methods=["POST"])] if post else [])
