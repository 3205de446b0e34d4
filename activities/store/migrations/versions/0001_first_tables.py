"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Prefixes and cursors are ranges of bytes: a locale's order would tear them apart.
ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "customer_order",
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("order_no", ORDERED, nullable=False),
        sa.Column("customer", ORDERED, nullable=False),
        sa.Column("customer_key", ORDERED, nullable=False),
        sa.Column("status", ORDERED, nullable=False),
        sa.Column("stage", ORDERED, nullable=False),
        sa.Column("risk", ORDERED, nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("unnumbered", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("fence", sa.Float(), nullable=False),
        sa.Column("confirmed_seq", sa.Integer(), nullable=False),
        sa.Column("lines_digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_customer_order"),
    )
    op.create_index("ix_order_created", "customer_order", ["created_at", "order_id"])
    op.create_index("ix_order_customer_created", "customer_order", ["customer", "created_at", "order_id"])
    op.create_index("ix_order_customer_key", "customer_order", ["customer_key", "order_id"])
    op.create_index("ix_order_due", "customer_order", ["due", "order_id"])
    op.create_index("ix_order_risk_created", "customer_order", ["risk", "created_at", "order_id"])
    op.create_index("ix_order_status_created", "customer_order", ["status", "created_at", "order_id"])
    op.create_index("ix_order_status_due", "customer_order", ["status", "due", "order_id"])
    op.create_index("ix_order_status_id", "customer_order", ["status", "order_id"])
    op.create_table(
        "inbox_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("task_id", ORDERED, nullable=False),
        sa.Column("said_id", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox_log"),
    )
    op.create_index("ix_inbox_log_task", "inbox_log", ["task_id"])
    op.create_table(
        "notice",
        sa.Column("notice_key", ORDERED, nullable=False),
        sa.Column("recipient", ORDERED, nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("notice_key", "recipient", name="pk_notice"),
    )
    op.create_index(
        "ix_notice_dead", "notice", ["at"], sqlite_where=sa.text("state = 'dead'"), postgresql_where=sa.text("state = 'dead'")
    )
    op.create_index("ix_notice_order", "notice", ["order_id", "opened_at", "notice_key", "recipient"])
    op.create_table(
        "person",
        sa.Column("id", ORDERED, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("departments", sa.JSON(), nullable=False),
        sa.Column("head_of", sa.JSON(), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("away_from", sa.Date(), nullable=True),
        sa.Column("away_to", sa.Date(), nullable=True),
        sa.Column("substitute", sa.String(), nullable=True),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "policy",
        sa.Column("digest", ORDERED, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_policy"),
    )
    op.create_table(
        "policy_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy_text"),
    )
    op.create_table(
        "register",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_register"),
    )
    op.create_table(
        "reply",
        sa.Column("said_id", ORDERED, nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("location", sa.String(), nullable=True),
        sa.Column("etag", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("said_id", name="pk_reply"),
    )
    op.create_index("ix_reply_order", "reply", ["order_id", "seq"])
    op.create_table(
        "event",
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("said_id", sa.String(), nullable=True),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.order_id"], name="fk_event_order_id"),
        sa.PrimaryKeyConstraint("order_id", "seq", name="pk_event"),
    )
    op.create_table(
        "order_line",
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("product_key", ORDERED, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.order_id"], name="fk_order_line_order_id"),
        sa.PrimaryKeyConstraint("order_id", "product_key", name="pk_order_line"),
    )
    op.create_index("ix_line_product", "order_line", ["product_key", "order_id"])
    op.create_table(
        "task",
        sa.Column("id", ORDERED, nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("department", ORDERED, nullable=False),
        sa.Column("kind", ORDERED, nullable=False),
        sa.Column("status", ORDERED, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("due_soon_at", INSTANT, nullable=False),
        sa.Column("completed_at", INSTANT, nullable=True),
        sa.Column("opened_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unnumbered", sa.Integer(), nullable=False),
        sa.Column("holder", ORDERED, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.order_id"], name="fk_task_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
    )
    op.create_index("ix_task_department", "task", ["department", "status", "due_at", "id"])
    op.create_index(
        "ix_task_holder",
        "task",
        ["holder", "status", "due_at", "id"],
        sqlite_where=sa.text("holder IS NOT NULL"),
        postgresql_where=sa.text("holder IS NOT NULL"),
    )
    op.create_index("ix_task_order", "task", ["order_id", "status"])
    op.create_table(
        "token",
        sa.Column("digest", ORDERED, nullable=False),
        sa.Column("person", ORDERED, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_token_person"),
        sa.PrimaryKeyConstraint("digest", name="pk_token"),
    )
    op.create_index("ix_token_person", "token", ["person"])
    op.create_table(
        "snooze",
        sa.Column("task_id", ORDERED, nullable=False),
        sa.Column("person", ORDERED, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_snooze_task_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "person", name="pk_snooze"),
    )
    op.execute("INSERT INTO register (id, version) VALUES (1, 0)")
