"""What orders want told waits in the store, from where couriers take it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("notice_key", ORDERED, nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.order_id"], name="fk_outbox_order_id"),
        sa.PrimaryKeyConstraint("notice_key", name="pk_outbox"),
    )
    op.create_index("ix_outbox_next", "outbox", ["next_at"])
    op.create_index("ix_outbox_order", "outbox", ["order_id", "seq"])
