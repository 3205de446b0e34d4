"""What time alone has decided is read within an index that holds all that is asked of it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UNDECIDED = sa.text("is_open")
BY_EXPIRY = ["measure", "expires", "day", "what", "marks", "bucket", "part", "of", "value", "customer", "order_id", "is_open"]


def upgrade() -> None:
    op.drop_index("ix_figure_fact_open", "figure_fact")
    op.create_index("ix_figure_fact_overdue", "figure_fact", BY_EXPIRY, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED)
