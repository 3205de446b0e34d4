"""A task that asks for a course is done by nobody else: not by who never took it, nor by whose certificate has run out."""

from datetime import date, timedelta
from typing import Any

import pytest

from activities.mail.recipients import UNOWNED, Circle
from activities.store.register import Person, Register
from tests.api.looking import Looker
from tests.api.plant import DAY, HOUR, Plant, code
from tests.mail.samples import cast, order, task
from tests.rules import samples
from tests.training.taught import INSPECTION, taught
from workflows.rules import authority, fold, opening
from workflows.types import events as e
from workflows.types.commands import Actor
from workflows.types.words import Department, Kind, Step

PASS = {"outcome": "pass", "fields": {}}
OK, NOT_TRAINED, NOT_YOURS = (200, ""), (403, "not-trained"), (403, "not-your-department")
TODAY = date(2026, 11, 20)


def told(answer: Any) -> tuple[int, str]:
    return OK if answer.status_code == 200 else code(answer)


@pytest.fixture
def school(plant: Plant) -> Plant:
    """quality1 may inspect; quality2's certificate has run out, and the head never took the course."""
    plant.store.training.describe(INSPECTION, "boss", plant.now)
    taught(plant.store, "inspection", date(2026, 3, 1), plant.now, quality1=True)
    taught(plant.store, "inspection", date(2025, 2, 28), plant.now, quality2=True)
    return plant


async def inspection(plant: Plant, order_no: str = "PO-1", **fields: Any) -> str:
    return await plant.asked(Kind.INSPECT, order_no, course="inspection", **fields)


# By the API.


@pytest.mark.parametrize("word", ["claim", "complete"])
async def test_only_who_has_the_course_does_it(school: Plant, word: str) -> None:
    asked, body = await inspection(school), None if word == "claim" else PASS
    late = await school.post("quality2", f"/tasks/{asked}/{word}", body)
    assert told(late) == NOT_TRAINED
    found = late.json()
    assert (found["course"], found["expired_on"]) == ("inspection", "2027-02-28")
    assert found["detail"] == "the course inspection, which inspect asks for, counted for quality2 until 2027-02-28"
    never = await school.post("quality-head", f"/tasks/{asked}/{word}", body)
    assert told(never) == NOT_TRAINED
    assert (never.json()["expired_on"], "quality-head has not passed" in never.json()["detail"]) == (None, True)
    assert told(await school.post("sales1", f"/tasks/{asked}/{word}", body)) == NOT_YOURS
    assert told(await school.post("quality1", f"/tasks/{asked}/{word}", body)) == OK


async def test_the_last_day_counts_until_its_end(school: Plant) -> None:
    asked = await inspection(school)
    # Sunday, 23:30 in Taipei.
    school.now = school.now - DAY + 13 * HOUR + timedelta(minutes=30)
    assert told(await school.post("quality2", f"/tasks/{asked}/claim")) == OK
    assert told(await school.post("quality2", f"/tasks/{asked}/release")) == OK
    school.now += timedelta(minutes=30)
    assert told(await school.post("quality2", f"/tasks/{asked}/claim")) == NOT_TRAINED


async def test_nobody_is_given_what_they_were_not_taught(school: Plant) -> None:
    asked = await inspection(school)
    for who in ("quality-head", "admin"):
        assert told(await school.put(who, f"/tasks/{asked}/assignee", {"person": "quality2", "reason": "x"})) == NOT_TRAINED
    assert told(await school.put("quality-head", f"/tasks/{asked}/assignee", {"person": "quality1", "reason": "x"})) == OK


async def test_who_was_not_taught_may_hide_the_question_and_give_it_back(school: Plant) -> None:
    asked = await inspection(school)
    later = {"until": (school.now + DAY).isoformat()}
    assert told(await school.post("quality2", f"/tasks/{asked}/snooze", later)) == OK
    assert told(await school.post("quality1", f"/tasks/{asked}/claim")) == OK
    # The certificate ends while they hold it.
    school.store.training.record(1, {"quality1": None}, "boss", school.now)
    assert told(await school.post("quality1", f"/tasks/{asked}/complete", PASS)) == NOT_TRAINED
    assert told(await school.post("quality1", f"/tasks/{asked}/release")) == OK


async def test_a_session_today_opens_the_task_at_once(school: Plant) -> None:
    asked = await inspection(school)
    taught(school.store, "inspection", date(2027, 3, 1), school.now, quality2=True)
    assert told(await school.post("quality2", f"/tasks/{asked}/complete", PASS)) == OK


async def test_a_trained_stand_in_does_it_when_nobody_of_the_department_can(school: Plant) -> None:
    asked = await inspection(school, barred=("quality1",))
    assert told(await school.post("boss", f"/tasks/{asked}/complete", PASS)) == NOT_TRAINED
    taught(school.store, "inspection", date(2026, 5, 1), school.now, boss=True)
    assert told(await school.post("boss", f"/tasks/{asked}/complete", PASS)) == OK


async def test_where_no_course_is_asked_nobody_needs_one(school: Plant) -> None:
    asked = await school.asked(Kind.INSPECT)
    assert told(await school.post("quality2", f"/tasks/{asked}/complete", PASS)) == OK


async def test_the_pages_say_why_there_is_no_form(school: Plant) -> None:
    asked = await inspection(school)
    head = Looker(school, "quality-head")
    page = await head.look(f"/tasks/{asked}")
    assert "quality-head has not passed the course inspection" in page.text
    assert not page.has(f"/tasks/{asked}/complete")
    assert "It asks for the course inspection, which you do not have." in (await head.look("/?view=department")).text
    page = await Looker(school, "quality1").look(f"/tasks/{asked}")
    assert page.has(f"/tasks/{asked}/complete")


async def test_the_exceptions_name_what_nobody_was_taught(school: Plant) -> None:
    asked = await inspection(school)
    assert "nobody who is there has the course" not in (await Looker(school, "sales1").look("/exceptions")).text
    school.store.training.record(1, {"quality1": None}, "boss", school.now)
    page = await Looker(school, "sales1").look("/exceptions")
    assert page.text.count("nobody who is there has the course that it asks for") == 1, asked
    assert "/training" in page.links
    assert "nobody who is there has" not in (await Looker(school, "sales1").look("/exceptions?department=sales")).text


# By the order.

ASKS = samples.policy('[tasks.inspect]\ncourse = "inspection"')


def trained(*courses: str) -> Actor:
    return Actor(id="quality1", departments=(Department.QUALITY,), heads=(Department.QUALITY,), courses=courses)


def test_a_question_asks_for_what_its_policy_says() -> None:
    calendar = samples.CALENDAR
    state = samples.order(Step.INSPECT, samples.day(30), ASKS)
    assert opening.question(Kind.INSPECT, state, calendar, samples.at("20 09:00")).course == "inspection"
    assert opening.question(Kind.REWORK, state, calendar, samples.at("20 09:00")).course is None


def test_the_order_judges_again() -> None:
    asked = samples.task(Kind.INSPECT, course="inspection")
    for judged in (authority.may_answer, authority.may_correct):
        assert judged(trained("safety", "inspection"), asked) is None
        refusal = judged(trained("safety"), asked)
        assert refusal is not None and refusal.code == "not-trained"
    assert authority.may_direct(trained(), asked) is None


def test_another_policy_asks_of_what_is_open_too() -> None:
    plain, policies = samples.order(Step.INSPECT), {"asks": ASKS, "plain": samples.DEFAULT}
    fold.apply(plain, samples.event(1, e.TaskOpened(task=samples.task(Kind.INSPECT))), policies)
    fold.apply(plain, samples.event(2, e.PolicyAdopted(policy="asks", version="test")), policies)
    (asked,) = plain.tasks.values()
    assert (asked.course, asked.version) == ("inspection", 2)
    fold.apply(plain, samples.event(3, e.PolicyAdopted(policy="asks", version="test")), policies)
    assert plain.tasks[asked.id].version == 2
    fold.apply(plain, samples.event(4, e.PolicyAdopted(policy="plain", version="1")), policies)
    assert plain.tasks[asked.id].course is None


def test_who_speaks_and_what_is_asked_are_written_as_ever_where_no_course_is() -> None:
    assert {"courses", "lapsed"}.isdisjoint(samples.member().model_dump())
    assert "course" not in samples.task(Kind.INSPECT).model_dump()
    assert samples.task(Kind.INSPECT, course="x").model_dump()["course"] == "x"


# By mail.


def circle(*trained: str, word: str = "assignee", **more: Any) -> list[tuple[str, str | None]]:
    people: dict[str, Person] = dict(cast().people)
    for name in trained:
        people[name] = people[name].model_copy(update={"certificates": {"inspection": TODAY}})
    asked = Circle(
        register=Register(people.values()),
        addresses=more.pop("addresses", {}),
        today=TODAY,
        order=order(),
        task=task(course="inspection"),
        **more,
    )
    return [(one.name, one.kind) for one in asked.resolve([word])]


def test_only_who_could_do_it_is_told_that_it_is_theirs() -> None:
    assert circle("quality1", "sales1") == [("quality1", None)]
    assert circle("quality1", holder="quality2") == [("quality1", None)]
    assert circle("quality1", word="head") == [("quality-head", None)]
    assert circle("quality1", word="quality") == [("quality-head", None), ("quality1", None), ("quality2", None)]


def test_a_shared_mailbox_is_told_whoever_reads_it() -> None:
    assert circle(addresses={Department.QUALITY: "qc@plant.example"}) == [("qc@plant.example", None)]


def test_management_is_told_when_nobody_could_do_it() -> None:
    assert circle() == [("boss", UNOWNED), ("admin", UNOWNED)]
    assert cast().nobody_for(task(course="inspection"), TODAY)
    assert not cast().nobody_for(task(), TODAY)
