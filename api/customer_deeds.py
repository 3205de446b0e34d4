"""What the customer may do by a link in a mail: the same deeds as the plant's people do, judged by what a customer may."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import QueryParams
from typing_extensions import override

from activities.policy_in_force import Reading
from activities.store import Person, TaskRecord
from activities.store.keys import order_key
from api import forms
from api.calls import Call
from api.customer_forms import AnswerIn, ComplaintIn
from api.deeds import Office, Verdict
from api.gate import BASE
from api.improving import RaiseImprovement
from api.order_deeds import Amend, OrderDeed
from api.task_deeds import Complete, closed
from workflows.rules import authority
from workflows.types.commands import Actor, CustomerAnswers, Said
from workflows.types.orders import Customer, OrderRow
from workflows.types.refusals import Refusal
from workflows.types.words import CUSTOMER, Department, Origin

THE_CUSTOMER = Actor(id=CUSTOMER)


def speaker(customer: Customer) -> Person:
    """The customer as a call knows who makes it; nobody in the register."""
    return Person(id=CUSTOMER, name=customer.name, email=customer.email, language=customer.language)


def path_of(order_no: str) -> str:
    """One for all that they may say to their order: of two answers by one link, the second is known as such."""
    return f"{BASE}/orders/{order_key(order_no)}/customer"


class AnswerPromise(OrderDeed):
    """Says whether the promised date suits them."""

    action = "customer_answers"

    def __init__(self, office: Office, order_no: str) -> None:
        super().__init__(office, order_no)
        self.path = path_of(order_no)

    @override
    def actor(self, call: Call, subject: OrderRow) -> Actor:
        return THE_CUSTOMER

    @override
    def may(self, actor: Actor, subject: OrderRow, call: Call) -> Refusal | None:
        return authority.may_answer_promise(actor)

    @override
    def words(self, call: Call, actor: Actor, order: OrderRow) -> Said:
        return CustomerAnswers(**call.signed(actor, order.version), **dict(forms.read(AnswerIn, call.body)))


class Wish(Amend):
    """Wants the order otherwise: facts, or mere words."""

    def __init__(self, office: Office, order_no: str) -> None:
        super().__init__(office, order_no, QueryParams())
        self.path = path_of(order_no)

    @override
    def actor(self, call: Call, subject: OrderRow) -> Actor:
        return THE_CUSTOMER

    @override
    def may(self, actor: Actor, subject: OrderRow, call: Call) -> Refusal | None:
        return authority.may_amend(actor)

    @override
    def check_version(self, call: Call, subject: OrderRow) -> None:
        if has_facts(call.body):
            super().check_version(call, subject)


class Complain(RaiseImprovement):
    """Records what is wrong with an order, running or closed; sales finds out whose affair it is (R18)."""

    def __init__(self, office: Office, order_no: str) -> None:
        super().__init__(office)
        self.order_no = order_no

    @override
    def actor(self, call: Call, subject: Reading) -> Actor:
        return THE_CUSTOMER

    @override
    def read(self, call: Call, actor: Actor, subject: Reading) -> Verdict:
        said = forms.read(ComplaintIn, call.body)
        about = {"origin": Origin.COMPLAINT, "department": Department.SALES, "order_no": self.order_no}
        return super().read(replace(call, body={**about, "text": said.text, "reference": said.kind}), actor, subject)


def has_facts(body: Mapping[str, Any]) -> bool:
    return any(body.get(name) is not None for name in ("lines", "requested_date", "ship_to"))


class Answer(Complete):
    """Signs for a delivery or refuses it, or says how it was."""

    @override
    def powers(self, person: Person, now: Any, subject: TaskRecord) -> Actor:
        return THE_CUSTOMER

    @override
    def may(self, actor: Actor, subject: TaskRecord, call: Call) -> Refusal | None:
        return authority.may_answer(actor, subject.task, str(call.body.get("outcome")))

    @override
    def hindrance(self, actor: Actor, subject: TaskRecord, verdict: Verdict) -> Refusal | None:
        """Whoever of the plant holds the task holds it for the customer."""
        return closed(subject.task)
