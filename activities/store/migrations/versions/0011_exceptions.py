"""What goes wrong is found without looking at what goes well: orders in danger, tasks that are silent or asked again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

THREATENED = sa.text("status IN ('open', 'on_hold') AND risk IN ('late', 'at_risk')")
TROUBLED = sa.text(
    r"""status = 'open' AND (kind = 'produce' AND body LIKE '%"is_silence_told"\:true%' OR """
    "kind IN ('make_plan', 'ready_materials', 'ready_equipment', 'ready_people', 'produce') AND id NOT LIKE '%.1')"
)


def upgrade() -> None:
    op.create_index(
        "ix_order_threatened", "customer_order", ["risk", "due", "order_id"], sqlite_where=THREATENED, postgresql_where=THREATENED
    )
    op.create_index("ix_task_troubled", "task", ["due_at", "id"], sqlite_where=TROUBLED, postgresql_where=TROUBLED)
