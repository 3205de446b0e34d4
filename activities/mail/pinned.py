"""The policy that governs an order."""

from sqlalchemy import select

from activities.store import Store
from activities.store.keys import order_key
from activities.store.tables import ORDER
from workflows.types.policy import Policy


def pinned_policy(store: Store, order_no: str) -> Policy:
    """What the order was entered under, or has adopted since; raises UnknownPolicy."""
    with store.database.reading() as connection:
        digest = connection.execute(select(ORDER.c.policy).where(ORDER.c.order_id == order_key(order_no))).scalar_one()
    return store.policies.get(digest)
