"""Under which products an order is summed up, as of where its figures are."""

import json

import sqlalchemy as sa
from alembic import op

from activities.store.keys import folded

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ORDERED = sa.String().with_variant(sa.String(collation="C"), "postgresql")
# Whose figures are where the order is, its lines are the same. The few others have theirs in their story.
UP_TO_DATE = """
INSERT INTO figure_product (product, order_id)
SELECT order_line.product_key, order_line.order_id FROM order_line
JOIN figure_order ON figure_order.order_id = order_line.order_id
JOIN customer_order ON customer_order.order_id = order_line.order_id
WHERE figure_order.seq = customer_order.last_seq
"""
BEHIND = """
SELECT figure_order.order_id, figure_order.story FROM figure_order
JOIN customer_order ON customer_order.order_id = figure_order.order_id
WHERE figure_order.seq <> customer_order.last_seq
"""


def upgrade() -> None:
    made = op.create_table(
        "figure_product",
        sa.Column("product", ORDERED, nullable=False),
        sa.Column("order_id", ORDERED, nullable=False),
        sa.PrimaryKeyConstraint("product", "order_id", name="pk_figure_product"),
    )
    op.execute(UP_TO_DATE)
    for order_id, story in op.get_bind().execute(sa.text(BEHIND)).all():
        products = {folded(product) for product in json.loads(story)["wish"].get("products", ())}
        if products:
            op.bulk_insert(made, [{"product": product, "order_id": order_id} for product in sorted(products)])
