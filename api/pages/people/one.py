"""One person's page: for everybody who they are, for admins what to do about them."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from activities import passwords
from activities.people_rules import Lack
from activities.store import UnknownPerson
from activities.store.house_log import Entry
from activities.store.people import Token
from activities.store.register import Person, Register
from api.pages.people import absences, tokens
from api.pages.people import listing as people
from api.pages.people.absences import Absence
from api.pages.people.form import Typed
from api.pages.people.noting import ADDED, UPDATED, noted, told
from api.pages.people.tokens import Fresh
from api.pages.site import HEADERS
from api.pages.visitors import Visitor, text
from api.problems import Problem, invalid, not_found
from workflows.types.refusals import Fault
from workflows.types.words import Department

REMOVED = "removed"
PASSWORD, TOKEN, REVOKED, AWAY, BACK = "password", "token", "token revoked", "away", "back"


class Known(NamedTuple):
    person: Person
    register: Register
    stands_in: Person | None
    is_away: bool
    tokens: list[Token]
    has_password: bool
    log: list[tuple[Entry, str]]
    """Each with its detail in words."""
    zone: str


class Fewer(Exception):
    """It would leave somebody missing; whoever means it says so."""

    def __init__(self, lacks: list[Lack]) -> None:
        super().__init__("it would leave somebody missing")
        self.lacks = lacks


def only_admins(visitor: Visitor) -> None:
    if not visitor.person.admin:
        raise Problem(403, "forbidden", "only an admin may do this")


def named(visitor: Visitor) -> str:
    return str(visitor.request.path_params["name"])


def address(person_id: str) -> str:
    return f"/people/{quote(person_id, safe='')}"


async def show(visitor: Visitor) -> Response:
    return await page(visitor)


async def page(visitor: Visitor, problem: Problem | None = None, status: int = 200, **values: object) -> Response:
    known = await visitor.run(look, visitor, named(visitor))
    away = known.person.away
    typed_away = Absence(str(away.from_), str(away.to), away.substitute or "") if away else Absence()
    frame = {"typed": Typed.from_person(known.person), "typed_away": typed_away, "token_name": "", "fresh": None, "warned": ()}
    more = {"known": known, "at": address(known.person.id), "departments": list(Department), "removing": False}
    done = visitor.request.query_params.get("done", "")
    status = problem.status if problem else status
    return visitor.page("person.html", status, **{**frame, **more, "done": done, "problem": problem, **values})


def look(visitor: Visitor, name: str) -> Known:
    store, policy = visitor.here.store, visitor.here.office.policy.read(visitor.now)
    register = store.people.register()
    if (person := register.people.get(name)) is None:
        raise not_found(f"person {name}")
    may = visitor.person.admin
    mine = tokens.last_first(store.people.tokens(name)) if may else []
    log = [(entry, told(entry, visitor.tongue)) for entry in store.house_log.about(name)] if may else []
    stands_in, is_away = people.stands_in(register, person, policy.today), person.is_away(policy.today)
    zone = policy.policy.plant.time_zone
    return Known(person, register, stands_in, is_away, mine, may and store.sessions.has_password(name), log, zone)


def back(person_id: str, done: str) -> Response:
    return RedirectResponse(f"{address(person_id)}?done={done}", 303, HEADERS)


# What admins do.


async def add(visitor: Visitor) -> Response:
    only_admins(visitor)
    typed = Typed.of(await visitor.form())
    faults = typed.faults()
    if not faults and typed.id in (await visitor.run(visitor.here.store.people.register)).people:
        faults = [f"there is a {typed.id} already"]
    if faults:
        return await people.page(visitor, refused(faults), typed=typed)
    await visitor.run(keep, visitor, typed.person(), ADDED)
    return back(typed.id, "added")


async def update(visitor: Visitor) -> Response:
    only_admins(visitor)
    sent, name = await visitor.form(), named(visitor)
    typed = Typed.of(sent, name)
    if faults := typed.faults():
        return await page(visitor, refused(faults), typed=typed)
    try:
        await visitor.run(replace, visitor, typed, bool(sent.get("sure")))
    except Fewer as fewer:
        return await page(visitor, status=409, typed=typed, warned=fewer.lacks)
    return back(name, "updated")


def replace(visitor: Visitor, typed: Typed, sure: bool) -> None:
    """Raises Problem, Fewer."""
    register = visitor.here.store.people.register()
    if (known := register.people.get(typed.id)) is None:
        raise not_found(f"person {typed.id}")
    person = typed.person(known)
    check_lacks(register, {**register.people, person.id: person}, sure)
    keep(visitor, person, UPDATED)


def keep(visitor: Visitor, person: Person, action: str) -> None:
    visitor.here.store.people.put(person)
    note(visitor, action, person.id, noted(person))


async def remove(visitor: Visitor) -> Response:
    only_admins(visitor)
    sent, name = await visitor.form(), named(visitor)
    try:
        await visitor.run(take_out, visitor, name, bool(sent.get("sure")))
    except Fewer as fewer:
        return await page(visitor, status=409, warned=fewer.lacks, removing=True)
    return RedirectResponse("/people?done=removed", 303, HEADERS)


def take_out(visitor: Visitor, name: str, sure: bool) -> None:
    register = visitor.here.store.people.register()
    check_lacks(register, {key: one for key, one in register.people.items() if key != name}, sure)
    on_record(visitor, name, lambda: visitor.here.store.people.remove(name), REMOVED)


def check_lacks(register: Register, after: dict[str, Person], sure: bool) -> None:
    lacking = people.new_lacks(register, after.values())
    if lacking and not sure:
        raise Fewer(lacking)


async def make_password(visitor: Visitor) -> Response:
    """The answer itself shows it; whoever was signed in as them is signed out."""
    only_admins(visitor)
    await visitor.form()
    name, secret = named(visitor), passwords.made()
    await visitor.run(new_password, visitor, name, secret)
    return await page(visitor, fresh=Fresh("password", secret))


def new_password(visitor: Visitor, name: str, secret: str) -> None:
    if visitor.here.store.people.get(name) is None:
        raise not_found(f"person {name}")
    on_record(visitor, name, lambda: visitor.here.store.sessions.set_password(name, secret, visitor.now), PASSWORD)


async def make_token(visitor: Visitor) -> Response:
    only_admins(visitor)
    called, name = text(await visitor.form(), "name"), named(visitor)
    try:
        fresh = await visitor.run(on_record, visitor, name, lambda: tokens.make(visitor.here.store, name, called), TOKEN, called)
    except Problem as problem:
        return await page(visitor, problem, token_name=called)
    return await page(visitor, fresh=fresh)


async def revoke_token(visitor: Visitor) -> Response:
    only_admins(visitor)
    digest, name = text(await visitor.form(), "token"), named(visitor)
    await visitor.run(on_record, visitor, name, lambda: visitor.here.store.people.revoke(name, digest), REVOKED)
    return back(name, "revoked")


async def away(visitor: Visitor) -> Response:
    only_admins(visitor)
    typed, name = Absence.of(await visitor.form()), named(visitor)
    detail = f"{typed.first} – {typed.last}, {typed.substitute}"
    try:
        await visitor.run(on_record, visitor, name, lambda: absences.put_down(visitor, name, typed), AWAY, detail)
    except Problem as problem:
        return await page(visitor, problem, typed_away=typed)
    return back(name, "away")


async def returned(visitor: Visitor) -> Response:
    only_admins(visitor)
    await visitor.form()
    name = named(visitor)
    await visitor.run(on_record, visitor, name, lambda: visitor.here.store.people.back(name), BACK)
    return back(name, "back")


def on_record(visitor: Visitor, name: str, act: Callable[[], Fresh | None], action: str, detail: str = "") -> Fresh | None:
    """Does it, and notes who did it. Raises Problem."""
    try:
        done = act()
    except UnknownPerson:
        raise not_found(f"person {name}") from None
    note(visitor, action, name, detail)
    return done


def note(visitor: Visitor, action: str, about: str, detail: str) -> None:
    visitor.here.store.house_log.note(Entry(visitor.now, visitor.person.id, action, about, detail))


def refused(faults: list[str]) -> Problem:
    return invalid(*(Fault(pointer="", message=message) for message in faults))
