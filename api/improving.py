"""Recording what is to become better: by everybody, once for each call, under the policy in force (R18, R23)."""

from typing_extensions import override

from activities.policy_in_force import Reading
from api import forms
from api.calls import Call
from api.deeds import Beginning, ToStart, Verdict
from api.gate import BASE
from api.problems import invalid
from workflows.types.cases import CaseFacts
from workflows.types.commands import Actor, OrderStart
from workflows.types.orders import Customer, OrderFacts, OrderRow
from workflows.types.refusals import Fault, Refusal
from workflows.types.words import Origin, Priority


class RaiseImprovement(Beginning):
    """It is about no task yet, and maybe about an order, running or closed."""

    path = f"{BASE}/improvements"

    @override
    def may(self, actor: Actor, subject: Reading, call: Call) -> Refusal | None:
        """Everybody sees what could be better."""
        return None

    @override
    def read(self, call: Call, actor: Actor, subject: Reading) -> Verdict:
        form = forms.read(forms.ImprovementIn, call.body)
        order = self._order(form.order_no)
        policy, digest = subject.adopted(Priority.NORMAL)
        case = CaseFacts(
            origin=Origin(form.origin),
            text=form.text,
            department=form.department,
            about=order.order_no if order else None,
            reference=form.reference,
        )
        facts = OrderFacts(
            order_no=self.office.store.cases.number(call.ref.id),
            customer=order.customer if order else Customer(name=policy.plant.name),
            lines=(),
            requested_date=subject.today,
            owner=order.owner if order else actor.id,
            case=case,
        )
        return ToStart(OrderStart(facts=facts, entered_by=actor, policy=policy, digest=digest, ref=call.ref))

    def _order(self, number: str | None) -> OrderRow | None:
        if number is None:
            return None
        order = self.office.store.orders.row(number)
        if order is None or order.case is not None:
            raise invalid(Fault(pointer="/order_no", message=f"there is no order {number}"))
        return order
