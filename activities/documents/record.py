"""What the record of an order says, as its papers are made of it: the same record makes the same paper."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from activities.store import Store
from activities.store.signatures import Signature
from workflows.types import events as e
from workflows.types.events import Event
from workflows.types.orders import OrderRow, Quantities, Shipment
from workflows.types.policy import Policy
from workflows.types.tasks import Task
from workflows.types.words import Kind, TaskStatus

WAY = (
    Kind.MAKE_PLAN,
    Kind.READY_MATERIALS,
    Kind.READY_EQUIPMENT,
    Kind.READY_PEOPLE,
    Kind.PRODUCE,
    Kind.INSPECT,
    Kind.ACCEPT,
    Kind.PLAN_SHIPMENT,
    Kind.DISPATCH,
    Kind.SIGN_OFF,
)
"""What the goods' sheet goes with through the plant."""
ROUND = (Kind.INSPECT, Kind.REWORK, Kind.DECIDE_DISPOSITION, Kind.ACCEPT)


class Delivery(NamedTuple):
    """Goods that left."""

    shipment: Shipment
    dispatched: e.GoodsDispatched
    quantities: Quantities


class Goods(NamedTuple):
    """So much of one line."""

    number: int
    product_model: str
    unit: str
    pieces: int


class Counted(NamedTuple):
    """One line at one inspection."""

    number: int
    product_model: str
    unit: str
    handed: int
    inspected: int
    failed: int

    @property
    def passed(self) -> int:
        return self.handed - self.failed


@dataclass(frozen=True, kw_only=True)
class Record:
    order: OrderRow
    policy: Policy
    tasks: Sequence[Task]
    """In the order in which they were opened."""
    events: Sequence[Event]
    signatures: Sequence[Signature]
    names: Mapping[str, str]
    """Of people, by id."""

    @classmethod
    def of(cls, store: Store, order_no: str) -> "Record | None":
        if store.orders.row(order_no) is None:
            return None
        order, digest = store.orders.governed(order_no)
        return cls(
            order=order,
            policy=store.policies.get(digest),
            tasks=store.documents.tasks(order_no),
            events=store.orders.every_event(order_no),
            signatures=store.signatures.of_order(order_no),
            names={person.id: person.name for person in store.people.every()},
        )

    @property
    def receipts(self) -> list[Signature]:
        """What was signed for by a link; a refusal is none."""
        return [each for each in self.signatures if each.outcome == "signed"]

    @cached_property
    def plan(self) -> e.PlanMade | None:
        """The one that holds."""
        return next((event.data for event in reversed(self.events) if isinstance(event.data, e.PlanMade)), None)

    @cached_property
    def rounds(self) -> list[Task]:
        """What was inspected, reworked, decided and accepted."""
        done = [task for task in self.tasks if task.kind in ROUND and task.status is TaskStatus.COMPLETED]
        return sorted(done, key=lambda task: (task.completed_at or task.opened_at, task.id))

    @property
    def is_inspected(self) -> bool:
        return any(task.kind is Kind.INSPECT for task in self.rounds)

    @cached_property
    def deliveries(self) -> list[Delivery]:
        return list(self._deliveries())

    def _deliveries(self) -> Iterator[Delivery]:
        known = {task.id: task for task in self.tasks}
        planned: Shipment | None = None
        quantities: Quantities = {}
        for event in self.events:
            match event.data:
                case e.ShipmentArranged(shipment=shipment):
                    planned = shipment
                case e.TaskCompleted(task_id=id) if id in known and known[id].kind is Kind.DISPATCH:
                    quantities = known[id].quantities or {}
                case e.GoodsDispatched() if planned is not None:
                    yield Delivery(planned, event.data, quantities)

    def last(self, kind: Kind) -> Task | None:
        """The newest task of this kind."""
        return next((task for task in reversed(self.tasks) if task.kind is kind), None)

    def goods(self, quantities: Quantities) -> list[Goods]:
        """The lines of a quantity map; one that an amendment has taken away since keeps only its number."""
        lines = {str(number): line for number, line in enumerate(self.order.lines, start=1)}
        named = [(int(key), lines.get(key), count) for key, count in quantities.items() if count]
        return sorted(
            Goods(number, line.product_model if line else "–", line.unit if line else "", count) for number, line, count in named
        )

    def counted(self, task: Task) -> list[Counted]:
        """What an inspection found, line by line; what was left out meant all, or nothing."""
        fields: dict[str, Any] = task.fields or {}
        inspected, failed = fields.get("inspected"), fields.get("failed") or {}
        return [
            Counted(
                goods.number,
                goods.product_model,
                goods.unit,
                goods.pieces,
                goods.pieces if inspected is None else inspected.get(str(goods.number), 0),
                failed.get(str(goods.number), 0),
            )
            for goods in self.goods(task.quantities or {})
        ]
