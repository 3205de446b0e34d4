"""People's desks: what waits on others for an order's owner, what somebody snoozed, and what is said about a task."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("status = 'open'")
OWNER = {"sqlite": "json_extract(body, '$.owner')", "postgresql": "body::json ->> 'owner'"}
"""Where an order's row has it."""


def upgrade() -> None:
    op.add_column("task", sa.Column("owner", ORDERED, nullable=True))
    op.execute(
        f"UPDATE task SET owner = (SELECT {OWNER[op.get_bind().dialect.name]} FROM customer_order"  # noqa: S608
        " WHERE customer_order.order_id = task.order_id) WHERE status = 'open'"
    )
    op.create_index("ix_task_owner", "task", ["owner", "department", "due_at", "id"], sqlite_where=OPEN, postgresql_where=OPEN)
    # With the kind behind the rest, a list of one kind passes all others without reading their rows.
    op.drop_index("ix_task_department", "task")
    op.create_index("ix_task_department", "task", ["department", "status", "due_at", "id", "kind"])
    op.create_index("ix_snooze_person", "snooze", ["person", "until"])
    op.create_table(
        "task_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", ORDERED, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_id", ORDERED, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_task_comment"),
    )
    op.create_index("ix_task_comment_task", "task_comment", ["task_id", "id"])
    op.create_index("ix_task_comment_said", "task_comment", ["said_id"], unique=True)
