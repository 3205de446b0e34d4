"""What a new question is: its department, its deadlines, and what lies before it."""

from datetime import datetime

from workflows import ids
from workflows.rules import cases, deadlines, quantities, risk
from workflows.rules.calendar import Calendar
from workflows.types.orders import Amendment
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import OF_CASES, STAGE_OF, STEP_OF, Department, Kind


def question(
    kind: Kind,
    state: OrderState,
    calendar: Calendar,
    now: datetime,
    department: Department | None = None,
    amendment: Amendment | None = None,
) -> Task:
    """The next task of a kind, for the policy's department unless another is named."""
    n = state.counters.get(kind, 0) + 1
    due = deadlines.due_at(kind, state, now, calendar)
    return Task(
        id=ids.task_id(state.facts.order_no, kind, n),
        kind=kind,
        n=n,
        stage=STAGE_OF[STEP_OF.get(kind, state.step)],
        department=department or cases.department(kind, state) or state.policy.tasks[kind].department,
        opened_at=now,
        due_at=due,
        due_soon_at=deadlines.due_soon_at(kind, state.policy, now, due, calendar),
        latest_finish=deadlines.latest_finish(kind, state, calendar),
        earliest=risk.earliest(state, calendar, now) if kind is Kind.DECIDE_PROMISE else None,
        quantities=None if kind in OF_CASES else quantities.before(kind, state),
        barred=cases.barred(kind, state) if kind in OF_CASES else state.work.makers if kind is Kind.INSPECT else (),
        course=state.policy.tasks[kind].course,
        withheld=("redeliver",) if kind is Kind.RESOLVE_REFUSAL and state.work.lost else (),
        amendment=amendment,
    )
