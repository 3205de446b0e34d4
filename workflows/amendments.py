"""What the customer wants otherwise (R6): before release it is done at once, after it as production and sales decide."""

from temporalio import workflow

from workflows.desk import Desk
from workflows.journal import Journal
from workflows.rules import amending, consequences, quantities, views
from workflows.types import answers as a
from workflows.types import events as e
from workflows.types.commands import Actor, AmendOrder
from workflows.types.events import SaidRef
from workflows.types.orders import Amendment, Quantities, Work
from workflows.types.tasks import Task
from workflows.types.words import AMENDED_BY, STEP_OF, Department, Kind, Step

NOTHING_PLANNED = (Step.CONFIRM, Step.MAKE_PLAN)
"""Where other lines lead nowhere back: the open question only shows other quantities."""


class Amendments:
    """The changes of one order; at most one is being decided."""

    def __init__(self, journal: Journal, desk: Desk) -> None:
        self.journal, self.desk = journal, desk
        self.state = journal.state

    def amend(self, said: AmendOrder) -> None:
        """A later wish takes the place of one that is still being decided."""
        amendment = amending.amendment(said)
        self.drop("amended anew")
        if self.state.step is Step.CONFIRM:
            self._apply(amendment, said.actor, Department.SALES, said.ref)
        else:
            self._propose(amendment, said)

    def _propose(self, amendment: Amendment, said: AmendOrder) -> None:
        """Both departments are asked, with what agreeing would lead to."""
        row = views.row(self.state, self.journal.calendar, workflow.now())
        follow = consequences.of_amending(row, self.state.tasks.values(), {}, amendment)
        amendment = amendment.model_copy(update={"consequences": follow})
        self.journal.record(e.AmendmentProposed(amendment=amendment), said.actor, of=Department.SALES, said=said.ref)
        for department in AMENDED_BY:
            self.desk.open(Kind.DECIDE_AMENDMENT, department, amendment)

    def decide(self, task: Task, answer: a.Answer, by: Actor) -> None:
        """The last to agree puts it in force; whoever refuses ends it."""
        assert task.amendment is not None
        if isinstance(answer, a.RefuseAmendment):
            self.drop(f"{task.department} refused the amendment")
            self.journal.record(e.AmendmentRefused(reason=answer.reason), by, of=task.department)
        elif self.state.open_task(Kind.DECIDE_AMENDMENT) is None:
            self._apply(task.amendment, by, task.department)

    def drop(self, reason: str) -> None:
        """Nobody is asked about it any more."""
        for task in tuple(self.state.tasks.values()):
            if task.kind is Kind.DECIDE_AMENDMENT:
                self.desk.withdraw(task, reason)

    def _apply(self, amendment: Amendment, by: Actor, of: Department, said: SaidRef | None = None) -> None:
        """Other lines lead back to planning, with what was made as far as it still fits; the rest changes facts alone."""
        if amendment.lines == self.state.facts.lines:
            amendment = amendment.model_copy(update={"lines": None})
        goes_back = amendment.lines is not None and self.state.step not in NOTHING_PLANNED
        if goes_back:
            self._clear_the_way()
        work = self._work(amendment)
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

    def _quantities(self, amendment: Amendment, work: Work | None) -> dict[str, Quantities]:
        """What lies before each question that stays open, where that is otherwise now."""
        if amendment.lines is None:
            return {}
        facts = self.state.facts.model_copy(update={"lines": amendment.lines})
        after = self.state.model_copy(update={"facts": facts, "work": work or self.state.work})
        return {task.id: quantities.before(task.kind, after) for task in self.state.tasks.values()}
