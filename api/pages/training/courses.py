"""Courses: what is taught, for whom, for how long it counts; and when it was taught."""

from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from activities.store.training import Course, Session
from activities.training import powers
from activities.training.entering import CourseIn, SessionIn, unplannable
from api.forms import checked
from api.pages.forms.typing_in import clean
from api.pages.site import HEADERS
from api.pages.training.looking import Known, allowed, course_of, known
from api.pages.visitors import KEY, Visitor, text
from api.problems import Problem, invalid
from workflows import ids
from workflows.types.refusals import Fault
from workflows.types.words import Department

ADDRESS = "/training/courses"


class TypedCourse(NamedTuple):
    """As it was typed."""

    id: str = ""
    title: str = ""
    department: str = ""
    months: str = ""
    retired: bool = False

    @classmethod
    def of(cls, sent: FormData, name: str | None = None) -> "TypedCourse":
        said = {each: clean(text(sent, each)) for each in ("title", "department", "months")}
        return cls(id=text(sent, "id") if name is None else name, retired=text(sent, "retired") == "yes", **said)

    @classmethod
    def as_is(cls, course: Course) -> "TypedCourse":
        return cls(course.id, course.title, course.department or "", f"{course.months or ''}", course.retired)

    def course(self) -> Course:
        """Raises the problem `invalid`."""
        said = {"id": self.id, "title": self.title, "department": self.department or None, "retired": self.retired}
        return checked(lambda: CourseIn.model_validate({**said, "months": self.months or None})).course()


class TypedSession(NamedTuple):
    held_on: str = ""
    trainer: str = ""
    place: str = ""
    note: str = ""

    @classmethod
    def of(cls, sent: FormData) -> "TypedSession":
        return cls(*(clean(text(sent, name)) for name in cls._fields))

    def session(self) -> SessionIn:
        """Raises the problem `invalid`."""
        return checked(lambda: SessionIn.model_validate({name: said or None for name, said in self._asdict().items()}))


class Look(NamedTuple):
    at: Known
    course: Course
    sessions: list[Session]


def of(course: str) -> str:
    return f"{ADDRESS}/{quote(course, safe='')}"


# All of them.


async def show(visitor: Visitor) -> Response:
    return await page(visitor)


async def page(visitor: Visitor, problem: Problem | None = None, typed: TypedCourse | None = None) -> Response:
    at = await visitor.run(known, visitor)
    frame = {"at": at, "typed": typed, "departments": list(Department), "of": of, "problem": problem}
    return visitor.page("training/courses.html", problem.status if problem else 200, **frame)


async def add(visitor: Visitor) -> Response:
    typed = TypedCourse.of(await visitor.form())
    try:
        await visitor.run(put_down, visitor, typed)
    except Problem as problem:
        return await page(visitor, problem, typed)
    return back(typed.id, "added")


def put_down(visitor: Visitor, typed: TypedCourse) -> None:
    course, at = typed.course(), known(visitor)
    allowed(powers.may_describe(at.actor, course))
    if (
        not visitor.here.store.training.describe(course, at.actor.id, visitor.now, is_new=True)
        and at.courses.get(course.id) != course
    ):
        raise invalid(Fault(pointer="/id", message=f"there is a course {course.id} already"))


# One of them.


async def one(visitor: Visitor) -> Response:
    return await page_of(visitor)


async def page_of(
    visitor: Visitor,
    problem: Problem | None = None,
    typed: TypedCourse | None = None,
    planned: TypedSession | None = None,
) -> Response:
    look = await visitor.run(read, visitor)
    frame = {
        "look": look,
        "typed": typed or TypedCourse.as_is(look.course),
        "is_typed": typed is not None,
        "planned": planned or TypedSession(),
        "departments": list(Department),
        "kinds": look.at.asked.get(look.course.id, []),
        "action": of(look.course.id),
        "key": uuid4().hex,
        "done": visitor.request.query_params.get("done", ""),
        "problem": problem,
    }
    return visitor.page("training/course.html", problem.status if problem else 200, **frame)


def read(visitor: Visitor) -> Look:
    at = known(visitor)
    course = course_of(visitor, at)
    return Look(at, course, visitor.here.store.training.sessions(course.id))


async def describe(visitor: Visitor) -> Response:
    typed = TypedCourse.of(await visitor.form(), str(visitor.request.path_params["course"]))
    try:
        await visitor.run(change, visitor, typed)
    except Problem as problem:
        if problem.status == 404:
            raise
        return await page_of(visitor, problem, typed)
    return back(typed.id, "described")


def change(visitor: Visitor, typed: TypedCourse) -> None:
    at = known(visitor)
    before = course_of(visitor, at)
    allowed(powers.may_describe(at.actor, before))
    course = typed.course()
    # Nor may it become another department's by that.
    allowed(powers.may_describe(at.actor, course))
    visitor.here.store.training.describe(course, at.actor.id, visitor.now)


async def plan(visitor: Visitor) -> Response:
    sent = await visitor.form()
    typed = TypedSession.of(sent)
    try:
        number = await visitor.run(enter, visitor, typed, text(sent, KEY))
    except Problem as problem:
        if problem.status == 404:
            raise
        return await page_of(visitor, problem, planned=typed)
    return RedirectResponse(f"/training/sessions/{number}", 303, HEADERS)


def enter(visitor: Visitor, typed: TypedSession, key: str) -> int:
    at = known(visitor)
    course = course_of(visitor, at)
    allowed(powers.may_plan(at.actor, course))
    said = typed.session()
    if fault := unplannable(course, said.held_on, at.today):
        raise invalid(fault)
    said_id = ids.said(at.actor.id, "POST", visitor.request.url.path, key or uuid4().hex)
    return visitor.here.store.training.plan(
        course.id, said.held_on, said.trainer, said_id, at.actor.id, visitor.now, said.place, said.note
    )


def back(course: str, done: str) -> Response:
    return RedirectResponse(f"{of(course)}?done={done}", 303, HEADERS)
