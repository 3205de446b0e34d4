"""The order workflow: the policy from entry to feedback, and what people may say to an order."""

from datetime import timedelta

from temporalio import workflow
from typing_extensions import override

from workflows import follow_up, raising
from workflows.amendments import NOTHING_OWED, Amendments
from workflows.holds import Holds
from workflows.promises import PromiseKeeper
from workflows.rules import hearing, quantities
from workflows.shipping import Shipping
from workflows.types import answers as a
from workflows.types import commands as c
from workflows.types import events as e
from workflows.types.orders import Work
from workflows.types.slack import Blame
from workflows.types.tasks import Task
from workflows.types.words import READINESS, DeliveryState, Department, Kind, OrderStatus, Step
from workflows.walker import Walker, refuse

GIVEN_UP = "given-up"
"""Orders closed before with goods that had come back went on as if these were still to be delivered."""


@workflow.defn(name="Order")
class OrderWorkflow(Walker):
    """One order, from entry to feedback. The steps are the policy; read them top to bottom."""

    @workflow.init
    def __init__(self, start: c.OrderStart) -> None:
        super().__init__(start)
        self.promises = PromiseKeeper(self.journal, self.desk, self.mailroom)
        self.shipping = Shipping(self.journal, self.mailroom)
        self.holds = Holds(self.journal, self.desk)
        self.amendments = Amendments(self.journal, self.desk)

    @workflow.run
    async def run(self, start: c.OrderStart) -> str:
        """Walks the policy; how the order ended."""
        return await self.live()

    # The steps, in the order they happen.

    async def confirm(self) -> Step:
        """Sales confirms details and date with the customer, who may change or withdraw the order (R6)."""
        match await self.desk.ask(Kind.CONFIRM_ORDER):
            case a.Confirm() as answer:
                self.promises.give(answer, by=self.desk.answered_by, reason=self.desk.mended)
                # One notice each: that one department cannot be reached must not hide behind the other (R7).
                self.mailroom.tell("order_released", Department.PRODUCTION)
                self.mailroom.tell("order_released", Department.WAREHOUSE)
                self.amendments.released()
                self.work(quantities.start(self.state.work, self.state.facts.ordered))
                return Step.MAKE_PLAN
            case a.Revise() as answer:
                self.journal.record(e.OrderRevised(**answer.model_dump(include={"lines", "requested_date", "ship_to", "reason"})))
                return Step.CONFIRM
            case a.Reject(reason=reason):
                return self.cancelled(reason)
        raise AssertionError

    async def make_plan(self) -> Step:
        """Production plans from the order and from capacity, or says that it cannot (R8)."""
        if not quantities.owed(self.state) and workflow.patched(NOTHING_OWED):
            return self.delivery_is_settled()
        match await self.desk.ask(Kind.MAKE_PLAN):
            case a.Planned() as plan:
                self.promises.plan(plan)
                return self.start_readiness()
            case a.Cannot() as answer:
                self.promises.cannot(answer)
                return Step.MAKE_PLAN
        raise AssertionError

    async def get_ready(self) -> Step:
        """Material, equipment and people, side by side; who is short is asked again at the end of the eta (R9)."""
        work = self.state.work
        kind, answer = await self.desk.ask_any(work.unready)
        match answer:
            case a.Short() as short:
                self.short(kind, short)
                return Step.GET_READY
            case _:
                unready = tuple(each for each in self.state.work.unready if each is not kind)
                self.work(self.state.work.model_copy(update={"unready": unready}))
                return Step.GET_READY if unready else Step.PRODUCE

    async def produce(self) -> Step:
        """Production makes the goods, or says that it cannot by then (R10)."""
        match await self.desk.ask(Kind.PRODUCE):
            case a.Produced() as answer:
                self.work(quantities.produced(self.state.work, answer, by=self.desk.answered_by.id))
                return Step.INSPECT
            case a.Cannot() as answer:
                self.promises.cannot(answer)
                return Step.PRODUCE
        raise AssertionError

    async def inspect(self) -> Step:
        """Quality inspects what was handed over; an inspection of nothing is skipped (R11)."""
        if not self.state.work.handed:
            return Step.ACCEPT
        match await self.desk.ask(Kind.INSPECT):
            case a.Failed() as answer:
                self.work(quantities.failed(self.state.work, answer))
                rounds_are_used_up = self.state.work.rework_rounds >= self.state.policy.order.max_rework_rounds
                return Step.DISPOSE if rounds_are_used_up else self.start_rework()
            case _:
                self.work(quantities.passed(self.state.work))
                return Step.ACCEPT

    async def rework(self) -> Step:
        """Production mends what failed, with cause and corrective action; it is inspected again (R13)."""
        answer = await self.desk.ask(Kind.REWORK)
        assert isinstance(answer, a.Reworked)
        self.work(quantities.reworked(self.state.work, answer, by=self.desk.answered_by.id))
        return Step.INSPECT

    async def dispose(self) -> Step:
        """The rounds are used up: management grants one more, concedes, or has the goods made again (R13)."""
        await raising.nonconformance(self.journal)
        match await self.desk.ask(Kind.DECIDE_DISPOSITION):
            case a.ReworkAgain():
                return self.start_rework()
            case a.Concede():
                self.work(quantities.conceded(self.state.work))
                return Step.ACCEPT
            case _:
                self.work(quantities.remade_after_failing(self.state.work))
                return Step.MAKE_PLAN

    async def accept(self) -> Step:
        """The warehouse compares the order with what is there (R12)."""
        match await self.desk.ask(Kind.ACCEPT):
            case a.AcceptedShort(accepted=accepted):
                self.work(quantities.accepted(self.state.work, accepted))
                return Step.SETTLE_SHORTAGE
            case a.Accepted(accepted=accepted):
                self.work(quantities.accepted(self.state.work, accepted))
                return Step.PLAN_SHIPMENT
        raise AssertionError

    async def settle_shortage(self) -> Step:
        """Sales decides a shortage: make the rest, or ship a part; it is never silently accepted (R12)."""
        match await self.desk.ask(Kind.DECIDE_SHORTAGE):
            case a.ShipPart(rest=rest):
                missing = quantities.missing(self.state)
                if rest == "later":
                    await follow_up.enter(self.journal, missing, by=self.desk.answered_by.id)
                self.work(quantities.dropped(self.state.work, missing))
                return Step.PLAN_SHIPMENT if quantities.sendable(self.state.work) else self.delivery_is_settled()
            case _:
                self.work(quantities.remade(self.state.work, quantities.missing(self.state)))
                return Step.MAKE_PLAN

    async def plan_shipment(self) -> Step:
        """The warehouse plans mode, carrier and time; customer and owner have notice of it (R14, R15)."""
        answer = await self.desk.ask(Kind.PLAN_SHIPMENT)
        assert isinstance(answer, a.ShipmentPlanned)
        self.shipping.plan(answer)
        return Step.DISPATCH

    async def dispatch(self) -> Step:
        """The goods leave, once the notice is on record and old enough; or the shipment is planned anew (R15)."""
        match await self.desk.ask(Kind.DISPATCH, self.shipping.give_notice):
            case a.Dispatched() as answer:
                self.amendments.drop("the goods have left")
                self.work(quantities.sent(self.state.work))
                self.shipping.leave(answer)
                return Step.SIGN_OFF
            case a.Replan(reason=reason):
                self.shipping.drop(reason)
                return Step.PLAN_SHIPMENT
        raise AssertionError

    async def sign_off(self) -> Step:
        """The customer signs, refuses all or part, or the goods are lost (R16)."""
        answer = await self.desk.ask(Kind.SIGN_OFF, self.shipping.request_signature)
        kept = self.state.work.received
        match answer:
            case a.Signed():
                self.work(quantities.signed(self.state.work, answer))
                self.shipping.arrive(answer, kept)
            case a.Refused():
                self.work(quantities.refused(self.state.work, answer))
                self.shipping.come_back(answer.reason, kept)
            case a.Lost(reason=reason):
                self.work(quantities.lost(self.state.work))
                self.shipping.drop(reason)
        return Step.RESOLVE_REFUSAL if self.state.work.returned else self.delivery_is_settled()

    async def resolve_refusal(self) -> Step:
        """Sales decides what becomes of goods refused or lost (R16)."""
        match await self.desk.ask(Kind.RESOLVE_REFUSAL):
            case a.Redeliver():
                self.work(quantities.redelivered(self.state.work))
                return Step.PLAN_SHIPMENT
            case a.Remake():
                self.work(quantities.remade_after_return(self.state.work))
                return Step.MAKE_PLAN
            case _:
                if workflow.patched(GIVEN_UP):
                    self.work(quantities.given_up(self.state.work))
                return self.delivery_is_settled()

    async def ask_feedback(self) -> Step:
        """Sales asks whether the customer is satisfied; complaints go to the department concerned (R17, R18)."""
        match await self.desk.ask(Kind.COLLECT_FEEDBACK, self.shipping.request_feedback):
            case a.Answered(issues=issues):
                for issue in issues:
                    self.journal.record(e.IssueRaised(**issue.model_dump()))
                    await raising.complaint(self.journal, issue, by=self.desk.answered_by)
        return self.closed(OrderStatus.COMPLETED)

    # What the steps have in common.

    @override
    def settle(self) -> None:
        """What follows from the change for the promise comes first."""
        if not self.state.is_closed:
            self.promises.review()
        super().settle()

    @override
    def decide(self, task: Task, answer: a.Answer, by: c.Actor) -> None:
        """What was asked beside the way of the goods."""
        if task.kind is Kind.DECIDE_AMENDMENT:
            self.amendments.decide(task, answer, by)
        else:
            self.promises.decide(answer, by)

    def work(self, work: Work) -> None:
        """The goods have moved."""
        self.journal.record(e.WorkMoved(work=work))

    def start_readiness(self) -> Step:
        """All three at first; after a remake only what was short before, and nothing where nothing is to be made."""
        if not self.state.work.to_produce:
            return Step.INSPECT
        unready = self.state.work.was_short if self.state.work.is_remake else READINESS
        self.work(self.state.work.model_copy(update={"unready": unready, "eta_due": {}}))
        return Step.GET_READY if unready else Step.PRODUCE

    def short(self, kind: Kind, answer: a.Short) -> None:
        """What is short moves the expected completion to the planned duration after its eta."""
        work, calendar = self.state.work, self.journal.calendar
        arrives = calendar.end_of(answer.eta)
        was_short = work.was_short if kind in work.was_short else (*work.was_short, kind)
        self.work(work.model_copy(update={"was_short": was_short, "eta_due": {**work.eta_due, kind: arrives}}))
        earliest = calendar.add(arrives, timedelta(seconds=self.state.planned_seconds))
        self.promises.expect_not_before(earliest, f"{answer.item} short until {answer.eta}", Blame.SHORTAGE, kind)

    def start_rework(self) -> Step:
        self.work(quantities.rework_opened(self.state.work))
        return Step.REWORK

    def delivery_is_settled(self) -> Step:
        """Nothing more is under way: the customer is asked, unless nothing ever arrived."""
        self.desk.withdraw(self.state.open_task(Kind.DECIDE_PROMISE), "the goods are delivered")
        self.journal.record(e.DeliverySettled(delivery=quantities.delivered_as(self.state)))
        undelivered = self.state.delivery is DeliveryState.UNDELIVERED
        return self.closed(OrderStatus.COMPLETED) if undelivered else Step.ASK_FEEDBACK

    def closed(self, status: OrderStatus, reason: str | None = None, said: c.Said | None = None) -> Step:
        """The end of the order; no question stays open."""
        for task in tuple(self.state.tasks.values()):
            self.desk.withdraw(task, "the order is closed")
        by, ref = (said.actor, said.ref) if said else (c.SYSTEM_ACTOR, None)
        delivery = quantities.delivered_as(self.state)
        self.journal.record(e.OrderClosed(status=status, delivery=delivery, reason=reason), by, of=Department.SALES, said=ref)
        return Step.CLOSED

    def cancelled(self, reason: str, said: c.Said | None = None) -> Step:
        """Whoever had work with the order is told, and the customer if it was confirmed."""
        told = [department.value for department in self.state.asked] + (["customer"] if self.state.promises else [])
        step = self.closed(OrderStatus.CANCELLED, reason, said)
        self.mailroom.tell("order_cancelled", *told, reason=reason)
        return step

    # What people may say to an order; a validator refuses without a trace.

    @workflow.update(name="progress")
    async def progress(self, said: c.ReportProgress) -> int:
        """Reports from the shop floor; a stated completion moves the forecast (R10)."""
        return await self.heard(said, lambda: self.promises.report(said))

    @workflow.update(name="repromise")
    async def repromise(self, said: c.RepromiseOrder) -> int:
        """Moves the promise (R4)."""
        return await self.heard(said, lambda: self.promises.move(answer_of(said), said.actor, said.ref))

    @workflow.update(name="hold")
    async def hold(self, said: c.HoldOrder) -> int:
        """Stops the clocks until somebody resumes."""
        return await self.heard(said, lambda: self.holds.hold(said))

    @workflow.update(name="resume")
    async def resume(self, said: c.ResumeOrder) -> int:
        """Lets the clocks run again; the held working time moves the deadlines."""
        return await self.heard(said, lambda: self.holds.resume(said))

    @workflow.update(name="amend")
    async def amend(self, said: c.AmendOrder) -> int:
        """Changes what was ordered; once released, as production and sales decide (R6)."""
        return await self.heard(said, lambda: self.amendments.amend(said))

    @workflow.update(name="customer_answers")
    async def customer_answers(self, said: c.CustomerAnswers) -> int:
        """Hears from the customer themselves whether the promised date suits them (R6)."""
        return await self.heard(said, lambda: self.amendments.answer(said))

    @workflow.update(name="cancel")
    async def cancel(self, said: c.CancelOrder) -> int:
        """Cancels the order, as long as no goods have left."""
        return await self.heard(said, lambda: self.cancelled(said.reason, said))

    @progress.validator
    def _may_report(self, said: c.ReportProgress) -> None:
        self.judge(said)

    @repromise.validator
    def _may_repromise(self, said: c.RepromiseOrder) -> None:
        self.judge(said)
        no = hearing.over(self.state)
        if said.ref.id not in self.state.done:
            refuse(no)

    @hold.validator
    def _may_hold(self, said: c.HoldOrder) -> None:
        self.judge(said)

    @resume.validator
    def _may_resume(self, said: c.ResumeOrder) -> None:
        self.judge(said)

    @amend.validator
    def _may_amend(self, said: c.AmendOrder) -> None:
        self.judge(said)

    @customer_answers.validator
    def _may_customers_answer(self, said: c.CustomerAnswers) -> None:
        self.judge(said)

    @cancel.validator
    def _may_cancel(self, said: c.CancelOrder) -> None:
        self.judge(said)


def answer_of(said: c.RepromiseOrder) -> a.Repromise:
    return a.Repromise(**said.model_dump(include={"promised_date", "reason", "customer_agreed", "approved_by"}))
