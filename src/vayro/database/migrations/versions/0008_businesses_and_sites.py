"""Businesses, their sites, and the processes that generate them."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import JsonText, UtcDateTime, UuidText

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "businesses",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=True),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("address", sa.String(length=500), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("deal_value_micros", sa.BigInteger(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_businesses_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_businesses"),
    )
    op.create_index("ix_businesses_workspace_id_created_at_id", "businesses", ["workspace_id", "created_at", "id"])
    op.create_index("ix_businesses_workspace_id_phone", "businesses", ["workspace_id", "phone"])
    op.create_table(
        "sites",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("business_id", UuidText(), nullable=False),
        sa.Column("user_id", UuidText(), nullable=True),
        sa.Column("subdomain", sa.String(length=63), nullable=False),
        sa.Column("custom_domain", sa.String(length=253), nullable=True),
        sa.Column("verification_token", sa.String(length=64), nullable=True),
        sa.Column("verified_at", UtcDateTime(), nullable=True),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("generator", sa.String(length=20), nullable=False),
        sa.Column("design", sa.String(length=50), nullable=False),
        sa.Column("brief", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("generation_id", UuidText(), nullable=False),
        sa.Column("generations", sa.Integer(), nullable=False),
        sa.Column("content", JsonText, nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("etag", sa.String(length=64), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["businesses.id"], name="fk_sites_business_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sites_user_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_sites_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("business_id", name="uq_sites_business_id"),
        sa.UniqueConstraint("custom_domain", name="uq_sites_custom_domain"),
        sa.UniqueConstraint("subdomain", name="uq_sites_subdomain"),
    )
    op.create_index("ix_sites_status_updated_at", "sites", ["status", "updated_at"])
    op.create_index("ix_sites_workspace_id_created_at_id", "sites", ["workspace_id", "created_at", "id"])
    op.create_table(
        "job_executors",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job_executors"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("job_executors")
    op.drop_table("sites")
    op.drop_table("businesses")
