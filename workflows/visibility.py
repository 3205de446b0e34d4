"""What operators see of an order in the Temporal Web UI (design §6)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

from workflows.rules import causes, deadlines, escalation, risk
from workflows.rules.calendar import Calendar
from workflows.types.orders import OrderFacts
from workflows.types.slack import Blame, Cause
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import Stage

CUSTOMER = SearchAttributeKey.for_keyword("Customer")
STAGE = SearchAttributeKey.for_keyword("Stage")
RISK = SearchAttributeKey.for_keyword("Risk")
PROMISE_DATE = SearchAttributeKey.for_datetime("PromiseDate")
ESCALATION_LEVEL = SearchAttributeKey.for_int("EscalationLevel")
REWORK_ROUNDS = SearchAttributeKey.for_int("ReworkRounds")

ALL: tuple[SearchAttributeKey[Any], ...] = (CUSTOMER, STAGE, RISK, PROMISE_DATE, ESCALATION_LEVEL, REWORK_ROUNDS)
"""Registered at start-up: an unregistered attribute fails every workflow task, silently retried."""

MOST_CAUSES = 5

LONGEST = 60
"""Characters of a value or summary: over 2,048 bytes of escaped text would terminate the workflow for good."""


def at_first(facts: OrderFacts) -> TypedSearchAttributes:
    """What an order starts with: known from its first event on, without a command of its own."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(CUSTOMER, facts.customer.name[:LONGEST]),
            SearchAttributePair(STAGE, (Stage.IMPROVE if facts.case else Stage.CONFIRM).value),
        ]
    )


def show(state: OrderState, calendar: Calendar) -> None:
    """Brings what operators find orders by up to date, in at most one command."""
    # By name: the SDK's own look-up compares whole keys, one after the other.
    known = {pair.key.name: pair.value for pair in workflow.info().typed_search_attributes}
    changed = [update for update in _wanted(state, calendar, known) if known.get(update.key.name) != update.value]
    if changed:
        workflow.upsert_search_attributes(changed)


def _wanted(state: OrderState, calendar: Calendar, known: Mapping[str, Any]) -> Iterator[SearchAttributeUpdate[Any]]:
    yield CUSTOMER.value_set(state.facts.customer.name[:LONGEST])
    yield STAGE.value_set(state.stage.value)
    # The other attributes only say something when there is something to say.
    if state.risk is not None:
        yield RISK.value_set(state.risk.value)
    end = risk.promised_end(state, calendar)
    if end is not None:
        yield PROMISE_DATE.value_set(end)
    if state.work.rework_rounds:
        yield REWORK_ROUNDS.value_set(state.work.rework_rounds)
    level = max((task.escalation_level for task in state.tasks.values()), default=0)
    if level or known.get(ESCALATION_LEVEL.name):
        yield ESCALATION_LEVEL.value_set(level)


def details(state: OrderState, calendar: Calendar, now: datetime) -> str:
    """Markdown: who is asked, until when, what comes next; what ate the slack; and the five dates."""
    zone = ZoneInfo(state.policy.plant.time_zone)
    rows = "".join(_task_row(task, state, calendar, now, zone) for task in state.tasks.values())
    head = "| task | department | due | | latest finish | next |\n|---|---|---|---|---|---|\n"
    table = f"{head}{rows}\n" if rows else "Nobody is asked anything.\n\n"
    held = f"**On hold** until {_local(state.hold.until, zone)}: {escaped(state.hold.reason)}\n\n" if state.hold else ""
    return f"{held}{table}{_causes(state, calendar, now)}{_dates(state, zone)}"


def _task_row(task: Task, state: OrderState, calendar: Calendar, now: datetime, zone: ZoneInfo) -> str:
    coming = escalation.next_at(task, state.policy, calendar) if state.hold is None else None
    after = f"{coming.rung.name} {_local(coming.at, zone)}" if coming else "—"
    lateness = deadlines.lateness(task, now).replace("_", " ")
    level = f", level {task.escalation_level}" if task.escalation_level else ""
    latest = _local(task.latest_finish, zone) if task.latest_finish else "—"
    asked = f"{task.kind} {task.n}{f' (earliest {task.earliest})' if task.earliest else ''}"
    return f"| {asked} | {task.department} | {_local(task.due_at, zone)} | {lateness}{level} | {latest} | {after} |\n"


def _causes(state: OrderState, calendar: Calendar, now: datetime) -> str:
    """Why the order is at risk or late."""
    if not risk.is_threatened(state.risk):
        return ""
    told = ", ".join(_cause(cause) for cause in causes.causes(state, calendar, now)[:MOST_CAUSES])
    return f"**{str(state.risk).replace('_', ' ')}**: slack eaten by {told}\n\n"


def _cause(cause: Cause) -> str:
    if cause.blame is Blame.PROMISE:
        return "nothing: the promise was given with too little"
    of = f" {cause.kind}" if cause.kind else ""
    return f"{cause.blame}{of}{f' {cause.n}' if cause.n else ''} {cause.hours:g} h"


def _dates(state: OrderState, zone: ZoneInfo) -> str:
    promise, shipment = state.promise, state.shipment
    promised = f"{promise.date} (revision {promise.revision}, first {state.promises[0].date})" if promise else "—"
    expected = _local(state.expected_completion, zone) if state.expected_completion else "—"
    shipped = f"{_local(shipment.ship_at, zone)}, arrival {shipment.arrival}" if shipment else "—"
    if state.facts.case is not None:
        return f"**{state.facts.case.origin}** · {escaped(state.facts.case.text)}"
    facts = {
        "stage": f"**{state.stage}**",
        "risk": state.risk or "—",
        "requested": state.facts.requested_date,
        "promised": promised,
        "expected completion": expected,
        "planned shipment": shipped,
        "delivered": state.delivered or "—",
    }
    return " · ".join(f"{name} {value}" for name, value in facts.items())


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def escaped(text: str) -> str:
    """User text inside Markdown, where raw HTML would pass through."""
    table = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "[": "&#91;", "`": "&#96;", "*": "&#42;", "_": "&#95;"}
    return "".join(table.get(char, char) for char in text[:LONGEST])
