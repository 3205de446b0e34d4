"""The pages of training: who is taught what, entered by whom it is up to, read by everybody."""

from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.api.looking import Looker
from tests.api.plant import Plant
from tests.training.taught import INSPECTION, SAFETY, taught
from workflows.types.words import Language

HELD = date(2027, 2, 1)


@pytest.fixture
def school(plant: Plant) -> Plant:
    """With two courses: one of quality's, one for everybody."""
    for course in (INSPECTION, SAFETY):
        plant.store.training.describe(course, "boss", plant.now)
    return plant


async def test_a_head_describes_plans_and_enters(plant: Plant) -> None:
    head = Looker(plant, "quality-head")
    courses = await head.look("/training/courses")
    await head.send(
        courses.form("/training/courses"), id="inspection", title="Final inspection", department="quality", months="24"
    )
    assert head.answer.headers["location"] == "/training/courses/inspection?done=added"
    course = await head.look("/training/courses/inspection")
    sent = course.form("/training/courses/inspection/sessions")
    for _ in range(2):
        await head.send(sent, held_on="2027-02-01", trainer="Dr. Lin", place="Hall 2")
    assert head.answer.headers["location"] == "/training/sessions/1"
    assert len(plant.store.training.sessions()) == 1
    session = await head.look("/training/sessions/1")
    form = session.form("/training/sessions/1")
    assert {name for name in form.names() if name.startswith("p:")} == {"p:quality1", "p:quality2", "p:quality-head"}
    await head.send_with(form, {"p:quality1": "passed", "p:quality2": "failed"})
    assert head.answer.headers["location"] == "/training/sessions/1?done=2"
    known = plant.store.people.get("quality1")
    assert known and known.certificates == {"inspection": date(2029, 2, 1)}
    assert "until Thu 1 Feb 2029" in (await Looker(plant, "sales1").look("/training?department=quality")).text


async def test_what_others_have_entered_meanwhile_stays(school: Plant) -> None:
    number = taught(school.store, "inspection", HELD, school.now)
    head = Looker(school, "quality-head")
    form = (await head.look(f"/training/sessions/{number}")).form(f"/training/sessions/{number}")
    school.store.training.record(number, {"quality2": True}, "boss", school.now)
    await head.send_with(form, {"p:quality1": "passed"})
    session = school.store.training.session(number)
    assert session is not None
    assert {one.person: one.passed for one in school.store.training.attendances(session)} == {"quality1": True, "quality2": True}
    # Sent again it changes nothing.
    await head.send_with(form, {"p:quality1": "passed"})
    assert head.answer.headers["location"].endswith("?done=0")


async def test_a_correction_shows_what_was_said_before(school: Plant) -> None:
    number = taught(school.store, "inspection", HELD, school.now, quality1=True)
    head = Looker(school, "quality-head")
    page = await head.look(f"/training/sessions/{number}")
    await head.send_with(page.form(f"/training/sessions/{number}"), {"p:quality1": ""})
    page = await head.look(f"/training/sessions/{number}")
    assert "(put right since)" in page.text
    known = school.store.people.get("quality1")
    assert known and known.certificates == {}


@pytest.mark.parametrize("who", ["quality1", "production-head", "sales1"])
async def test_others_only_read(school: Plant, who: str) -> None:
    """Also when they send what no page has offered them."""
    number = taught(school.store, "inspection", HELD, school.now)
    head, other = Looker(school, "quality-head"), Looker(school, who)
    places = ("/training/courses/inspection", "/training/courses/inspection/sessions", f"/training/sessions/{number}")
    forms = [(await head.look("/training/courses")).form("/training/courses")]
    forms += [(await head.look(place.removesuffix("/sessions"))).form(place) for place in places]
    page = await other.look("/training/courses/inspection")
    assert other.answer.status_code == 200
    token = (await other.look("/me")).form("/me/language").value("csrf")
    assert not any(page.has(place) for place in places)
    course = {"id": "x", "title": "X", "department": "quality", "held_on": "2027-02-01", "trainer": "T", "p:quality1": "passed"}
    for form in forms:
        await other.send_with(form, {**course, "csrf": str(token)})
        assert other.answer.status_code == 403, form.action
    assert school.store.training.courses() == [INSPECTION, SAFETY]
    assert len(school.store.training.sessions()) == 1
    known = school.store.people.get("quality1")
    assert known and known.certificates == {}


async def test_every_head_teaches_what_is_for_everybody_to_their_own_people(school: Plant) -> None:
    number = taught(school.store, "safety", HELD, school.now)
    head = Looker(school, "production-head")
    form = (await head.look(f"/training/sessions/{number}")).form(f"/training/sessions/{number}")
    assert {name for name in form.names() if name.startswith("p:")} == {"p:production1", "p:production-head"}
    await head.send_with(form, {"p:production1": "passed"})
    assert head.answer.status_code == 303
    await head.send_with(form, {"p:sales1": "passed"})
    assert head.answer.status_code == 403


async def test_a_head_gives_no_course_away(school: Plant) -> None:
    head = Looker(school, "quality-head")
    form = (await head.look("/training/courses/inspection")).form("/training/courses/inspection")
    await head.send(form, department="production")
    assert head.answer.status_code == 403
    await head.send(form, months="")
    assert head.answer.status_code == 303
    course = school.store.training.course("inspection")
    assert course is not None and course.months is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"id": "Final Inspection"}, "write small letters, digits and hyphens, 64 at most"),
        ({"id": "inspection"}, "there is a course inspection already"),
        ({"title": ""}, "at least 1 character"),
        ({"months": "0"}, "greater than or equal to 1"),
        ({"months": "two"}, "valid integer"),
        ({"department": "kitchen"}, "Department"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_stays_typed(school: Plant, changes: dict[str, str], why: str) -> None:
    admin = Looker(school, "admin")
    form = (await admin.look("/training/courses")).form("/training/courses")
    page = await admin.send_with(form, {"id": "new", "title": "Kept", **changes})
    assert (admin.answer.status_code, why in page.text) == (422, True), page.text
    assert page.form("/training/courses").value("title") == {"title": "Kept", **changes}["title"]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"held_on": "2031-01-01"}, "lies too far away"),
        ({"held_on": "gestern"}, "write a date as YYYY-MM-DD"),
        ({"trainer": " "}, "valid string"),
    ],
)
async def test_no_session_at_any_odd_day(school: Plant, changes: dict[str, str], why: str) -> None:
    admin = Looker(school, "admin")
    form = (await admin.look("/training/courses/safety")).form("/training/courses/safety/sessions")
    page = await admin.send_with(form, {"held_on": "2027-02-01", "trainer": "Dr. Lin", **changes})
    assert (admin.answer.status_code, why in page.text) == (422, True), page.text


async def test_nobody_has_passed_what_is_still_to_come(school: Plant) -> None:
    number = taught(school.store, "inspection", date(2027, 6, 1), school.now)
    admin = Looker(school, "admin")
    page = await admin.look(f"/training/sessions/{number}")
    assert "once it is held" in page.text and not page.has(f"/training/sessions/{number}")
    token = (await admin.look("/me")).form("/me/language")
    token.action = f"/training/sessions/{number}"
    await admin.send_with(token, {"p:quality1": "passed"})
    assert admin.answer.status_code == 422


async def test_what_is_not_there_is_not_found(school: Plant) -> None:
    looker = Looker(school, "sales1")
    for path in ("/training/courses/nothing", "/training/sessions/7", "/training/sessions/x", f"/training/sessions/{10**9}9"):
        await looker.look(path)
        assert looker.answer.status_code == 404, path


async def test_the_register_tells_the_gaps_of_each_department(school: Plant) -> None:
    taught(school.store, "inspection", HELD, school.now, quality1=True)
    taught(school.store, "inspection", date(2025, 3, 10), school.now, quality2=True)
    taught(school.store, "inspection", date(2020, 3, 1), school.now, quality_head=True)
    looker = Looker(school, "sales1")
    page = await looker.look("/training?department=quality&course=inspection")
    assert "until Wed 10 Mar 2027" in page.text and "ran out on Tue 1 Mar 2022" in page.text
    assert "sales2" not in page.text
    # Quality has three people, of whom each has to have both courses.
    assert "6 2 33.3 %" in page.text.replace("  ", " ")
    missing = await looker.look("/training?standing=missing&department=sales")
    assert missing.text.count("never passed") == 3
    await looker.look("/training?standing=odd")
    assert looker.answer.status_code == 422


async def test_everybody_sees_their_own_on_their_page(school: Plant) -> None:
    taught(school.store, "inspection", HELD, school.now, quality1=True, sales1=True)
    assert "Final inspection ✓ until Thu 1 Feb 2029" in (await Looker(school, "quality1").look("/me")).text
    sales = (await Looker(school, "sales1").look("/me")).text
    assert "not required" in sales and "安全講習 ✖ never passed" in sales


async def test_the_register_as_an_excel_file(school: Plant) -> None:
    taught(school.store, "inspection", HELD, school.now, quality1=True)
    school.store.people.speaks("quality1", Language.EN)
    looker = Looker(school, "quality1")
    await looker.look("/training.xlsx?department=quality")
    assert looker.answer.headers["content-disposition"] == 'attachment; filename="training-2027-03-01.xlsx"'
    book = load_workbook(BytesIO(looker.answer.content))
    rows = [[cell.value for cell in row] for row in book["Training"].iter_rows(min_row=2)]
    assert len(rows) == 6
    (mine,) = [row for row in rows if row[0] == "quality1" and row[3] == "inspection"]
    assert (mine[5], mine[6], mine[7]) == ("valid", datetime(2029, 2, 1), "Yes")  # noqa: DTZ001 - a cell knows no zone
    needed = {row[0].value: [cell.value for cell in row[1:]] for row in book["Departments"].iter_rows(min_row=2)}
    assert needed["Quality"] == [6, 1, pytest.approx(1 / 6)]


# For programs.


async def test_programs_read_it_all(school: Plant) -> None:
    number = taught(school.store, "inspection", HELD, school.now, quality1=True, quality2=False)
    taught(school.store, "safety", HELD, school.now, sales1=True)
    courses = (await school.get("sales1", "/training/courses?limit=1")).json()
    assert [one["id"] for one in courses["items"]] == ["inspection"]
    rest = (await school.get("sales1", f"/training/courses?cursor={courses['next_cursor']}")).json()
    assert [(one["id"], one["months"], one["department"]) for one in rest["items"]] == [("safety", None, None)]
    sessions = (await school.get("sales1", "/training/sessions?limit=1")).json()
    more = (await school.get("sales1", f"/training/sessions?cursor={sessions['next_cursor']}")).json()
    assert [one["course"] for one in (*sessions["items"], *more["items"])] == ["safety", "inspection"]
    one = (await school.get("sales1", f"/training/sessions/{number}")).json()
    assert [(each["person"], each["passed"]) for each in one["attendances"]] == [("quality1", True), ("quality2", False)]
    assert (await school.get("sales1", "/training/sessions/99")).status_code == 404
    found = (await school.get("sales1", "/training/certificates?standing=valid")).json()["items"]
    assert found == [
        {"person": "quality1", "course": "inspection", "standing": "valid", "until": "2029-02-01", "required": True},
        {"person": "sales1", "course": "safety", "standing": "valid", "until": None, "required": True},
    ]
    paged, path = [], "/training/certificates?department=quality&limit=4"
    while path:
        page = (await school.get("sales1", path)).json()
        paged += page["items"]
        cursor = page["next_cursor"]
        path = f"/training/certificates?department=quality&limit=4&cursor={cursor}" if cursor else ""
    assert len(paged) == 6
    coverage = (await school.get("sales1", "/training/coverage")).json()["items"]
    assert {each["department"]: (each["required"], each["valid"]) for each in coverage}["quality"] == (6, 1)
    for wrong in ("certificates?standing=odd", "sessions?course=", "courses?cursor=x", "sessions?cursor=x", "coverage/x"):
        assert (await school.get("sales1", f"/training/{wrong}")).status_code in (422, 404), wrong
