"""How fast the messages of campaigns may go, over all processes."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import UtcDateTime, UuidText

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "sending_paces",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("free_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sending_paces"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("sending_paces")
