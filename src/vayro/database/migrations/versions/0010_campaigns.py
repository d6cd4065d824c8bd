"""Campaigns, their messages, and who wants none."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import JsonText, UtcDateTime, UuidText

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "campaigns",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("user_id", UuidText(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("variant", sa.String(length=20), nullable=False),
        sa.Column("texts", JsonText, nullable=False),
        sa.Column("audience", JsonText, nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("rate_per_second", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.String(length=5), nullable=True),
        sa.Column("quiet_until", sa.String(length=5), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("scheduled_at", UtcDateTime(), nullable=True),
        sa.Column("is_prepared", sa.Boolean(), nullable=False),
        sa.Column("prepared_until", UuidText(), nullable=True),
        sa.Column("skipped", JsonText, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_campaigns_user_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_campaigns_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
    )
    op.create_index("ix_campaigns_status_scheduled_at", "campaigns", ["status", "scheduled_at"])
    op.create_index("ix_campaigns_workspace_id_created_at_id", "campaigns", ["workspace_id", "created_at", "id"])
    op.create_table(
        "campaign_messages",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("campaign_id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("business_id", UuidText(), nullable=False),
        sa.Column("site_id", UuidText(), nullable=False),
        sa.Column("link_id", UuidText(), nullable=True),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("encoding", sa.String(length=10), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_by", UuidText(), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("provider_message_id", sa.String(length=100), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("cost_micros", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_campaign_messages_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_messages"),
        sa.UniqueConstraint("campaign_id", "phone", name="uq_campaign_messages_campaign_id_phone"),
    )
    op.create_index("ix_campaign_messages_business_id", "campaign_messages", ["business_id"])
    op.create_index(
        "ix_campaign_messages_campaign_id_status_due_at", "campaign_messages", ["campaign_id", "status", "due_at"]
    )
    op.create_index("ix_campaign_messages_provider_message_id", "campaign_messages", ["provider_message_id"])
    op.create_index("ix_campaign_messages_workspace_id_phone", "campaign_messages", ["workspace_id", "phone"])
    op.create_table(
        "opt_outs",
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("keyword", sa.String(length=50), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "phone", name="pk_opt_outs"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("opt_outs")
    op.drop_table("campaign_messages")
    op.drop_table("campaigns")
