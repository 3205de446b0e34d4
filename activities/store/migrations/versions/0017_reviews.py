"""Regular looks at the plant: packs, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "timetable",
        sa.Column("id", ORDERED, nullable=False),
        sa.Column("written", sa.String(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_timetable"),
    )
    op.create_table(
        "review",
        sa.Column("id", ORDERED, nullable=False),
        sa.Column("kind", ORDERED, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("state", ORDERED, nullable=False),
        sa.Column("made_at", INSTANT, nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
    )
    op.create_index("ix_review_planned", "review", ["planned_at", "id"])
    op.create_table(
        "review_decision",
        sa.Column("review", ORDERED, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("department", ORDERED, nullable=False),
        sa.Column("owner", ORDERED, nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("by", ORDERED, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("state", ORDERED, nullable=False),
        sa.Column("case_no", ORDERED, nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("settled_by", ORDERED, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("review", "n", name="pk_review_decision"),
    )
    op.create_index("ix_review_decision_state", "review_decision", ["state", "review", "n"])
    op.create_table(
        "circular",
        sa.Column("letter", ORDERED, nullable=False),
        sa.Column("person", ORDERED, nullable=False),
        sa.Column("kind", ORDERED, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", ORDERED, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("letter", "person", name="pk_circular"),
    )
    op.create_index("ix_circular_state", "circular", ["state", "at"])
