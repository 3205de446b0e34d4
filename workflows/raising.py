"""Opens cases beside an order: what the customer complains of, and goods that rework did not mend (R13, R18)."""

from datetime import timedelta

from temporalio import workflow

from workflows import ids, ports
from workflows.journal import Journal
from workflows.types import events as e
from workflows.types.answers import Issue
from workflows.types.cases import CaseFacts
from workflows.types.commands import Actor, OrderStart
from workflows.types.events import SaidRef
from workflows.types.words import SYSTEM, Department, Kind, Origin

SINCE = "cases"
"""Orders that began before there were cases go on without them."""


async def complaint(journal: Journal, issue: Issue, by: Actor) -> None:
    """Goes to the department concerned; the order does not wait for what becomes of it."""
    about = journal.state.facts.order_no
    case = CaseFacts(origin=Origin.COMPLAINT, text=issue.text, department=issue.department, about=about, reference=issue.kind)
    await _open(journal, case, by)


async def nonconformance(journal: Journal) -> None:
    """Once for the goods that used up their rework rounds, if the policy wants that."""
    state = journal.state
    if not state.policy.improvements.from_inspection or Kind.DECIDE_DISPOSITION in state.counters:
        return
    text = f"goods of {state.facts.order_no} failed after {state.work.rework_rounds} rounds of rework"
    inspection = ids.task_id(state.facts.order_no, Kind.INSPECT, state.counters[Kind.INSPECT])
    about = state.facts.order_no
    case = CaseFacts(origin=Origin.NONCONFORMANCE, text=text, department=Department.PRODUCTION, about=about, reference=inspection)
    await _open(journal, case, Actor(id=SYSTEM))


async def _open(journal: Journal, case: CaseFacts, by: Actor) -> None:
    """Waits until the case is durable, as for a follow-up order: tried until it is, and opened once."""
    if not workflow.patched(SINCE):
        return
    state = journal.state
    facts = state.facts.model_copy(update={"order_no": "", "lines": (), "follows": None, "note": None, "case": case})
    key = f"{state.facts.order_no}-{state.seq}"
    ref = SaidRef(id=ids.said(SYSTEM, "case", state.facts.order_no, key), key=key, fingerprint=key)
    number = await workflow.execute_activity_method(
        ports.Cases.open,
        OrderStart(facts=facts, entered_by=Actor(id=by.id), policy=state.policy, digest=state.digest, ref=ref),
        start_to_close_timeout=timedelta(seconds=20),
        summary=f"{case.origin} of {state.facts.order_no}"[:60],
    )
    journal.record(e.CaseRaised(number=number, origin=case.origin))
