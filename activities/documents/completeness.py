"""Whether an order's file is complete: what the policy wants, against what is there or can be printed from the record."""

from collections.abc import Callable

from activities.store import Store
from activities.store.documents import SIGNED, UPLOADED
from workflows.types.orders import OrderRow
from workflows.types.tasks import Task
from workflows.types.words import DeliveryState, DocumentKind, Kind, OrderStatus, TaskStatus

Done = dict[Kind, Task]
WITNESSED = {(DocumentKind.SIGN_OFF, SIGNED), (DocumentKind.SIGN_OFF, UPLOADED)}
"""What proves that a customer has signed; our own print of it does not."""

CAN_BE_PRINTED: dict[DocumentKind, Callable[[OrderRow, Done], bool]] = {
    DocumentKind.CUSTOMER_ORDER: lambda order, done: bool(order.promises),
    DocumentKind.PRODUCTION_PLAN: lambda order, done: Kind.MAKE_PLAN in done,
    DocumentKind.INSPECTION_REPORT: lambda order, done: Kind.INSPECT in done,
    DocumentKind.DELIVERY_NOTE: lambda order, done: Kind.DISPATCH in done,
    DocumentKind.SIGN_OFF: lambda order, done: False,
}


def missing(store: Store, order_no: str) -> tuple[DocumentKind, ...]:
    """Kinds of documents that an order's file lacks, as the policy names them; of an unknown order nothing."""
    if store.orders.row(order_no) is None:
        return ()
    order, digest = store.orders.governed(order_no)
    if order.status is OrderStatus.CANCELLED:
        return ()
    there = store.documents.kinds(order_no)
    done = {task.kind: task for task in store.documents.tasks(order_no) if task.status is TaskStatus.COMPLETED}
    required = store.policies.get(digest).documents.required
    return tuple(kind for kind in required if not is_there(store, order, kind, there, done))


def is_there(store: Store, order: OrderRow, kind: DocumentKind, there: set[tuple[str, str]], done: Done) -> bool:
    if kind is not DocumentKind.SIGN_OFF:
        return any(each == kind for each, _ in there) or CAN_BE_PRINTED[kind](order, done)
    # Goods that nobody took are signed for by nobody.
    if order.delivery is DeliveryState.UNDELIVERED or there & WITNESSED:
        return True
    return any(each.outcome == "signed" for each in store.signatures.of_order(order.order_no))
