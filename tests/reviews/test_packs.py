"""Packs on a real store and a real mail server: once for each day, told once to whom they concern, and missed ones told of."""

from datetime import UTC, date, datetime, timedelta

import pytest
from jinja2 import StrictUndefined
from temporalio.exceptions import ApplicationError

from activities.reviews.letter import ReviewLetters
from activities.reviews.periods import month_before, quarter_before
from activities.reviews.watch import GRACE
from activities.store.review_decisions import DecisionState
from activities.store.reviews import PackState
from activities.store.troubles import TroubleKind
from jiaoqi.doctor import surroundings
from jiaoqi.doctor.findings import Kind as Finding
from tests.mail.plant import Plant
from tests.mail.samples import order, task
from tests.mail.servers import free_port
from tests.reviews.office import MONDAY, NINE, Office, text
from workflows import ids
from workflows.types.policy import Plant as PolicyPlant
from workflows.types.reviews import ReviewKind
from workflows.types.words import Department, Kind, Language, NoticeState, Risk

WEEK = timedelta(days=7)
HEADS = ["boss", "production-head", "quality-head", "sales-head"]
WEEKLY, MONTHLY, QUARTERLY = ReviewKind.WEEKLY, ReviewKind.MONTHLY, ReviewKind.QUARTERLY


@pytest.fixture
def office(plant: Plant) -> Office:
    plant.now = NINE
    plant.writes(
        order(risk=Risk.LATE, slack_hours=-12.5, promised=date(2026, 11, 20)),
        task(),
        task(Kind.DECIDE_PROMISE, department=Department.SALES),
    )
    return Office(plant)


# What stands in them.


def test_a_weekly_pack_tells_what_is_late_and_what_became_of_decisions(office: Office) -> None:
    last = office.makes(at=NINE - WEEK, day=MONDAY - WEEK)
    decision = office.decides(last)
    assert (decision.n, decision.state) == (1, DecisionState.OPEN)
    review, body = office.found(office.makes())
    assert (review.id, review.day, review.planned_at, review.made_at) == ("weekly-2026-11-23", MONDAY, NINE, NINE)
    assert body.week is not None and body.month is None and body.quarter is None
    (late,) = body.week.troubles
    assert (late.kind, late.order_no, late.days_late, late.department) == (TroubleKind.LATE, "JQ-1", 3, Department.SALES)
    assert body.week.counts == {TroubleKind.LATE: 1, TroubleKind.AT_RISK: 0, TroubleKind.BLOCKED: 0}
    assert body.week.decisions == (decision,) and body.week.since == MONDAY - WEEK


def test_what_was_settled_is_told_once_more_and_then_no_longer(office: Office) -> None:
    office.plant.now = NINE - WEEK
    first = office.makes(at=NINE - WEEK, day=MONDAY - WEEK)
    office.decides(first)
    office.store.review_decisions.closed(first.id, 1, DecisionState.DONE, "it runs", "boss", NINE)
    office.plant.now = NINE
    (told,) = office.found(office.makes())[1].week.decisions  # type: ignore[union-attr]
    assert (told.state, told.result, told.settled_by) == (DecisionState.DONE, "it runs", "boss")
    office.plant.now = NINE + WEEK + timedelta(seconds=1)
    later = office.found(office.makes(at=NINE + WEEK))[1].week
    assert later is not None and later.decisions == ()


def test_the_month_and_the_quarter_are_those_before(office: Office) -> None:
    assert month_before(date(2027, 1, 1)) == (date(2026, 12, 1), date(2027, 1, 1))
    assert quarter_before(date(2027, 1, 4)) == (date(2026, 10, 1), date(2027, 1, 1))
    assert quarter_before(date(2026, 8, 31)) == (date(2026, 4, 1), date(2026, 7, 1))
    office.plant.now = datetime(2027, 1, 1, tzinfo=UTC)
    month = office.found(office.makes(MONTHLY, office.plant.now))[1].month
    assert month is not None and (month.report.wanted.start, month.report.wanted.end) == month_before(date(2027, 1, 1))
    office.store.policies.set_current(
        'version = "strict"\n[targets]\non_time = 0.99\n', "boss", datetime(2026, 12, 3, tzinfo=UTC), because="imp:7"
    )
    office.store.policies.set_current('version = "later"\n', "boss", datetime(2027, 1, 2, tzinfo=UTC))
    quarter = office.found(office.makes(QUARTERLY, office.plant.now))[1].quarter
    assert quarter is not None and {each.name for each in quarter.targets} >= {"on_time", "first_pass_yield", "csat"}
    assert [(each.version, each.by, each.because) for each in quarter.changes] == [("strict", "boss", "imp:7")]
    assert any("on_time" in line and "0.99" in line for line in quarter.changes[0].changes)
    told = text(office.tells(office.makes(QUARTERLY, office.plant.now))["boss"])
    assert "\n  because of imp:7 · version: " in told


# Once.


def test_twice_the_same_day_is_one_pack_told_once(office: Office) -> None:
    pack = office.makes()
    assert sorted(office.tells(pack)) == HEADS
    office.plant.now += timedelta(hours=3)
    by_hand = office.makes(at=office.plant.now, day=MONDAY)
    assert by_hand == pack and office.tells(by_hand) == {}
    assert office.found(by_hand)[0].made_at == NINE
    assert set(office.store.circulars.states(pack.id).values()) == {NoticeState.SENT}


def test_made_by_hand_before_its_hour_it_is_the_same_pack(office: Office) -> None:
    office.plant.now = NINE - timedelta(hours=2)
    early = office.makes(at=office.plant.now, day=MONDAY)
    office.plant.now = NINE
    assert office.makes().id == early.id and office.found(early)[0].planned_at == NINE


def test_who_is_put_off_is_tried_again_alone(office: Office) -> None:
    office.plant.server.answers = {"boss@plant.example": "451 later", "sales-head@plant.example": "550 nobody"}
    pack = office.makes()
    with pytest.raises(ApplicationError, match="1 copies are not out yet"):
        office.tells(pack)
    office.plant.server.answers = {}
    assert list(office.tells(pack)) == ["boss"]
    (dead,) = office.store.circulars.dead(NINE)
    assert (dead.person, dead.kind) == ("sales-head", "weekly_review") and "550" in dead.why


def test_what_nobody_could_be_told_for_a_week_is_dropped(office: Office) -> None:
    away = Office(office.plant, url=f"smtp://127.0.0.1:{free_port()}")
    pack = away.makes()
    with pytest.raises(ApplicationError, match="4 copies"):
        away.tells(pack)
    office.plant.now = pack.until
    away.tells(pack)
    assert set(away.store.circulars.states(pack.id).values()) == {NoticeState.STALE}


def test_management_alone_reads_the_quarter_and_who_is_away_is_stood_in_for(office: Office) -> None:
    assert list(office.tells(office.makes(QUARTERLY))) == ["boss"]
    office.store.people.away("sales-head", MONDAY, MONDAY, "sales1")
    told = office.tells(office.makes(MONTHLY))
    assert sorted(told) == ["boss", "production-head", "quality-head", "sales1"]


# Missed.


def planned(office: Office) -> None:
    for kind in ReviewKind:
        office.store.reviews.planned(ids.schedule(kind), "as it is", NINE - WEEK + timedelta(minutes=1))


def test_a_pack_that_was_not_made_is_told_of_once_and_can_be_made_up_for(office: Office) -> None:
    planned(office)
    office.plant.now = NINE + GRACE - timedelta(seconds=1)
    office.watch.look()
    assert office.store.reviews.missed(NINE - WEEK) == []
    office.plant.now = NINE + GRACE
    for _ in range(2):
        office.watch.look()
    (missed,) = office.store.reviews.missed(NINE - WEEK)
    assert (missed.id, missed.state, missed.planned_at) == ("weekly-2026-11-23", PackState.MISSED, NINE)
    told = {str(each["To"]).partition("@")[0]: each for each in office.plant.server.messages}
    assert sorted(told) == ["admin", "boss"] and len(office.plant.server.messages) == 2
    assert told["boss"]["X-Jiaoqi-Kind"] == "run_missed"
    assert told["boss"]["Subject"] == "Not made: Weekly coordination meeting: Mon 23 Nov 2026"
    (finding,) = surroundings.missed_runs(office.store, office.plant.now)
    assert finding.kind is Finding.RUN_MISSED and "`jiaoqi review weekly --for 2026-11-23`" in finding.todo
    pack = office.makes(day=MONDAY)
    assert office.store.reviews.missed(NINE - WEEK) == [] and office.found(pack)[0].made_at == office.plant.now


def test_what_is_there_or_was_never_planned_is_not_missed(office: Office) -> None:
    office.plant.now = NINE + 2 * WEEK
    Office(office.plant).watch.look()
    office.watch.look()
    assert office.store.reviews.missed(NINE - WEEK) == []
    office.plant.now = NINE
    planned(office)
    office.makes()
    office.plant.now += timedelta(days=1)
    office.watch.look()
    assert office.store.reviews.missed(NINE - WEEK) == []
    office.store.reviews.planned(ids.schedule(WEEKLY), "moved", office.plant.now)
    office.plant.now += timedelta(days=4)
    office.watch.look()
    assert office.store.reviews.missed(NINE - WEEK) == []


def test_an_engine_that_comes_back_with_its_worker_may_catch_up_first(office: Office) -> None:
    planned(office)
    office.plant.now = NINE + WEEK + timedelta(days=2)
    fresh = Office(office.plant)
    fresh.watch.look()
    assert fresh.store.reviews.missed(NINE - WEEK) == []
    office.plant.now += GRACE
    fresh.watch.look()
    missed = [each.id for each in fresh.store.reviews.missed(NINE - WEEK)]
    assert missed == ["monthly-2026-12-01", "weekly-2026-11-30", "weekly-2026-11-23"]


# How they read.


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", ReviewKind)
def test_every_pack_is_readable_in_every_language(office: Office, kind: ReviewKind, language: Language) -> None:
    office.decides(office.makes(at=NINE - WEEK, day=MONDAY - WEEK), text="<b>Evil</b> {{ 7*7 }}")
    review, body = office.found(office.makes(kind))
    plant = PolicyPlant(name="台中一廠", time_zone="Asia/Taipei")
    letters = ReviewLetters("https://jiaoqi.example", StrictUndefined)
    letter = letters.write(review, body, language, plant)
    assert "<b>Evil" not in letter.html and "\n\n\n" not in letter.text
    if kind is WEEKLY:
        assert "<b>Evil</b> {{ 7*7 }}" in letter.text and "https://jiaoqi.example/orders/JQ-1" in letter.text
        assert f"https://jiaoqi.example/meetings/{review.id}" in letter.html
    assert letters.missed(review, language, plant).subject


def test_the_week_as_the_boss_reads_it(office: Office) -> None:
    office.decides(office.makes(at=NINE - WEEK, day=MONDAY - WEEK))
    mail = office.tells(office.makes())["boss"]
    said = text(mail)
    assert mail["Subject"] == "Weekly coordination meeting: Mon 23 Nov 2026" and mail["X-Jiaoqi-Kind"] == "weekly_review"
    assert "late (1)\n- JQ-1 · 聯宏精密\n  Behind the promised day by 3 days · Sales · Decide on the promise" in said
    assert "Decisions of last time (1)\n- Second shift on the press\n  ● open · Production · Fri 27 Nov 2026" in said
