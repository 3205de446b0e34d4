"""Routes about people: who you are, and who works here."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from activities.store import cursors
from activities.store.views import Page, PersonOut
from api import queries
from api.gate import BASE
from api.openapi import Me, reads
from api.responses import json_response, listed
from api.routing import PlainRoute
from api.services import services
from api.visit import visiting

router = APIRouter(prefix=BASE, tags=["people"], route_class=PlainRoute)
LIST = "people"


@router.get("/me", operation_id="get_me", **reads(Me))
async def get_me(request: Request) -> Response:
    """Who you are, and for which departments you act today: your own, and those of the absent whom you stand in for."""
    here, person = services(request), visiting(request).person

    def me() -> str:
        actor = here.store.people.actor(person, here.office.policy.read(here.office.now()).today)
        acting = {"departments": actor.departments, "heads": actor.heads, "on_behalf_of": actor.on_behalf_of}
        return Me.model_validate({**dict(person), "acting": acting}).model_dump_json()

    return json_response(await here.threads.run(me))


@router.get("/people", operation_id="list_people", **reads(Page[PersonOut], queries.Paged))
async def list_people(request: Request) -> Response:
    """Everybody who works here."""
    here, query = services(request), queries.read(queries.Paged, request.query_params)

    def page() -> Page[PersonOut]:
        after = cursors.decode(query.cursor, LIST, a_name)[0] if query.cursor else ""
        people = [person for person in here.store.people.every() if person.id > after]
        more = len(people) > query.limit
        shown = people[: query.limit]
        return Page(
            items=[PersonOut.of(person) for person in shown], next_cursor=cursors.encode(LIST, shown[-1].id) if more else None
        )

    return json_response(await here.threads.run(listed, page))


def a_name(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{key!r} is no name")
    return key
