"""What took long at a million orders: medians, and a customer's orders by number. Figures are counted from the events anew."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MEASURED = sa.text("value IS NOT NULL AND NOT is_open")
BY_VALUE = ["measure", "bucket", "value", "day", "customer", "order_id", "is_open"]
DERIVED = ("figure_cell", "figure_fact", "figure_order")


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in DERIVED:
        op.execute(f"DELETE FROM {table}" if is_sqlite else f"TRUNCATE {table}")  # noqa: S608 - ours alone
    op.drop_index("ix_figure_fact_value", "figure_fact")
    op.create_index("ix_figure_fact_value", "figure_fact", BY_VALUE, sqlite_where=MEASURED, postgresql_where=MEASURED)
    op.create_index("ix_order_customer_id", "customer_order", ["customer", "order_id"])
