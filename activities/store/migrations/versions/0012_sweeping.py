"""Links that are over are found without looking at the others."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_mail_link_expires", "mail_link", ["expires_at"])
