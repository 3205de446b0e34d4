"""The case workflow: complaints, non-conformances, suggestions and agreed actions until they are done and have had an effect."""

from temporalio import workflow

from workflows.rules import cases
from workflows.types import answers as a
from workflows.types import commands as c
from workflows.types import events as e
from workflows.types.cases import CaseState
from workflows.types.words import Department, Kind, OrderStatus, Origin, Step
from workflows.walker import Walker


@workflow.defn(name="Case")
class CaseWorkflow(Walker):
    """One case, from its record to its end (R18, R20, R21, R23). The steps are read top to bottom."""

    @workflow.init
    def __init__(self, start: c.OrderStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: c.OrderStart) -> str:
        """Walks the steps; how the case ended."""
        return await self.live()

    async def assign(self) -> Step:
        """Management says which department is concerned, or why nothing is done."""
        match await self.desk.ask(Kind.ASSIGN_IMPROVEMENT):
            case a.Assign(department=department):
                self.moved(cases.handed_to(self.case, department))
                return cases.first_step(self.state.facts)
            case a.Drop(reason=reason):
                return self.closed("dropped", reason)
        raise AssertionError

    async def find_cause(self) -> Step:
        """The department finds the root cause and says what it will do until when; or it is another's affair."""
        match await self.desk.ask(Kind.FIND_CAUSE):
            case a.Analysed() as answer:
                self.moved(cases.analysed(self.case, answer))
                return Step.ACT
            case a.HandOver(department=department):
                self.moved(cases.handed_to(self.case, department))
                return Step.FIND_CAUSE
        raise AssertionError

    async def act(self) -> Step:
        """The department does it, until the day that it has stated."""
        match await self.desk.ask(Kind.ACT):
            case a.ActionDone() if self.origin is Origin.MEETING:
                return self.closed("done")
            case a.ActionDone():
                acted = cases.acted(self.case, self.desk.answered_by.id)
                effect = self.journal.calendar.add(workflow.now(), self.state.policy.improvements.verify_after)
                self.moved(cases.resting(acted, effect), rests=True)
                return Step.REST
            case a.CannotAct():
                return Step.ASSIGN if self.origin is Origin.MEETING else Step.FIND_CAUSE
        raise AssertionError

    async def rest(self) -> Step:
        """What was done is given time to have an effect."""
        assert self.case.rests_until is not None
        await self.desk.rest(self.case.rests_until)
        return Step.VERIFY

    async def verify(self) -> Step:
        """Somebody else looks whether it had one; if not, the cause is looked for again (R18)."""
        match await self.desk.ask(Kind.VERIFY):
            case a.NotEffective():
                self.moved(cases.again(self.case))
                return Step.FIND_CAUSE
            case _:
                return self.closed("effective")

    async def complete_file(self) -> Step:
        """Sales chases what an order's file still misses, or says why that will never come (R21)."""
        match await self.desk.ask(Kind.COMPLETE_FILE):
            case a.Waive(reason=reason):
                return self.closed("waived", reason)
            case _:
                return self.closed("complete")

    # What the steps have in common.

    @property
    def case(self) -> CaseState:
        assert self.state.case is not None
        return self.state.case

    @property
    def origin(self) -> Origin:
        assert self.state.facts.case is not None
        return self.state.facts.case.origin

    def moved(self, case: CaseState, *, rests: bool = False) -> None:
        self.journal.record(e.CaseMoved(case=case, rests=rests))

    def closed(self, result: str, reason: str | None = None) -> Step:
        """The end of the case, by whoever answered last."""
        status = OrderStatus.CANCELLED if result == "dropped" else OrderStatus.COMPLETED
        data = e.CaseClosed(status=status, case=cases.ended(self.case, result), reason=reason)
        self.journal.record(data, self.desk.answered_by, of=Department.SALES)
        return Step.CLOSED
