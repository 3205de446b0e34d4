"""What a person may do to an order: re-promise, hold, resume, cancel."""

from abc import abstractmethod
from typing import ClassVar

from starlette.datastructures import QueryParams
from typing_extensions import override

from activities.store.keys import order_key
from activities.store.views import OrderOut
from api import forms, queries
from api.approvals import check_approver
from api.calls import Call
from api.deeds import Deed, Office, ToOrder, Verdict, day_at
from api.gate import BASE
from api.problems import invalid, not_found
from workflows.rules import amending, authority, hearing
from workflows.rules import consequences as rules
from workflows.types.commands import Actor, AmendOrder, CancelOrder, HoldOrder, RepromiseOrder, ResumeOrder, Said
from workflows.types.orders import Consequence, OrderRow
from workflows.types.refusals import Refusal
from workflows.types.words import UNDER_WAY


class AboutOrder(Deed[OrderRow]):
    """One thing said or done about an order; a case is none."""

    def __init__(self, office: Office, order_no: str, path: str) -> None:
        self.office, self.order_no, self.path = office, order_no, path

    @override
    def find(self, call: Call) -> OrderRow:
        order = self.office.store.orders.row(self.order_no)
        if order is None or order.case is not None:
            raise not_found(f"order {self.order_no}")
        return order

    @override
    def actor(self, call: Call, subject: OrderRow) -> Actor:
        return self.office.store.people.actor(call.person, day_at(subject.plant_time_zone, call.now))


class OrderDeed(AboutOrder):
    """Words about one order that it hears itself."""

    action: ClassVar[str]

    def __init__(self, office: Office, order_no: str) -> None:
        super().__init__(office, order_no, f"{BASE}/orders/{order_key(order_no)}/{self.action}")

    @override
    def may(self, actor: Actor, subject: OrderRow, call: Call) -> Refusal | None:
        return authority.may_change_order(actor)

    @override
    def read(self, call: Call, actor: Actor, subject: OrderRow) -> Verdict:
        return ToOrder(subject.order_no, self.action, self.words(call, actor, subject))

    @abstractmethod
    def words(self, call: Call, actor: Actor, order: OrderRow) -> Said:
        """The command; raises 422."""

    @override
    def check_version(self, call: Call, subject: OrderRow) -> None:
        # What readers see also counts the inbox's changes; the row alone does not know of them.
        if call.if_match is not None and (seen := self.office.store.orders.get(self.order_no, call.now)):
            call.check_version(seen.version)

    @override
    def hindrance(self, actor: Actor, subject: OrderRow, verdict: Verdict) -> Refusal | None:
        return closed(subject)


class Repromise(OrderDeed):
    action = "repromise"

    @override
    def words(self, call: Call, actor: Actor, order: OrderRow) -> Said:
        form = forms.read(forms.RepromiseIn, call.body)
        check_approver(self.office.store, "/approved_by", form.customer_agreed, form.approved_by)
        return RepromiseOrder(**call.signed(actor, order.version), **dict(form))


class Hold(OrderDeed):
    action = "hold"

    @override
    def may(self, actor: Actor, subject: OrderRow, call: Call) -> Refusal | None:
        return authority.may_hold_order(actor)

    @override
    def words(self, call: Call, actor: Actor, order: OrderRow) -> Said:
        form = forms.read(forms.HoldIn, call.body)
        return HoldOrder(**call.signed(actor, order.version), reason=form.reason, until=form.until)


class Resume(OrderDeed):
    action = "resume"

    @override
    def may(self, actor: Actor, subject: OrderRow, call: Call) -> Refusal | None:
        return authority.may_hold_order(actor)

    @override
    def words(self, call: Call, actor: Actor, order: OrderRow) -> Said:
        form = forms.read(forms.ReasonIn, call.body)
        return ResumeOrder(**call.signed(actor, order.version), reason=form.reason)


class Rehearsable(OrderDeed):
    """What may be tried first: a dry run lists what would follow, and is refused as the real thing."""

    heeds = frozenset({"dry_run"})

    def __init__(self, office: Office, order_no: str, query: QueryParams) -> None:
        super().__init__(office, order_no)
        self.query = query

    def rehearsed(self, call: Call) -> tuple[OrderOut, tuple[Consequence, ...]]:
        """The order, and what would follow; refused as the real thing, and remembered by no key."""
        verdict = self.judge(call)
        shown = self.office.store.orders.get(self.order_no, call.now)
        if shown is None:
            raise not_found(f"order {self.order_no}")
        return shown, self.consequences(self.find(call), shown, verdict)

    @abstractmethod
    def consequences(self, order: OrderRow, shown: OrderOut, verdict: Verdict) -> tuple[Consequence, ...]:
        """What would follow from what was judged."""


class Cancel(Rehearsable):
    action = "cancel"

    @override
    def consequences(self, order: OrderRow, shown: OrderOut, verdict: Verdict) -> tuple[Consequence, ...]:
        return rules.of_cancelling(order, shown.open_tasks, holders(shown))

    @override
    def words(self, call: Call, actor: Actor, order: OrderRow) -> Said:
        queries.read(queries.DryRun, self.query)
        form = forms.read(forms.ReasonIn, call.body)
        return CancelOrder(**call.signed(actor, order.version), reason=form.reason)

    @override
    def hindrance(self, actor: Actor, subject: OrderRow, verdict: Verdict) -> Refusal | None:
        if no := closed(subject):
            return no
        if subject.cancel_refused:
            return Refusal(code=subject.cancel_refused, detail=hearing.GOODS_ARE_OUT)
        return None


class Amend(Rehearsable):
    """Changes what was ordered: before release at once, after it as production and sales decide."""

    action = "amend"

    @override
    def consequences(self, order: OrderRow, shown: OrderOut, verdict: Verdict) -> tuple[Consequence, ...]:
        match verdict:
            case ToOrder(said=AmendOrder() as said):
                wanted = amending.amendment(said)
                return rules.of_amending(order, shown.open_tasks, holders(shown), wanted) + rules.deciders(order)
        return ()

    @override
    def words(self, call: Call, actor: Actor, order: OrderRow) -> Said:
        queries.read(queries.DryRun, self.query)
        form = forms.read(forms.AmendIn, call.body)
        return AmendOrder(**call.signed(actor, order.version), **dict(form))

    @override
    def check_version(self, call: Call, subject: OrderRow) -> None:
        """Weighs the wish, too: not sooner, since a wish that is said again finds it done and changes nothing."""
        form = forms.read(forms.AmendIn, call.body)
        today, calendar = day_at(subject.plant_time_zone, call.now), self.office.policy.calendar(call.now)
        if wrong := amending.faults(form, subject, today, calendar):
            raise invalid(*wrong)
        super().check_version(call, subject)

    @override
    def hindrance(self, actor: Actor, subject: OrderRow, verdict: Verdict) -> Refusal | None:
        if no := closed(subject):
            return no
        if subject.amend_refused:
            return Refusal(code=subject.amend_refused, detail=hearing.UNDECIDED)
        return None


def holders(shown: OrderOut) -> dict[str, str | None]:
    return {task.id: task.assignee for task in shown.open_tasks}


def closed(order: OrderRow) -> Refusal | None:
    if order.status in UNDER_WAY:
        return None
    return Refusal(code="order-closed", detail=f"{order.order_no} is {order.status}")
