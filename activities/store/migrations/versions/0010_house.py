"""Tokens have a name and were last used at a time; what admins do to people, and who sends mail again, is on record."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("token", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.add_column("token", sa.Column("used_at", INSTANT, nullable=True))
    op.create_table(
        "house_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("about", ORDERED, nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_house_log"),
    )
    op.create_index("ix_house_log_about", "house_log", ["about", "id"])
