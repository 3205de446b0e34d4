"""One timer for the next instant that matters. What should happen then is asked of the rules when it comes."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from temporalio import workflow

from workflows.journal import Journal
from workflows.rules import escalation, risk, silence
from workflows.rules.calendar import Calendar
from workflows.types.policy import Span, Unit
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import NOT_HELD, Step

EACH_DAY = Span(count=1, unit=Unit.DAYS)
JUST_AFTER = timedelta(seconds=1)
"""A promise breaks after its instant, not at it."""


class Wake(NamedTuple):
    """An instant at which somebody must be told something, and what about."""

    at: datetime
    why: str


def ticking(state: OrderState) -> list[Task]:
    """Open tasks whose deadlines run: all of them, or while the order is held only those with the customer."""
    return [task for task in state.tasks.values() if state.hold is None or task.kind in NOT_HELD]


def wakes(state: OrderState, calendar: Calendar, now: datetime) -> Iterator[Wake]:
    """All instants to come that matter to the order as it stands."""
    if state.is_closed:
        return
    for task in ticking(state):
        step = escalation.next_at(task, state.policy, calendar)
        if step is not None:
            yield Wake(step.at, f"{step.rung.name} {task.id}")
        ends = escalation.ends_at(task, state.policy, calendar)
        if ends is not None:
            yield Wake(ends, f"end {task.id}")
    rests_until = state.case.rests_until if state.case is not None and state.step is Step.REST else None
    # Once it has come, the step goes on by itself; no change of the state would end this wake.
    if rests_until is not None and rests_until > now:
        yield Wake(rests_until, "the effect is looked at")
    if state.hold is not None:
        yield Wake(hold_told_next(state, calendar), "the hold has ended")
        return
    for task in state.tasks.values():
        told_at = silence.told_at(task, state, calendar)
        if told_at is not None:
            yield Wake(told_at, f"silent {task.id}")
    for at in risk.drifts_at(state, calendar, now):
        if at + JUST_AFTER > now:
            yield Wake(at + JUST_AFTER, "risk")


def hold_told_next(state: OrderState, calendar: Calendar) -> datetime:
    """At the hold's end, and then each working day after it."""
    hold = state.hold
    assert hold is not None
    return hold.until if hold.told_at is None else calendar.add(hold.told_at, EACH_DAY)


def next_wake(state: OrderState, calendar: Calendar, now: datetime) -> Wake | None:
    return min(wakes(state, calendar, now), default=None)


class Clock:
    """Waits for the next wake; whoever moves a date only changes the state."""

    def __init__(self, journal: Journal, ring: Callable[[], None]) -> None:
        self.journal = journal
        self.ring = ring

    async def keep(self) -> None:
        """Rings at every wake, as long as the order lives."""
        while True:
            # The others go first: a task that opens when another closes is one change of the timer, not two.
            await asyncio.sleep(0)
            try:
                await self._wait(self._next())
            except TimeoutError:
                self.ring()

    async def _wait(self, wake: Wake | None) -> None:
        """Returns when another wake has become the next; raises TimeoutError at this one."""
        seen = self.journal.state.seq

        def moved() -> bool:
            nonlocal seen
            if seen == self.journal.state.seq:
                return False
            seen = self.journal.state.seq
            return self._next() != wake

        if wake is None:
            await workflow.wait_condition(moved)
            return
        left = (wake.at - workflow.now()).total_seconds()
        # Timers have milliseconds: one more, so that the instant has come when it rings.
        timeout = left + 0.001 if left > 0 else 0
        await workflow.wait_condition(moved, timeout=timeout, timeout_summary=wake.why[:60])

    def _next(self) -> Wake | None:
        return next_wake(self.journal.state, self.journal.calendar, workflow.now())
