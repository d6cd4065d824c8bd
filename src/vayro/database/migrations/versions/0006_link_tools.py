"""What a deletion takes back, and templates of UTM parameters."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import UtcDateTime, UuidText

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.add_column("link_deletions", sa.Column("kept", sa.Text(), nullable=True))
    op.create_table(
        "utm_templates",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("medium", sa.String(length=200), nullable=True),
        sa.Column("campaign", sa.String(length=200), nullable=True),
        sa.Column("term", sa.String(length=200), nullable=True),
        sa.Column("content", sa.String(length=200), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_utm_templates_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_utm_templates"),
        sa.UniqueConstraint("workspace_id", "name", name="uq_utm_templates_workspace_id_name"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("utm_templates")
    op.drop_column("link_deletions", "kept")
