"""Which rungs a task has, which are due, and when it ends by itself (contract §3)."""

import pytest

from tests.rules.samples import CALENDAR, DEFAULT, at, policy, task
from workflows.rules import escalation
from workflows.types.words import Kind

# Opened on Friday the 20th at 09:00, due on Monday at 09:00.
CONFIRM = task(Kind.CONFIRM_ORDER)
FOUR = ("-2h", "0h", "1d", "2d")


def test_the_rungs_of_a_task_and_their_instants() -> None:
    found = escalation.steps(CONFIRM, DEFAULT, CALENDAR)
    assert [(step.level, step.rung.name, step.at) for step in found] == [
        (1, "remind", at("20 16:00")),
        (2, "overdue", at("23 09:00")),
        (3, "escalate", at("24 09:00")),
        (4, "critical", at("25 09:00")),
    ]


@pytest.mark.parametrize(
    ("now", "level", "due", "coming"),
    [
        ("20 15:59", 0, [], "remind"),
        ("20 16:00", 0, ["remind"], "remind"),
        ("20 16:01", 1, [], "overdue"),
        ("23 09:00", 1, ["overdue"], "overdue"),
        # After an outage.
        ("24 10:00", 0, ["remind", "overdue", "escalate"], "remind"),
        ("24 10:00", 2, ["escalate"], "escalate"),
        ("30 10:00", 4, [], None),
    ],
)
def test_what_is_due_and_what_comes_next(now: str, level: int, due: list[str], coming: str | None) -> None:
    climbed = CONFIRM.model_copy(update={"escalation_level": level})
    reached = escalation.reached(climbed, DEFAULT, CALENDAR, at(now))
    assert [step.rung.name for step in reached] == due
    following = escalation.next_at(climbed, DEFAULT, CALENDAR)
    assert (following.rung.name if following else None) == coming


@pytest.mark.parametrize(
    ("instants", "levels"),
    [
        (FOUR, [0, 1, 2, 3, 4]),
        # Without the first: what is behind it comes a place earlier, and the last is still to come.
        (FOUR[1:], [0, 0, 1, 2, 3]),
        # One more before them: it is not told to who was told what comes later.
        (("-4h", *FOUR), [0, 2, 3, 4, 5]),
        ((), [0, 0, 0, 0, 0]),
    ],
)
def test_on_another_ladder_a_task_stands_where_what_it_was_told_lies(instants: tuple[str, ...], levels: list[int]) -> None:
    rungs = [f'{{ name = "rung_{"abcdef"[n]}", at = "{at}", to = ["head"] }}' for n, at in enumerate(instants)]
    newer = policy(f"ladder = [{', '.join(rungs)}]")
    found = [CONFIRM.model_copy(update={"escalation_level": level}) for level in range(5)]
    assert [escalation.level_under(newer, task, DEFAULT, CALENDAR) for task in found] == levels


def test_a_rung_before_the_opening_is_skipped_and_keeps_its_level() -> None:
    short = CONFIRM.model_copy(update={"due_at": at("20 10:00")})
    found = escalation.steps(short, DEFAULT, CALENDAR)
    assert [(step.level, step.rung.name) for step in found] == [(2, "overdue"), (3, "escalate"), (4, "critical")]


def test_a_rung_at_the_opening_itself_is_told() -> None:
    short = CONFIRM.model_copy(update={"due_at": at("20 11:00")})
    assert escalation.steps(short, DEFAULT, CALENDAR)[0].rung.name == "remind"


def test_rungs_count_in_working_time() -> None:
    friday = CONFIRM.model_copy(update={"due_at": at("20 17:00")})
    assert [step.at for step in escalation.steps(friday, DEFAULT, CALENDAR)] == [
        at("20 15:00"),
        at("20 17:00"),
        at("23 17:00"),
        at("24 17:00"),
    ]


@pytest.mark.parametrize(
    ("ladder", "ends"),
    [
        ('{ name = "critical", at = "2d", to = ["management"] }', "12-08 09:00"),
        ('{ name = "remind", at = "-2h", to = ["assignee"] }', "12-04 09:00"),
        ("", "12-04 09:00"),
    ],
)
def test_only_feedback_ends_by_itself_five_working_days_after_the_last_rung(ladder: str, ends: str) -> None:
    governed = policy(f"ladder = [{ladder}]")
    feedback = task(Kind.COLLECT_FEEDBACK)
    assert feedback.due_at == at("27 09:00")
    assert escalation.ends_at(feedback, governed, CALENDAR) == at(ends)
    others = [kind for kind in Kind if kind is not Kind.COLLECT_FEEDBACK]
    assert {escalation.ends_at(task(kind), governed, CALENDAR) for kind in others} == {None}
