"""Indexes for long histories: a customer's promises, prefixes in the order of entry, kinds of closed tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CLOSED, HELD = sa.text("status <> 'open'"), sa.text("holder IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_order_customer_due", "customer_order", ["customer", "due", "order_id"])
    op.create_index("ix_order_id_created", "customer_order", ["order_id", "created_at"])
    op.drop_index("ix_order_customer_key", "customer_order")
    op.create_index("ix_order_customer_key", "customer_order", ["customer_key", "created_at", "order_id"])
    op.create_index(
        "ix_task_closed_kind",
        "task",
        ["kind", "department", "status", "due_at", "id"],
        sqlite_where=CLOSED,
        postgresql_where=CLOSED,
    )
    op.drop_index("ix_task_holder", "task")
    op.create_index(
        "ix_task_holder", "task", ["holder", "status", "due_at", "id", "kind"], sqlite_where=HELD, postgresql_where=HELD
    )
