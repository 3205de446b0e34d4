"""Routes about training: what is taught, when it was, who has it until when, and how much of it each department has."""

from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from activities.store import cursors
from activities.store.register import Register
from activities.store.training import Course
from activities.store.views import Page
from activities.training import coverage
from activities.training.coverage import Certificate
from activities.training.views import CertificateOut, CourseOut, CoverageOut, SessionOut, SessionWithAttendance
from api import queries
from api.gate import BASE
from api.openapi import reads
from api.problems import not_found
from api.responses import json_response, listed
from api.routing import PlainRoute
from api.services import Services, services

router = APIRouter(prefix=f"{BASE}/training", tags=["training"], route_class=PlainRoute)
COURSES, SESSIONS, CERTIFICATES = "courses", "sessions", "certificates"


@router.get("/courses", operation_id="list_courses", **reads(Page[CourseOut], queries.Paged))
async def list_courses(request: Request) -> Response:
    """What is taught, retired courses too."""
    here, query = services(request), queries.read(queries.Paged, request.query_params)

    def page() -> Page[CourseOut]:
        after = cursors.decode(query.cursor, COURSES, word)[0] if query.cursor else ""
        asked = coverage.asked_by(here.office.policy.pinned(here.office.now()))
        courses = [course for course in here.store.training.courses() if course.id > after]
        shown, more = courses[: query.limit], len(courses) > query.limit
        items = [CourseOut.of(course, [*map(str, asked.get(course.id, ()))]) for course in shown]
        return Page(items=items, next_cursor=cursors.encode(COURSES, shown[-1].id) if more else None)

    return json_response(await here.threads.run(listed, page))


@router.get("/sessions", operation_id="list_training_sessions", **reads(Page[SessionOut], queries.TrainingSessions))
async def list_sessions(request: Request) -> Response:
    """When what was taught, the newest first."""
    here, query = services(request), queries.read(queries.TrainingSessions, request.query_params)

    def page() -> Page[SessionOut]:
        before = cursors.decode(query.cursor, SESSIONS, date.fromisoformat, int) if query.cursor else None
        found = here.store.training.sessions(query.course, query.limit + 1, (before[0], before[1]) if before else None)
        shown, more = found[: query.limit], len(found) > query.limit
        after = cursors.encode(SESSIONS, shown[-1].held_on.isoformat(), shown[-1].id) if more else None
        return Page(items=[SessionOut.of(session) for session in shown], next_cursor=after)

    return json_response(await here.threads.run(listed, page))


@router.get("/sessions/{number}", operation_id="get_training_session", **reads(SessionWithAttendance))
async def get_session(number: str, request: Request) -> Response:
    """One session, and what became of who was there."""
    here = services(request)

    def found() -> str:
        session = here.store.training.session(int(number)) if number.isascii() and number.isdigit() and len(number) < 11 else None
        if session is None:
            raise not_found(f"session {number}")
        return SessionWithAttendance.with_(session, here.store.training.attendances(session)).model_dump_json()

    return json_response(await here.threads.run(found))


@router.get("/certificates", operation_id="list_certificates", **reads(Page[CertificateOut], queries.Certificates))
async def list_certificates(request: Request) -> Response:
    """Who has what until when, and who lacks what, by person and course."""
    here, query = services(request), queries.read(queries.Certificates, request.query_params)

    def page() -> Page[CertificateOut]:
        after = tuple(cursors.decode(query.cursor, CERTIFICATES, word, word)) if query.cursor else ("", "")
        found = [one for one in certificates(here) if takes(query, one) and (one.person.id, one.course.id) > after]
        shown, more = found[: query.limit], len(found) > query.limit
        last = cursors.encode(CERTIFICATES, shown[-1].person.id, shown[-1].course.id) if more else None
        return Page(items=[CertificateOut.of(one) for one in shown], next_cursor=last)

    return json_response(await here.threads.run(listed, page))


@router.get("/coverage", operation_id="list_training_coverage", **reads(Page[CoverageOut]))
async def list_coverage(request: Request) -> Response:
    """Of what its people have to have, how much each department has today."""
    here = services(request)

    def page() -> Page[CoverageOut]:
        register, courses, today = known(here)
        found = coverage.coverage(register, courses, today)
        return Page(items=[CoverageOut.of(one) for one in found], next_cursor=None)

    return json_response(await here.threads.run(listed, page))


def known(here: Services) -> tuple[Register, list[Course], date]:
    """What coverage is counted from."""
    today = here.office.policy.read(here.office.now()).today
    return here.store.people.register(), here.store.training.courses(), today


def certificates(here: Services) -> list[Certificate]:
    return list(coverage.certificates(*known(here)))


def takes(query: queries.Certificates, one: Certificate) -> bool:
    return (
        (not query.person or one.person.id in query.person)
        and (not query.course or one.course.id in query.course)
        and (not query.department or bool(set(query.department) & set(one.person.member_of)))
        and (not query.standing or one.standing in query.standing)
    )


def word(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{key!r} is no name")
    return key
