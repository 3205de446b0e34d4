"""What is recorded about an order, and what is open by its origin, are found without reading every case."""

import json

import sqlalchemy as sa
from alembic import op

from activities.store.keys import order_key

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
ABOUT = sa.text("about IS NOT NULL")
UNDER_WAY = sa.text("is_case AND status NOT IN ('completed', 'cancelled')")


def upgrade() -> None:
    op.add_column("customer_order", sa.Column("about", ORDERED, nullable=True))
    op.add_column("customer_order", sa.Column("origin", ORDERED, nullable=True))
    connection = op.get_bind()
    cases = connection.execute(sa.text("SELECT order_id, body FROM customer_order WHERE is_case")).all()
    # In Python, since no database folds an order's number as we do.
    if rows := [{"order": row.order_id, **recorded(json.loads(row.body).get("case") or {})} for row in cases]:
        connection.execute(sa.text("UPDATE customer_order SET about = :about, origin = :origin WHERE order_id = :order"), rows)
    columns = ["about", "created_at", "order_id"]
    op.create_index("ix_order_about", "customer_order", columns, sqlite_where=ABOUT, postgresql_where=ABOUT)
    columns = ["origin", "order_id"]
    op.create_index("ix_order_case_open", "customer_order", columns, sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY)


def recorded(case: dict[str, str | None]) -> dict[str, str | None]:
    about = case.get("about")
    return {"about": order_key(about) if about else None, "origin": case.get("origin")}
