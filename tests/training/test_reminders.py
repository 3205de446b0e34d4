"""Who is told of what runs out: 60, 30 and 7 days before and on the last day, once each, after an outage the most urgent only."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from activities.store.certificates import FOR_EVER
from activities.store.register import Person, Register
from activities.store.training import Course
from activities.store.training_mail import Expiry
from activities.training import coverage, powers
from activities.training.coverage import Standing
from activities.training.reminders import step_of, words
from tests.mail.samples import TODAY, person
from tests.training.taught import INSPECTION, SAFETY
from workflows.types.commands import Actor
from workflows.types.words import Department

D = Department
COURSES = [INSPECTION, replace(SAFETY, months=12)]


def people(*more: Person, without: tuple[str, ...] = (), **until: date) -> Register:
    """quality1 and their head, production1, and management; `until` is when somebody's inspection runs out."""
    every = [
        person("quality1", D.QUALITY),
        person("quality-head", head=D.QUALITY),
        person("production1", D.PRODUCTION),
        person("boss", head=D.MANAGEMENT),
        *more,
    ]
    known = {one.id: one for one in every if one.id not in without}
    for name, last in until.items():
        who = name.replace("_", "-")
        known[who] = known[who].model_copy(update={"certificates": {"inspection": last}})
    return Register(known.values())


def told_of(
    register: Register,
    told: dict[Expiry, set[str]] | None = None,
    today: date = TODAY,
    courses: Iterable[Course] = COURSES,
) -> dict[str, list[tuple[str, int]]]:
    said = words(register, courses, told or {}, today)
    return {reader: [(word.expiry.person, word.expiry.step) for word in some] for reader, some in said.items()}


@pytest.mark.parametrize(
    ("left", "step"),
    [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-1, 0), (-30, 0), (-31, None)],
)
def test_the_most_urgent_step_that_is_reached(left: int, step: int | None) -> None:
    assert step_of(TODAY + timedelta(days=left), TODAY) == step


def test_each_step_is_told_once_to_the_person_and_their_head() -> None:
    """Day by day for half a year, over the turn of it."""
    last, told = date(2027, 1, 15), dict[Expiry, set[str]]()
    seen: list[tuple[int, str, int]] = []
    for before in range(100, -60, -1):
        for reader, some in words(people(quality1=last), COURSES, told, last - timedelta(days=before)).items():
            for word in some:
                told.setdefault(word.expiry, set()).add(reader)
                seen.append((before, reader, word.expiry.step))
    assert seen == [(days, who, days) for days in (60, 30, 7, 0) for who in ("quality1", "quality-head")]


def test_after_an_outage_only_the_most_urgent_is_told() -> None:
    register, both = people(quality1=TODAY + timedelta(days=5)), {"quality1", "quality-head"}
    told = {Expiry("quality1", "inspection", TODAY + timedelta(days=5), 60): both}
    assert told_of(register, told) == {"quality1": [("quality1", 7)], "quality-head": [("quality1", 7)]}
    told[Expiry("quality1", "inspection", TODAY + timedelta(days=5), 7)] = both
    assert told_of(register, told) == {}


def test_a_new_certificate_is_told_of_anew() -> None:
    told = {Expiry("quality1", "inspection", TODAY, 0): {"quality1", "quality-head"}}
    assert told_of(people(quality1=TODAY), told) == {}
    assert told_of(people(quality1=TODAY + timedelta(days=60)), told)["quality1"] == [("quality1", 60)]


def test_a_head_who_came_later_is_not_told_what_the_last_one_was() -> None:
    told = {Expiry("quality1", "inspection", TODAY, 0): {"quality1", "the one before"}}
    assert told_of(people(quality1=TODAY), told) == {}
    # Where only they themselves could be told, the head still is to be.
    told = {Expiry("quality1", "inspection", TODAY, 0): {"quality1"}}
    assert told_of(people(quality1=TODAY), told) == {"quality-head": [("quality1", 0)]}


def test_a_heads_own_certificate_is_told_to_management() -> None:
    assert told_of(people(quality_head=TODAY)) == {"quality-head": [("quality-head", 0)], "boss": [("quality-head", 0)]}


def test_who_stands_in_for_the_head_is_told() -> None:
    away = person("quality-head", head=D.QUALITY, away="production1")
    assert sorted(told_of(people(away, quality1=TODAY))) == ["production1", "quality1"]
    # Nobody is told as the head of themselves.
    away = person("quality-head", head=D.QUALITY, away="quality1")
    assert told_of(people(away, quality1=TODAY)) == {"quality1": [("quality1", 0)]}


def test_what_nobody_needs_any_more_runs_out_in_silence() -> None:
    assert told_of(people(production1=TODAY)) == {}
    assert told_of(people(quality1=TODAY), courses=[replace(INSPECTION, retired=True)]) == {}
    assert told_of(people(quality1=TODAY), courses=[]) == {}
    assert told_of(people(quality1=FOR_EVER)) == {}


def test_who_has_no_address_is_not_told() -> None:
    silent = person("quality1", D.QUALITY, email=None)
    assert told_of(people(silent, quality1=TODAY)) == {"quality-head": [("quality1", 0)]}


# How much of it a department has.


def test_valid_by_required_counts_people_in_each_of_their_departments() -> None:
    both = person("both", D.QUALITY, D.PRODUCTION)
    register = people(both, quality1=TODAY, quality_head=TODAY - timedelta(days=1))
    found = {one.department: one for one in coverage.coverage(register, [INSPECTION, SAFETY], TODAY)}
    quality, production = found[D.QUALITY], found[D.PRODUCTION]
    assert (quality.required, quality.valid, quality.share) == (6, 1, 1 / 6)
    assert (production.required, production.valid, production.share) == (2, 0, 0.0)
    assert (found[D.SALES].required, found[D.SALES].share) == (0, None)
    assert [(gap.person.id, gap.course.id, gap.standing) for gap in quality.gaps] == [
        ("both", "inspection", Standing.MISSING),
        ("both", "safety", Standing.MISSING),
        ("quality-head", "inspection", Standing.EXPIRED),
        ("quality-head", "safety", Standing.MISSING),
        ("quality1", "safety", Standing.MISSING),
    ]
    # A retired course is asked of nobody.
    assert coverage.coverage(register, [replace(INSPECTION, retired=True)], TODAY)[2].required == 0


@pytest.mark.parametrize(("left", "expected"), [(-1, "expired"), (0, "ending"), (60, "ending"), (61, "valid")])
def test_where_somebody_stands(left: int, expected: str) -> None:
    assert coverage.standing(TODAY + timedelta(days=left), TODAY) == expected
    assert coverage.standing(None, TODAY) is Standing.MISSING


# Who may say so.

WHO = {
    "head": Actor(id="quality-head", departments=(D.QUALITY,), heads=(D.QUALITY,)),
    "other head": Actor(id="production-head", departments=(D.PRODUCTION,), heads=(D.PRODUCTION,)),
    "member": Actor(id="quality1", departments=(D.QUALITY,)),
    "management": Actor(id="boss", departments=(D.MANAGEMENT,)),
    "admin": Actor(id="admin", admin=True),
}
OWN, OTHERS = person("quality1", D.QUALITY), person("production1", D.PRODUCTION)


@pytest.mark.parametrize(
    ("course", "describe", "plan", "own", "others"),
    [
        (INSPECTION, {"head"}, {"head"}, {"head"}, {"head", "other head"}),
        (SAFETY, set(), {"head", "other head"}, {"head"}, {"other head"}),
    ],
)
def test_heads_for_their_department_management_and_admins_for_all(
    course: Course, describe: set[str], plan: set[str], own: set[str], others: set[str]
) -> None:
    over_all = {"management", "admin"}
    may = {
        "describe": {name for name, who in WHO.items() if not powers.may_describe(who, course)},
        "plan": {name for name, who in WHO.items() if not powers.may_plan(who, course)},
        "own": {name for name, who in WHO.items() if not powers.may_record(who, course, OWN)},
        "others": {name for name, who in WHO.items() if not powers.may_record(who, course, OTHERS)},
    }
    expected = {"describe": describe, "plan": plan, "own": own, "others": others}
    assert may == {name: some | over_all for name, some in expected.items()}
