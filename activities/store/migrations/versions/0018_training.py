"""Who was taught what, and until when that counts."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)
QUEUED = sa.text("state = 'queued'")
TRAINED = sa.text(r"""status = 'open' AND body LIKE '%"course"\:"%'""")


def upgrade() -> None:
    courses()
    sessions()
    letters()
    op.create_index("ix_task_trained", "task", ["due_at", "id"], sqlite_where=TRAINED, postgresql_where=TRAINED)


def courses() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course", ORDERED, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("department", ORDERED, nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_course"),
    )
    op.create_index("ix_course_course", "course", ["course", "id"])


def sessions() -> None:
    op.create_table(
        "training_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course", ORDERED, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("trainer", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("said_id", ORDERED, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_training_session"),
    )
    op.create_index("ix_training_session_course", "training_session", ["course", "held_on", "id"])
    op.create_index("ix_training_session_held", "training_session", ["held_on", "id"])
    op.create_index("ix_training_session_said", "training_session", ["said_id"], unique=True)
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session", sa.Integer(), nullable=False),
        sa.Column("person", ORDERED, nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["session"], ["training_session.id"], name="fk_attendance_session"),
        sa.PrimaryKeyConstraint("id", name="pk_attendance"),
    )
    op.create_index("ix_attendance_session", "attendance", ["session", "person", "id"])
    op.create_index("ix_attendance_person", "attendance", ["person", "id"])


def letters() -> None:
    op.create_table(
        "training_letter",
        sa.Column("message_id", ORDERED, nullable=False),
        sa.Column("recipient", ORDERED, nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name="pk_training_letter"),
    )
    op.create_index("ix_training_letter_next", "training_letter", ["next_at"], sqlite_where=QUEUED, postgresql_where=QUEUED)
    op.create_table(
        "training_told",
        sa.Column("person", ORDERED, nullable=False),
        sa.Column("course", ORDERED, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recipient", ORDERED, nullable=False),
        sa.Column("letter", ORDERED, nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["training_letter.message_id"], name="fk_training_told_letter"),
        sa.PrimaryKeyConstraint("person", "course", "until", "step", "recipient", name="pk_training_told"),
    )
    op.create_index("ix_training_told_letter", "training_told", ["letter"])
