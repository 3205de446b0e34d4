"""Opens cases beside the orders: the port `Cases`, on Temporal and the store."""

import asyncio
from datetime import date

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from typing_extensions import override

from activities import entering
from activities.policy_in_force import Reading
from activities.store import Store
from workflows import ids, ports
from workflows.types.cases import CaseFacts
from workflows.types.commands import Actor, OrderStart
from workflows.types.events import SaidRef
from workflows.types.orders import Customer, OrderFacts
from workflows.types.words import SYSTEM, Department, Origin, Priority


class Cases(ports.Cases):
    """Holds the client and the store; its calls may be tried again at any line."""

    def __init__(self, client: Client, store: Store) -> None:
        self._client = client
        self._store = store

    @override
    @activity.defn(name="cases.open")
    async def open(self, start: OrderStart) -> str:
        if start.ref is None:
            raise ApplicationError("a case needs the id of the call that opens it", non_retryable=True)
        if start.facts.order_no:
            # Whoever opens the same file a second time finds it open.
            await self._enter(start, start.ref, start.facts.order_no)
            return start.facts.order_no
        while not await self._enter(start, start.ref, number := await self._number(start.ref)):
            await asyncio.to_thread(self._store.cases.pass_over, start.ref.id, number)
        return number

    async def _number(self, ref: SaidRef) -> str:
        """The call's own: what the store has under it was opened by this call."""
        return await asyncio.to_thread(self._store.cases.number, ref.id)

    async def _enter(self, start: OrderStart, ref: SaidRef, number: str) -> bool:
        """Opens the case, or finds it open; False: the engine has another's of this number, which a restored store may not."""
        if await asyncio.to_thread(self._store.orders.exists, number):
            return True
        facts = start.facts.model_copy(update={"order_no": number})
        try:
            await entering.enter(self._client, start.model_copy(update={"facts": facts}), ref)
        except WorkflowAlreadyStartedError:
            return False
        return True


def file_of(store: Store, order_no: str, missing: str, policy: Reading) -> OrderStart:
    """The case that asks sales for the documents that an order's file still misses; one for each order."""
    order = store.orders.row(order_no)
    if order is None:
        raise LookupError(order_no)
    case = CaseFacts(origin=Origin.FILE, text=missing, department=Department.SALES, about=order.order_no)
    number = ids.order_file(order.order_no)
    return _start(number, case, order.customer, order.owner, SYSTEM, policy, key=number)


def action_of(meeting: str, n: int, text: str, department: Department, due: date, by: str, policy: Reading) -> OrderStart:
    """The action that a meeting's n-th decision asks of a department until a day."""
    case = CaseFacts(origin=Origin.MEETING, text=text, department=department, reference=f"{meeting}-{n}"[:64], due=due)
    plant = policy.policy.plant
    return _start("", case, Customer(name=plant.name), by, by, policy, key=f"{meeting}-{n}")


def _start(number: str, case: CaseFacts, customer: Customer, owner: str, by: str, policy: Reading, key: str) -> OrderStart:
    pinned, digest = policy.adopted(Priority.NORMAL)
    facts = OrderFacts(order_no=number, customer=customer, lines=(), requested_date=policy.today, owner=owner, case=case)
    ref = SaidRef(id=ids.said(SYSTEM, "case", case.origin, key), key=key[:255], fingerprint=key[:255])
    return OrderStart(facts=facts, entered_by=Actor(id=by), policy=pinned, digest=digest, ref=ref)
