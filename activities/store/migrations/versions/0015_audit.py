"""The chain of what happened, and who read what."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
GOING_ON = sa.text("NOT is_final")
SIGNED = sa.text("signed_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "audit_link",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("source", ORDERED, nullable=False),
        sa.Column("subject", ORDERED, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_audit_link"),
    )
    op.create_index("ix_audit_link_subject", "audit_link", ["source", "subject", "first"])
    op.create_table(
        "audit_head",
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_audit_head"),
    )
    op.create_index("ix_audit_head_going_on", "audit_head", ["order_id"], sqlite_where=GOING_ON, postgresql_where=GOING_ON)
    op.create_table(
        "audit_mail",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_audit_mail"),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", ORDERED, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", ORDERED, nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
    )
    op.create_index("ix_access_log_about", "access_log", ["about", "id"])
    op.create_index("ix_access_log_person", "access_log", ["person", "id"])
    # By when it was signed the chain takes signatures in.
    op.create_index("ix_signature_signed", "signature", ["signed_at"], sqlite_where=SIGNED, postgresql_where=SIGNED)
