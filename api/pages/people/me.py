"""One's own page: who I am, for whom I act today, my absence, language, password, tokens and browsers."""

from typing import NamedTuple

from starlette.responses import RedirectResponse, Response

from activities import passwords
from activities.store import Person
from activities.store.people import Token
from activities.store.sessions import Session
from activities.training.coverage import Certificate, certificates
from api.gate import address_of
from api.pages.people import absences, tokens
from api.pages.people.absences import Absence
from api.pages.people.browsers import named
from api.pages.people.sign_in import without_session
from api.pages.site import HEADERS
from api.pages.training.register import Teller
from api.pages.visitors import LANGUAGE, SignedIn, SignInFirst, Visitor, text
from api.problems import Problem, invalid
from workflows.types.commands import Actor
from workflows.types.refusals import Fault
from workflows.types.words import Language

ADDRESS = "/me"


class Known(NamedTuple):
    """What the page shows."""

    person: Person
    """As the register has them now: what was just changed is shown."""
    actor: Actor
    others: list[Person]
    tokens: list[Token]
    sessions: list[Session]
    zone: str
    held: list[Certificate]
    """What they were taught, and what they have to be taught."""


async def show(visitor: Visitor) -> Response:
    return await page(visitor)


async def page(visitor: Visitor, problem: Problem | None = None, **values: object) -> Response:
    known = await visitor.run(look, visitor)
    person, away, here = known.person, known.person.away, signed(visitor).session.digest
    typed = Absence(str(away.from_), str(away.to), away.substitute or "") if away else Absence()
    frame = {"person": person, "known": known, "this": here, "typed": typed, "named": named, "fresh": None, "token_name": ""}
    frame |= {"held": known.held, "tell": Teller(visitor.tongue)}
    done = visitor.request.query_params.get("done", "")
    return visitor.page("me.html", problem.status if problem else 200, **{**frame, "done": done, "problem": problem, **values})


def look(visitor: Visitor) -> Known:
    store, policy = visitor.here.store, visitor.here.office.policy.read(visitor.now)
    register = store.people.register()
    person = register.people.get(visitor.person.id, visitor.person)
    others = [other for other in register.people.values() if other.id != person.id]
    mine = tokens.last_first(store.people.tokens(person.id))
    zone = policy.policy.plant.time_zone
    held = [one for one in certificates(register, store.training.courses(), policy.today) if one.person.id == person.id]
    return Known(person, register.actor(person, policy.today), others, mine, store.sessions.of(person.id), zone, held)


def signed(visitor: Visitor) -> SignedIn:
    if visitor.signed_in is None:
        raise SignInFirst
    return visitor.signed_in


def back(done: str) -> Response:
    return RedirectResponse(f"{ADDRESS}?done={done}", 303, HEADERS)


# What can be changed here.


async def language(visitor: Visitor) -> Response:
    sent = await visitor.form()
    chosen = text(sent, "language")
    if chosen not in list(Language):
        return await page(visitor, invalid(Fault(pointer="", message="choose one of the languages")))
    await visitor.run(visitor.here.store.people.speaks, visitor.person.id, Language(chosen))
    answer = back("language")
    # What a link has chosen here once must not outlast what is chosen now.
    answer.delete_cookie(LANGUAGE, path="/")
    return answer


async def password(visitor: Visitor) -> Response:
    """Who knows the old one sets a new one; every other browser is signed out, and programs too if that is wished."""
    sent = await visitor.form()
    old, new, again = (str(sent.get(name, "")) for name in ("old", "new", "again"))
    guesses, place, me = visitor.here.guesses, address_of(visitor.request.scope), visitor.person.id
    async with guesses.turn():
        if seconds := await guesses.seconds_to_wait(me, place):
            return await page(visitor, Problem(429, "too-many-failures", f"too many attempts failed; try again in {seconds} s"))
        if not await visitor.run(visitor.here.store.sessions.is_password, me, old):
            await guesses.failed(me, place)
            return await page(visitor, invalid(Fault(pointer="", message="your old password is another one")))
        if faults := wrong(new, again, me):
            return await page(visitor, invalid(*faults))
        this = signed(visitor).session.digest
        await visitor.run(visitor.here.store.sessions.set_password, me, new, visitor.now, staying=this)
    if text(sent, "tokens") != "revoke":
        return back("password")
    await visitor.run(tokens.revoke_all, visitor.here.store, me)
    return back("all-new")


def wrong(new: str, again: str, person_id: str) -> list[Fault]:
    fault = passwords.fault(new, person_id)
    found = [f"a password {fault}"] if fault else []
    if new != again:
        found.append("the new password was not typed twice the same")
    return [Fault(pointer="", message=message) for message in found]


async def make_token(visitor: Visitor) -> Response:
    """The answer itself shows the token: there is no second look at it."""
    sent = await visitor.form()
    name = text(sent, "name")
    try:
        fresh = await visitor.run(tokens.make, visitor.here.store, visitor.person.id, name)
    except Problem as problem:
        return await page(visitor, problem, token_name=name)
    return await page(visitor, fresh=fresh)


async def revoke_token(visitor: Visitor) -> Response:
    sent = await visitor.form()
    await visitor.run(visitor.here.store.people.revoke, visitor.person.id, text(sent, "token"))
    return back("revoked")


async def end_session(visitor: Visitor) -> Response:
    sent = await visitor.form()
    await visitor.run(visitor.here.store.sessions.end, visitor.person.id, text(sent, "session"))
    return back("ended")


async def end_all(visitor: Visitor) -> Response:
    """Everywhere, here too."""
    await visitor.form()
    await visitor.run(visitor.here.store.sessions.end_all, visitor.person.id)
    return without_session(RedirectResponse("/sign-in", 303, HEADERS), visitor)


async def away(visitor: Visitor) -> Response:
    typed = Absence.of(await visitor.form())
    try:
        await visitor.run(absences.put_down, visitor, visitor.person.id, typed)
    except Problem as problem:
        return await page(visitor, problem, typed=typed)
    return back("away")


async def returned(visitor: Visitor) -> Response:
    await visitor.form()
    await visitor.run(visitor.here.store.people.back, visitor.person.id)
    return back("back")
