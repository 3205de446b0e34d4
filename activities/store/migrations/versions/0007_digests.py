"""People get a digest of a morning, and choose what they want to hear of at once."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("person", sa.Column("mail", sa.String(), nullable=False, server_default="instant"))
    op.create_table(
        "digest",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("person", ORDERED, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("day", "person", name="pk_digest"),
    )
    op.create_table(
        "kept_notice",
        sa.Column("person", ORDERED, nullable=False),
        sa.Column("notice_key", ORDERED, nullable=False),
        sa.Column("task_id", ORDERED, nullable=False),
        sa.PrimaryKeyConstraint("person", "notice_key", name="pk_kept_notice"),
    )
