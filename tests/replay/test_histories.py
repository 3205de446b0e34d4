"""Every recorded order goes on under today's workflow as it went then, command by command and word for word."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.worker import UnsandboxedWorkflowRunner

from tests.replay.record import HISTORIES, Recorded, load
from tests.replay.semantics import differences, local_differences, replayed
from tests.replay.stories import KEPT
from workflows.mailroom import Mailroom
from workflows.order import OrderWorkflow
from workflows.rules import escalation
from workflows.types.flush import Flush
from workflows.types.words import Step

RECORDED = sorted(HISTORIES.glob("*.json.gz"))
ADVICE = """An order that is under way would not go on as it went. Put the change behind `workflow.patched("…")`, so that
orders entered before it keep their commands; or, before the first release only, record anew: python -m tests.replay.record"""


def test_every_kept_story_has_its_history() -> None:
    assert {path.name.removesuffix(".json.gz") for path in RECORDED} >= set(KEPT)


def test_histories_stay_small() -> None:
    assert sum(path.stat().st_size for path in RECORDED) < 500_000


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
async def test_a_recorded_order_replays(path: Path) -> None:
    recorded = load(path)
    try:
        commands = await replayed(recorded.history)
    except workflow.NondeterminismError as error:
        pytest.fail(f"{error}\n{ADVICE}")
    found = differences(recorded.history, commands) + local_differences(recorded.local, commands)
    assert not found, "\n".join([*(each[:400] for each in found[:5]), ADVICE])


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.name)
def test_nothing_counts_as_history_before_history_has_it(path: Path) -> None:
    """What a workflow task writes, a kill undoes with it: its next flush must not call that confirmed."""
    recorded = load(path)
    tasks = [
        event.marker_recorded_event_attributes.workflow_task_completed_event_id
        for event in recorded.history.events
        if event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED
    ]
    flushes = [Flush.model_validate_json(arguments[0]) for arguments in recorded.local]
    for one, following in pairwise(zip(tasks, flushes, strict=True)):
        assert one[0] != following[0] or following[1].confirmed_seq < one[1].first_seq


# Negative controls: each of these would reach an order that is under way, and must be seen.


@pytest.fixture
def straight() -> Recorded:
    return load(HISTORIES / "straight_through.json.gz")


@pytest.fixture
def timed() -> Recorded:
    return load(HISTORIES / "time_passes.json.gz")


async def changed(recorded: Recorded) -> list[str]:
    """What replaying finds; outside the sandbox, which would load the workflow afresh and without the test's change."""
    commands = await replayed(recorded.history, OrderWorkflow, UnsandboxedWorkflowRunner())
    return differences(recorded.history, commands) + local_differences(recorded.local, commands)


async def test_an_unchanged_workflow_has_no_differences(straight: Recorded) -> None:
    assert await changed(straight) == []


async def test_another_order_of_steps_fails_the_replay(straight: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    async def skip(self: OrderWorkflow) -> Step:
        return Step.ACCEPT

    monkeypatch.setattr(OrderWorkflow, "inspect", skip)
    with pytest.raises((workflow.NondeterminismError, RuntimeError)):
        await changed(straight)


async def test_a_notice_too_many_fails_the_replay(straight: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    give_notice = OrderWorkflow.make_plan

    async def twice(self: OrderWorkflow) -> Step:
        self.mailroom.tell("order_released", "quality")
        return await give_notice(self)

    monkeypatch.setattr(OrderWorkflow, "make_plan", twice)
    with pytest.raises((workflow.NondeterminismError, RuntimeError)):
        await changed(straight)


@pytest.mark.parametrize(("name", "told_by"), [("straight_through", "local activity"), ("everything_is_away", "activity")])
async def test_another_argument_of_an_activity_is_seen(name: str, told_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = Mailroom.tell

    def tell_otherwise(self: Mailroom, kind: str, /, *to: str, **given: Any) -> None:
        tell(self, kind, *(("management",) if kind == "order_confirmed" else to), **given)

    monkeypatch.setattr(Mailroom, "tell", tell_otherwise)
    found = await changed(load(HISTORIES / f"{name}.json.gz"))
    assert any(each.startswith(told_by) and "order_confirmed" in each for each in found)


async def test_another_length_of_a_timer_is_seen(timed: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    next_at = escalation.next_at

    def a_second_early(*given: Any) -> escalation.Step | None:
        step = next_at(*given)
        return step and step._replace(at=step.at.replace(second=0, microsecond=0))

    monkeypatch.setattr(escalation, "next_at", a_second_early)
    found = await changed(timed)
    assert any(each.startswith("timer") for each in found)


async def test_another_word_for_the_store_is_seen(straight: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = straight._replace(local=[[json.dumps({**json.loads(each), "fence": 0})] for (each,) in straight.local])
    found = await changed(recorded)
    assert len(found) == len(straight.local)
