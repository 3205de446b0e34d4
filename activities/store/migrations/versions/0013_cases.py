"""Cases beside the orders share their tables and their inbox; a change of the policy names what caused it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("customer_order", sa.Column("is_case", sa.Boolean(), nullable=False, server_default=sa.false()))
    a_case = sa.text("is_case")
    op.create_index("ix_order_case", "customer_order", ["created_at", "order_id"], sqlite_where=a_case, postgresql_where=a_case)
    op.create_table(
        "case_number",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("said_id", ORDERED, nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_case_number"),
    )
    op.create_index("ix_case_number_said", "case_number", ["said_id"], unique=True)
    op.add_column("policy_text", sa.Column("because", sa.String(), nullable=True))
