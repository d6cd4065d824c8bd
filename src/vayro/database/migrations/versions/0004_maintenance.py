"""Housekeeping: when chores were done, plans of workspaces, and up to when clicks have expired."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import UtcDateTime, UuidText

revision = "0004"
down_revision = "0003"

# Until now the plan was the owner's alone.
_TAKE_OWNERS_PLAN = """
UPDATE workspaces SET plan = coalesce((
    SELECT min(users.plan) FROM workspace_members JOIN users ON users.id = workspace_members.user_id
    WHERE workspace_members.workspace_id = workspaces.id AND workspace_members.role = 'owner'
), 'free')
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "chore_runs",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("succeeded_at", UtcDateTime(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_chore_runs"),
    )
    op.add_column("workspaces", sa.Column("plan", sa.String(length=50), server_default="free", nullable=False))
    op.execute(_TAKE_OWNERS_PLAN)
    op.create_table(
        "click_expiry",
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("expired_until", UtcDateTime(), nullable=False),
        sa.Column("cleared_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_click_expiry_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_click_expiry"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("click_expiry")
    op.drop_column("workspaces", "plan")
    op.drop_table("chore_runs")
