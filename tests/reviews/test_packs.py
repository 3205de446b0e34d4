"""Packs on a real store and a real mail server: once for each day, told once to whom they concern, and missed ones told of."""

from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from jinja2 import StrictUndefined
from sqlalchemy import func, select, update
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities import policy_file
from activities.cases import Cases
from activities.figures.keeping import count_everything
from activities.languages import Tongue
from activities.policy_in_force import PolicyInForce
from activities.reviews.letter import ReviewLetters
from activities.reviews.periods import month_before, quarter_before
from activities.reviews.post import PATIENCE
from activities.reviews.telling import Teller
from activities.reviews.watch import GRACE
from activities.store import Person, SqlJournal
from activities.store.register import Register
from activities.store.review_decisions import DecisionState
from activities.store.reviews import PackState
from activities.store.tables import POLICY_TEXT
from activities.store.troubles import TroubleKind
from jiaoqi.doctor import surroundings
from jiaoqi.doctor.findings import Kind as Finding
from tests.mail.plant import POLICY, Plant
from tests.mail.samples import order, task
from tests.mail.servers import free_port
from tests.reviews.office import MONDAY, NINE, Office, text
from tests.store.case_plant import TellsOfACase
from workers.reviewing import Minutes
from workers.timetable import TIMETABLE, Plan
from workflows.rules import cases
from workflows.types.policy import Plant as PolicyPlant
from workflows.types.reviews import ReviewKind, Wanted
from workflows.types.words import Department, Kind, Language, NoticeState, OrderStatus, Origin, Risk, Stage, TaskStatus

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


def test_a_policy_is_compared_with_the_one_before_it_whatever_their_numbers(office: Office) -> None:
    texts = ['version = "old"\n[targets]\non_time = 0.9\n', 'version = "new"\n[targets]\non_time = 0.99\n']
    for n, text_ in enumerate(texts):
        office.store.policies.set_current(text_, "boss", datetime(2026, 10, 1 + n, 9, tzinfo=UTC))
    # As a database does that gave a number to what was undone.
    with office.store.database.writing() as connection:
        newest = select(func.max(POLICY_TEXT.c.id)).scalar_subquery()
        connection.execute(update(POLICY_TEXT).where(POLICY_TEXT.c.id == newest).values(id=POLICY_TEXT.c.id + 7))
    office.plant.now = datetime(2027, 1, 1, tzinfo=UTC)
    quarter = office.found(office.makes(QUARTERLY, office.plant.now))[1].quarter
    assert quarter is not None and [each.version for each in quarter.changes] == ["new", "old"]
    (of_target,) = [line for line in quarter.changes[0].changes if not line.startswith("version")]
    assert "on_time" in of_target and "0.9 " in of_target


def test_of_many_policies_those_of_the_quarter_are_told(office: Office) -> None:
    for n in range(130):
        at = datetime(2026, 12, 31, 1, tzinfo=UTC) + timedelta(minutes=30 * n)
        office.store.policies.set_current(f'version = "v{n}"\n', "boss", at)
    office.plant.now = datetime(2027, 1, 4, tzinfo=UTC)
    quarter = office.found(office.makes(QUARTERLY, office.plant.now))[1].quarter
    assert quarter is not None and quarter.changes[-1].version == "v0" and len(quarter.changes) < 130


def test_the_oldest_open_improvements_are_told_and_that_there_are_more(office: Office) -> None:
    for n in range(202):
        kept(office, TellsOfACase(f"imp:{n}", at=NINE - timedelta(days=n)))
    for n in range(5):
        kept(office, TellsOfACase(f"file:PO-{n}", Origin.FILE, about=f"PO-{n}", at=NINE))
    _, body = office.found(office.makes())
    assert body.week is not None and body.week.open_cases == 202 and len(body.week.cases) == 200
    assert (body.week.cases[0].number, body.week.cases[-1].number) == ("imp:201", "imp:2")
    said = text(office.tells(office.makes())["boss"])
    assert "Open improvements (202)" in said and "and 187 more" in said


def kept(office: Office, case: TellsOfACase) -> None:
    SqlJournal(office.store).flush(case.flush())


@pytest.mark.parametrize(
    ("kind", "did"),
    [
        (Kind.VERIFY, "ann carried the action out"),
        (Kind.INSPECT, "ann made the goods"),
    ],
)
def test_the_doctor_says_what_keeps_somebody_from_answering(office: Office, kind: Kind, did: str) -> None:
    case = TellsOfACase("imp:1")
    asked = task(kind, order_no="imp:1", department=Department.QUALITY).model_copy(update={"barred": ("ann",)})
    case.tasks[asked.id] = asked
    kept(office, case)
    rows = office.store.checks.rows("imp:1")
    assert rows is not None
    ann = Person(id="ann", name="Ann", departments=(Department.QUALITY,), language=Language.EN)
    (finding,) = surroundings.unowned(rows, Register([ann]), policy_file.default(), NINE)
    assert finding.what.startswith(f"nobody is left in quality, {did}")


# What became of decisions.


@pytest.mark.parametrize(
    ("outcome", "fields", "status", "told"),
    [
        ("done", {"note": "runs since Monday"}, OrderStatus.COMPLETED, "✓ done · quality1 · runs since Monday"),
        ("drop", {"reason": "no money"}, OrderStatus.CANCELLED, "⊘ dropped · quality1 · no money"),
    ],
)
def test_what_became_of_a_decision_is_told_with_who_and_why(
    office: Office, outcome: str, fields: dict[str, str], status: OrderStatus, told: str
) -> None:
    last = office.makes(at=NINE - WEEK, day=MONDAY - WEEK)
    office.decides(last)
    office.store.review_decisions.follow(last.id, 1, "imp:1")
    case = TellsOfACase("imp:1", Origin.MEETING, department=Department.PRODUCTION)
    kind = Kind.ACT if outcome == "done" else Kind.ASSIGN_IMPROVEMENT
    done = {
        "status": TaskStatus.COMPLETED,
        "outcome": outcome,
        "fields": fields,
        "completed_at": NINE,
        "completed_by": "quality1",
    }
    asked = task(kind, order_no="imp:1", department=Department.PRODUCTION).model_copy(update=done)
    case.closed[asked.id] = asked
    ended = cases.ended(cases.begun(case.facts)[0], "done" if outcome == "done" else "dropped")
    case.change(status=status, stage=Stage.CLOSED, came_to=ended)
    kept(office, case)
    nobody = cast(Client, None)  # Whoever settles asks the store alone.
    Minutes(Cases(nobody, office.store), office.store, PolicyInForce(office.store, POLICY)).settle()
    assert f"Decisions of last time (1)\n- Second shift on the press\n  {told} · Production" in text(
        office.tells(office.makes())["boss"]
    )


@pytest.mark.parametrize(("result", "told"), [("done", "已完成"), ("dropped", "{dropped} · 不予處理")])
def test_what_an_earlier_release_settled_reads_in_the_reader_s_language(office: Office, result: str, told: str) -> None:
    last = office.makes(at=NINE - WEEK, day=MONDAY - WEEK)
    office.decides(last)
    office.store.review_decisions.closed(last.id, 1, DecisionState(result), result, "system", NINE)
    (decision,) = office.store.review_decisions.of(last.id)
    tell = Teller(Tongue.of(Language.ZH_HANT), "Asia/Taipei")
    assert tell.became(decision) == told.format(dropped=tell.tongue.text("dropped"))


# Once.


def test_twice_the_same_day_is_one_pack_told_once(office: Office) -> None:
    pack = office.makes()
    assert sorted(office.tells(pack)) == HEADS
    office.plant.now += timedelta(hours=3)
    by_hand = office.makes(at=office.plant.now, day=MONDAY)
    assert by_hand == pack and office.tells(by_hand) == {}
    assert office.found(by_hand)[0].made_at == NINE
    assert set(office.store.circulars.states(pack.id).values()) == {NoticeState.SENT}


def test_a_month_waits_for_figures_that_are_behind_but_not_for_ever(office: Office) -> None:
    office.plant.now = NINE + timedelta(minutes=10)
    month = Wanted(kind=MONTHLY, at=NINE)
    with pytest.raises(ApplicationError, match="still being counted"):
        office.reviews.make(month)
    assert office.reviews.make(Wanted(kind=WEEKLY, at=NINE)).id, "of counted figures it tells nothing"
    count_everything(office.store, office.clock)
    counted = office.reviews.make(month)
    office.store.figures.forget()
    assert office.reviews.make(month) == counted, "it is there already"
    office.plant.now += timedelta(days=1)
    assert office.reviews.make(Wanted(kind=QUARTERLY, at=NINE)).id


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


def planned(office: Office, text: str = POLICY, at: datetime = NINE - WEEK + timedelta(minutes=1)) -> None:
    """As whoever keeps the timetable under this policy notes it."""
    policy = policy_file.parse(text)
    for entry in TIMETABLE:
        office.store.reviews.planned(entry.id, Plan.of(entry, policy).written, at)


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


def test_a_report_that_waits_for_figures_is_missed_only_when_it_waits_no_longer(office: Office) -> None:
    first = datetime(2026, 12, 1, tzinfo=UTC)
    planned(office, at=first - timedelta(hours=1))
    for after, missed in ((2 * GRACE, []), (PATIENCE + GRACE, ["monthly-2026-12-01"])):
        office.plant.now = first + after
        assert office.store.figures.are_behind(office.plant.now)
        Office(office.plant).watch.look()
        office.watch.look()
        assert [each.id for each in office.store.reviews.missed(first)] == missed


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
    moved = f'{POLICY}\n[reviews]\nweekly = "wed 09:00"'
    planned(office, moved, office.plant.now + timedelta(days=2))
    later = Office(office.plant, moved)
    office.plant.now += timedelta(days=4)
    later.watch.look()
    assert office.store.reviews.missed(NINE - WEEK) == []


def test_a_policy_that_moves_a_review_makes_nothing_missed_before_its_schedule_is_moved(office: Office) -> None:
    planned(office, at=NINE - 20 * WEEK)
    for week in range(20):
        office.store.reviews.keep(WEEKLY, MONDAY - week * WEEK, NINE - week * WEEK, "{}", NINE)
    for day in (date(2026, month, 1) for month in range(7, 12)):
        office.store.reviews.keep(MONTHLY, day, NINE, "{}", NINE)
    for day in (date(2026, 7, 1), date(2026, 10, 1)):
        office.store.reviews.keep(QUARTERLY, day, NINE, "{}", NINE)
    moved = f'{POLICY}\n[reviews]\nweekly = "wed 09:00"'
    applied = Office(office.plant, moved)
    office.plant.now = NINE + timedelta(hours=1)
    applied.watch.look()
    assert office.store.reviews.missed(NINE - 30 * WEEK) == [] and office.plant.server.messages == []
    planned(office, moved, office.plant.now)
    office.plant.now += timedelta(days=3)
    applied.watch.look()
    assert [each.id for each in office.store.reviews.missed(NINE - 30 * WEEK)] == ["weekly-2026-11-25"]


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
    assert "late (1)\n- JQ-1 · 聯宏精密\n  Days behind the promised day: 3 · Sales · Decide on the promise" in said
    assert "Decisions of last time (1)\n- Second shift on the press\n  ● open · Production · Fri 27 Nov 2026" in said
