"""Links in mails, and what customers sign by them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mail_link",
        sa.Column("digest", ORDERED, nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("who", ORDERED, nullable=False),
        sa.Column("notice_key", ORDERED, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_mail_link"),
    )
    op.create_table(
        "signature",
        sa.Column("link", ORDERED, nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("order_no", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("code_expires_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("link", name="pk_signature"),
    )
    op.create_index("ix_signature_order", "signature", ["order_id", "signed_at"])
