"""Documents and their archive."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("kind", ORDERED, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", ORDERED, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.order_id"], name="fk_document_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_order", "document", ["order_id", "kind", "version"], unique=True)
    op.create_index("ix_document_sha256", "document", ["sha256"])
    op.create_table(
        "archive",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("customer_key", ORDERED, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.Column("sha256", ORDERED, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("missing", sa.String(), nullable=False),
        sa.Column("last_document", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("verified_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["customer_order.order_id"], name="fk_archive_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_archive"),
    )
    op.create_index("ix_archive_order", "archive", ["order_id", "id"])
    op.create_index("ix_archive_customer", "archive", ["customer_key", "id"])
    op.create_index("ix_archive_closed", "archive", ["closed_at", "id"])
