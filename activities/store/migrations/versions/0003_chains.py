"""Orders know the digest of their history, so that no writer adds to a history that it does not know."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of orders on their way it is unknown: their next writing goes the patient way, and sets it.
    op.add_column("customer_order", sa.Column("chain", sa.String(), nullable=False, server_default=""))
