"""What the customer wants otherwise (R6).

Before release sales does it at once, after it production and sales decide; what the customer says themselves is decided always.
"""

from temporalio import workflow

from workflows.desk import Desk
from workflows.journal import Journal
from workflows.rules import amending, consequences, quantities, views
from workflows.types import answers as a
from workflows.types import events as e
from workflows.types.commands import Actor, AmendOrder, CustomerAnswers
from workflows.types.events import SaidRef
from workflows.types.orders import Amendment, Quantities, Work
from workflows.types.state import OrderState
from workflows.types.tasks import Task
from workflows.types.words import CUSTOMER, STEP_OF, Department, Kind, Step

NOTHING_PLANNED = (Step.CONFIRM, Step.MAKE_PLAN)
"""Where other lines lead nowhere back: the open question only shows other quantities."""

SINCE = "released-wishes"
"""Orders that were released before with a wish still open leave it to sales."""
NOTHING_OWED = "nothing-owed"
"""Orders amended before to lines that were all waived plan a shipment of nothing."""


class Amendments:
    """The changes of one order; of those that state facts at most one is being decided."""

    def __init__(self, journal: Journal, desk: Desk) -> None:
        self.journal, self.desk = journal, desk
        self.state = journal.state

    def amend(self, said: AmendOrder) -> None:
        """A later wish takes the place of one that is still being decided; mere words stand beside it."""
        amendment = amending.amendment(said)
        if amendment.states_facts:
            self._withdraw([each for each in self._asked() if states_facts(each)], "amended anew")
        if self.state.step is Step.CONFIRM and said.actor.id != CUSTOMER:
            self._apply(amendment, said.actor, Department.SALES, said.ref)
        else:
            released = self.state.step is not Step.CONFIRM
            self._propose(amendment, said.actor, amending.deciders(amendment, is_released=released), said.ref)

    def answer(self, said: CustomerAnswers) -> None:
        """The customer's own word on the promised date; where it does not suit them, sales is asked what to do."""
        promise = self.state.promise
        assert promise is not None
        if said.agreed:
            confirmed = e.CustomerConfirmed(revision=promise.revision, promised=promise.date)
            self.journal.record(confirmed, said.actor, said=said.ref)
            return
        reason = said.reason or ""
        declined = e.CustomerDeclined(revision=promise.revision, promised=promise.date, reason=reason, wanted=said.wanted)
        self.journal.record(declined, said.actor, said=said.ref)
        wish = Amendment(reason=reason, by=said.actor.id, requested_date=said.wanted)
        self._propose(wish, said.actor, (Department.SALES,))

    def _propose(self, amendment: Amendment, by: Actor, deciders: tuple[Department, ...], said: SaidRef | None = None) -> None:
        """The departments are asked, with what agreeing would lead to."""
        row = views.row(self.state, self.journal.calendar, workflow.now())
        follow = consequences.of_amending(row, self.state.tasks.values(), {}, amendment)
        amendment = amendment.model_copy(update={"consequences": follow})
        self.journal.record(e.AmendmentProposed(amendment=amendment), by, of=Department.SALES, said=said)
        for department in deciders:
            self.desk.open(Kind.DECIDE_AMENDMENT, department, amendment)

    def decide(self, task: Task, answer: a.Answer, by: Actor) -> None:
        """The last to agree puts it in force; whoever refuses ends it. Words that sales takes up change nothing by themselves."""
        assert task.amendment is not None
        others = [each for each in self._asked() if each.amendment == task.amendment]
        if isinstance(answer, a.RefuseAmendment):
            self._withdraw(others, f"{task.department} refused the amendment")
            self.journal.record(e.AmendmentRefused(reason=answer.reason), by, of=task.department)
        elif not others and task.amendment.states_facts:
            self._apply(task.amendment, by, task.department)

    def released(self) -> None:
        """What sales alone was asked before the order was released concerns production from here on: both decide it."""
        asked = self._asked()
        theirs = [task.amendment for task in asked if task.department is Department.PRODUCTION]
        for amendment in [task.amendment for task in asked if task.amendment not in theirs]:
            if amendment is not None and (amendment.lines or amendment.ship_to) and workflow.patched(SINCE):
                self.desk.open(Kind.DECIDE_AMENDMENT, Department.PRODUCTION, amendment)

    def drop(self, reason: str) -> None:
        """Nobody is asked about any of them any more."""
        self._withdraw(self._asked(), reason)

    def _asked(self) -> list[Task]:
        return [task for task in self.state.tasks.values() if task.kind is Kind.DECIDE_AMENDMENT]

    def _withdraw(self, tasks: list[Task], reason: str) -> None:
        for task in tasks:
            self.desk.withdraw(task, reason)

    def _apply(self, amendment: Amendment, by: Actor, of: Department, said: SaidRef | None = None) -> None:
        """Other lines lead back to planning, with what was made as far as it still fits; the rest changes facts alone."""
        if amendment.lines == self.state.facts.lines:
            amendment = amendment.model_copy(update={"lines": None})
        work = self._work(amendment)
        goes_back = amendment.lines is not None and (
            self.state.step not in NOTHING_PLANNED or self._needs_no_plan(amendment, work)
        )
        if goes_back:
            self._clear_the_way()
        amended = e.OrderAmended(
            amendment=amendment, work=work, goes_back=goes_back, quantities=self._quantities(amendment, work)
        )
        self.journal.record(amended, by, of=of, said=said)
        if goes_back:
            self.desk.change_way()

    def _clear_the_way(self) -> None:
        reason = "the lines were amended"
        for task in tuple(self.state.tasks.values()):
            if task.kind in STEP_OF:
                self.desk.withdraw(task, reason)
        if self.state.shipment is not None:
            self.journal.record(e.ShipmentDropped(reason=reason))

    def _work(self, amendment: Amendment) -> Work | None:
        """Before release there is none yet."""
        if amendment.lines is None or self.state.step is Step.CONFIRM:
            return None
        return quantities.amended(self.state, amendment.lines)

    def _needs_no_plan(self, amendment: Amendment, work: Work | None) -> bool:
        """Whether the open plan is for nothing: the step that asks for it sees so."""
        is_planned = self.state.step is Step.MAKE_PLAN and not quantities.owed(self._after(amendment, work))
        return is_planned and workflow.patched(NOTHING_OWED)

    def _quantities(self, amendment: Amendment, work: Work | None) -> dict[str, Quantities]:
        """What lies before each question that stays open, where that is otherwise now."""
        if amendment.lines is None:
            return {}
        after = self._after(amendment, work)
        return {task.id: quantities.before(task.kind, after) for task in self.state.tasks.values()}

    def _after(self, amendment: Amendment, work: Work | None) -> OrderState:
        facts = self.state.facts.model_copy(update={"lines": amendment.lines})
        return self.state.model_copy(update={"facts": facts, "work": work or self.state.work})


def states_facts(task: Task) -> bool:
    return task.amendment is not None and task.amendment.states_facts
