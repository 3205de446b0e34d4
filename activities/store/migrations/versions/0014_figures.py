"""What figures are made of."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
GOING_ON, UNDECIDED, MEASURED = sa.text("NOT is_final"), sa.text("is_open"), sa.text("bucket >= 0")


def upgrade() -> None:
    op.create_table(
        "figure_order",
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("unnumbered", sa.Integer(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_figure_order"),
    )
    op.create_index("ix_figure_order_going_on", "figure_order", ["order_id"], sqlite_where=GOING_ON, postgresql_where=GOING_ON)
    op.create_table(
        "figure_fact",
        sa.Column("order_id", ORDERED, nullable=False),
        sa.Column("measure", ORDERED, nullable=False),
        sa.Column("item", ORDERED, nullable=False),
        sa.Column("what", ORDERED, nullable=False),
        sa.Column("customer", ORDERED, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "measure", "item", name="pk_figure_fact"),
    )
    fact_indexes = {
        "day": (["measure", "day", "order_id", "item"], None),
        "customer": (["customer", "measure", "day", "order_id", "item"], None),
        "open": (["measure", "day"], UNDECIDED),
        "value": (["measure", "bucket", "day"], MEASURED),
    }
    for name, (columns, where) in fact_indexes.items():
        op.create_index(f"ix_figure_fact_{name}", "figure_fact", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "figure_cell",
        sa.Column("scope", ORDERED, nullable=False),
        sa.Column("period", ORDERED, nullable=False),
        sa.Column("measure", ORDERED, nullable=False),
        sa.Column("what", ORDERED, nullable=False),
        sa.Column("marks", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "period", "measure", "what", "marks", "bucket", name="pk_figure_cell"),
    )
    op.create_table(
        "figure_mark",
        sa.Column("name", ORDERED, nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_figure_mark"),
    )
    op.execute("INSERT INTO figure_mark (name, upto) VALUES ('keeper', 0), ('document', 0)")
