"""Entering an order (R5): by sales or an admin, under the policy in force, once for each number."""

from typing_extensions import override

from activities.policy_in_force import Reading
from api import forms
from api.approvals import check_member
from api.calls import Call
from api.deeds import Beginning, ToStart, Verdict
from api.gate import BASE
from api.problems import invalid
from workflows.rules import authority, dates
from workflows.types.commands import Actor, OrderStart
from workflows.types.orders import OrderFacts
from workflows.types.refusals import Refusal
from workflows.types.words import Department


class EnterOrder(Beginning):
    """It is about no order yet, but about the policy that will govern one."""

    path = f"{BASE}/orders"

    @override
    def may(self, actor: Actor, subject: Reading, call: Call) -> Refusal | None:
        return authority.may_enter_orders(actor)

    @override
    def read(self, call: Call, actor: Actor, subject: Reading) -> Verdict:
        form = forms.read(forms.OrderIn, call.body)
        self._check(form, call, subject)
        policy, digest = subject.adopted(form.priority)
        facts = OrderFacts(**{**dict(form), "customer": form.customer.model_dump(), "owner": form.owner or actor.id})
        return ToStart(OrderStart(facts=facts, entered_by=actor, policy=policy, digest=digest, ref=call.ref))

    def _check(self, form: forms.OrderIn, call: Call, policy: Reading) -> None:
        if faults := dates.in_promise("/requested_date", form.requested_date, policy.today, policy.calendar):
            raise invalid(*faults)
        # Who enters owns the order; an admin may do both without being of sales.
        if form.owner is not None and form.owner != call.person.id:
            check_member(self.office.store, "/owner", form.owner, Department.SALES)

    @override
    def hindrance(self, actor: Actor, subject: Reading, verdict: Verdict) -> Refusal | None:
        if isinstance(verdict, ToStart) and self.office.store.orders.exists(verdict.start.facts.order_no):
            return exists(verdict.start.facts.order_no)
        return None


def exists(order_no: str) -> Refusal:
    return Refusal(code="order-exists", detail=f"there is an order {order_no} already")
