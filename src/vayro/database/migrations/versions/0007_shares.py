"""Pages with the analytics of a link, for whoever has their address."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import UtcDateTime, UuidText

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link_shares",
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_token", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_link_shares"),
        sa.UniqueConstraint("token_hash", name="uq_link_shares_token_hash"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("link_shares")
