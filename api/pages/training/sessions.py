"""Sessions: when what was taught, and one form that says of many people whether they passed."""

from collections.abc import Mapping
from typing import NamedTuple

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from activities.store.register import Person
from activities.store.training import Attendance, Course, Session
from activities.training import powers
from activities.training.entering import unrecordable
from api.pages.site import HEADERS
from api.pages.training.courses import of
from api.pages.training.looking import Known, allowed, known, session_of
from api.pages.visitors import Visitor, text
from api.problems import Problem, invalid
from workflows.types.refusals import Fault

PASSED, FAILED, NOT_THERE = "passed", "failed", ""
RESULTS: Mapping[str, bool | None] = {PASSED: True, FAILED: False, NOT_THERE: None}
SAID, BEFORE = "p:", "was:"
"""What a form calls what is said of a person, and what its page showed of them."""


class Candidate(NamedTuple):
    person: Person
    result: str


class Look(NamedTuple):
    at: Known
    session: Session
    course: Course
    attendances: list[Attendance]
    history: list[Attendance]
    candidates: list[Candidate]
    others: int
    """Who could be entered as well, but does not need the course."""

    @property
    def is_held(self) -> bool:
        return unrecordable(self.session, self.at.today) is None


async def all_of_them(visitor: Visitor) -> Response:
    at, sessions = await visitor.run(lambda: (known(visitor), visitor.here.store.training.sessions()))
    return visitor.page("training/sessions.html", at=at, sessions=sessions, of=of)


async def show(visitor: Visitor) -> Response:
    return await page(visitor)


async def page(visitor: Visitor, problem: Problem | None = None, typed: Mapping[str, str] | None = None) -> Response:
    everybody = visitor.request.query_params.get("all") == "1"
    look = await visitor.run(read, visitor, everybody, typed or {})
    frame = {
        "look": look,
        "of": of,
        "typed": typed or {},
        "everybody": everybody,
        "said": SAID,
        "before": BEFORE,
        "done": visitor.request.query_params.get("done", ""),
        "problem": problem,
    }
    return visitor.page("training/session.html", problem.status if problem else 200, **frame)


def read(visitor: Visitor, everybody: bool, typed: Mapping[str, str]) -> Look:
    at, session = known(visitor), session_of(visitor)
    training = visitor.here.store.training
    course = at.courses[session.course]
    attendances = training.attendances(session)
    found = {one.person: result_of(one.passed) for one in attendances}
    mine = [one for one in at.register.people.values() if powers.may_record(at.actor, course, one) is None]
    needed = [one for one in mine if course.is_for(one.member_of) or found.get(one.id) or one.id in typed]
    shown = mine if everybody else needed
    candidates = [Candidate(one, found.get(one.id, NOT_THERE)) for one in shown]
    return Look(at, session, course, attendances, training.history(session), candidates, len(mine) - len(shown))


def result_of(passed: bool | None) -> str:
    return NOT_THERE if passed is None else PASSED if passed else FAILED


async def record(visitor: Visitor) -> Response:
    said = changes(await visitor.form())
    try:
        count = await visitor.run(put_down, visitor, said)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await page(visitor, problem, said)
    return RedirectResponse(f"{visitor.request.url.path}?done={count}", 303, HEADERS)


def changes(sent: FormData) -> dict[str, str]:
    """Only what is said otherwise than it was shown: what others have entered meanwhile stays."""
    said = {name.removeprefix(SAID): text(sent, name) for name in sent if name.startswith(SAID)}
    return {who: result for who, result in said.items() if result != text(sent, f"{BEFORE}{who}")}


def put_down(visitor: Visitor, said: Mapping[str, str]) -> int:
    at, session = known(visitor), session_of(visitor)
    course = at.courses[session.course]
    for who, result in said.items():
        if (person := at.register.people.get(who)) is None or result not in RESULTS:
            raise invalid(Fault(pointer="", message="choose for each person one of the results"))
        allowed(powers.may_record(at.actor, course, person))
    if fault := unrecordable(session, at.today):
        raise invalid(fault)
    results = {who: RESULTS[result] for who, result in said.items()}
    return visitor.here.store.training.record(session.id, results, at.actor.id, visitor.now)
