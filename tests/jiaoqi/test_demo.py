"""The demo speaks the contract's language; that it runs is proven by the stack's own test."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from activities.store import Store, migrate
from activities.training.coverage import certificates
from activities.training.reminders import words
from api import forms
from jiaoqi.addresses import HOST, Ports
from jiaoqi.demo import furnish
from jiaoqi.demo.cast import CAST, who_answers_for
from jiaoqi.demo.furnish import hire
from jiaoqi.demo.orders import Answer, DemoOrder, day, orders
from jiaoqi.demo.training import INSPECTION, teach
from jiaoqi.settings import Settings
from workflows.types import answers
from workflows.types.words import Department, Kind

TODAY = date(2026, 11, 27)
ANSWERS = {(answer.kind, answer.outcome): answer for order in orders(TODAY) for answer in order.answers}


def test_the_cast_is_the_contracts() -> None:
    assert ", ".join(role.id for role in CAST) == (
        "sales1, sales-head, production1, production-head, quality1, quality2, quality-head, "
        "warehouse1, warehouse-head, supply1, supply-head, boss, admin"
    )


@pytest.mark.parametrize("department", list(Department))
def test_every_department_has_a_head_and_somebody_who_answers(department: Department) -> None:
    people = [role.person() for role in CAST]
    assert any(department in person.head_of for person in people)
    assert any(person.id == who_answers_for(department) and department in person.departments for person in people)


@pytest.mark.parametrize("order", orders(TODAY), ids=lambda order: order.order_no)
def test_every_order_can_be_entered(order: DemoOrder) -> None:
    assert forms.read(forms.OrderIn, order.body).order_no == order.order_no


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=map("-".join, ANSWERS))
def test_every_answer_is_one_that_its_task_takes(answer: Answer) -> None:
    assert isinstance(answers.read(Kind(answer.kind), answer.outcome, answer.fields), answers.Answer)


def test_days_of_the_demo_are_days_on_which_a_plant_works() -> None:
    assert (day(TODAY, 1), day(TODAY, 5), day(TODAY, 6)) == ("2026-11-30", "2026-12-04", "2026-12-07")


def test_a_demo_that_cannot_speak_to_the_api_is_told_and_leaves_the_people(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.load(tmp_path, {})
    migrate(settings.database_url)
    furnish(settings, f"http://{HOST}:{Ports().take('', 0)}")
    assert "the demo is incomplete: " in caplog.text
    store = Store.open(settings.database_url)
    assert {person.id for person in store.people.every()} == {role.id for role in CAST}
    store.close()


def test_the_demo_has_been_taught_and_what_an_admin_changes_of_it_stays(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'store.db'}")
    store, now = Store.open(f"sqlite:///{tmp_path / 'store.db'}"), datetime(2026, 11, 27, tzinfo=UTC)
    hire(store)
    teach(store, TODAY, now)
    found = {
        (one.person.id, one.course.id): one.standing
        for one in certificates(store.people.register(), store.training.courses(), TODAY)
    }
    of_inspectors = {name: found[name, "final-inspection"] for name in ("quality1", "quality2", "quality-head")}
    assert of_inspectors == {"quality1": "ending", "quality2": "valid", "quality-head": "valid"}
    safety = {name: found[name, "safety"] for name in ("boss", "production1", "warehouse1", "supply1")}
    assert safety == {"boss": "valid", "production1": "expired", "warehouse1": "missing", "supply1": "missing"}
    reminded = words(store.people.register(), store.training.courses(), {}, TODAY)
    assert {"quality1", "quality-head", "production1", "production-head"} <= set(reminded)
    longer = replace(INSPECTION, months=36)
    store.training.describe(longer, "quality-head", now)
    teach(store, TODAY + timedelta(days=9), now)
    assert longer in store.training.courses() and len(store.training.sessions()) == 4
    store.close()


def test_a_person_of_the_cast_who_was_changed_stays_changed(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path, {})
    migrate(settings.database_url)
    store = Store.open(settings.database_url)
    changed = CAST[0].person().model_copy(update={"email": "someone@plant.example"})
    store.people.put(changed)
    furnish(settings, f"http://{HOST}:{Ports().take('', 0)}")
    kept = store.people.get(changed.id)
    # What they were taught follows from sessions, and is no part of what is said of a person.
    assert kept is not None and kept.model_copy(update={"certificates": {}}) == changed
    store.close()
