"""The core: accounts, links, clicks."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import JsonText, UtcDateTime, UuidText
from vayro.database.partitions import create_ahead, create_default_partition

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "click_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("first_timestamp", UtcDateTime(), nullable=False),
        sa.Column("last_timestamp", UtcDateTime(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("committed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_click_batches"),
    )
    op.create_index("ix_click_batches_committed_at", "click_batches", ["committed_at"], unique=False)
    op.create_table(
        "click_dead_letters",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("segment", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("deliveries", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_click_dead_letters"),
    )
    op.create_table(
        "click_events",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("timestamp", UtcDateTime(), nullable=False),
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("country_code", sa.String(length=2), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("device_type", sa.String(length=10), nullable=False),
        sa.Column("browser", sa.String(length=50), nullable=True),
        sa.Column("os", sa.String(length=50), nullable=True),
        sa.Column("referer", sa.Text(), nullable=True),
        sa.Column("ip_address", sa.String(length=45), nullable=True),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("visitor_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", "timestamp", name="pk_click_events"),
        postgresql_partition_by="RANGE (timestamp)",
    )
    op.create_index("ix_click_events_link_id_timestamp", "click_events", ["link_id", sa.text("timestamp DESC")])
    op.create_index("ix_click_events_timestamp", "click_events", ["timestamp"], unique=False, postgresql_using="brin")
    op.create_table(
        "click_rollups",
        sa.Column("subject_id", UuidText(), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("start", UtcDateTime(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("bots", sa.BigInteger(), nullable=False),
        sa.Column("visitors", sa.BigInteger(), nullable=False),
        sa.Column("quarters", sa.LargeBinary(), nullable=False),
        sa.Column("sketches", sa.LargeBinary(), nullable=True),
        sa.Column("breakdown", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", "level", "start", name="pk_click_rollups"),
    )
    op.create_index("ix_click_rollups_level_start", "click_rollups", ["level", "start"], unique=False)
    op.create_table(
        "click_segments",
        sa.Column("segment", sa.String(length=80), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("read_offset", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("segment", name="pk_click_segments"),
    )
    op.create_index("ix_click_segments_updated_at", "click_segments", ["updated_at"], unique=False)
    op.create_table(
        "code_blocks",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_code_blocks"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "link_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("short_code", sa.String(length=50), nullable=False),
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_changes"),
    )
    op.create_index("ix_link_changes_changed_at", "link_changes", ["changed_at"], unique=False)
    op.create_index("ix_link_changes_domain_short_code", "link_changes", ["domain", "short_code"], unique=False)
    op.create_table(
        "link_stats",
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("bots", sa.BigInteger(), nullable=False),
        sa.Column("last_clicked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_link_stats"),
    )
    op.create_index("ix_link_stats_clicks", "link_stats", ["clicks"], unique=False)
    op.create_table(
        "link_usage",
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_link_usage"),
    )
    op.create_table(
        "job_leases",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("holder", UuidText(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_leases"),
    )
    op.create_table(
        "rollup_marks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("hour", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rollup_marks"),
    )
    op.create_index("ix_rollup_marks_workspace_id_hour", "rollup_marks", ["workspace_id", "hour"], unique=False)
    op.create_table(
        "rollup_state",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rollup_state"),
    )
    op.create_table(
        "snowflake_nodes",
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_snowflake_nodes"),
    )
    op.create_table(
        "users",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("plan", sa.String(length=50), server_default="free", nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "visitor_salts",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_visitor_salts"),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("user_id", UuidText(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_api_keys_user_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_api_keys_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_index("ix_api_keys_workspace_id", "api_keys", ["workspace_id"], unique=False)
    op.create_table(
        "domains",
        sa.Column("name", sa.String(length=253), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_domains_workspace_id"),
        sa.PrimaryKeyConstraint("name", name="pk_domains"),
    )
    op.create_table(
        "links",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("user_id", UuidText(), nullable=True),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("short_code", sa.String(length=50), nullable=False),
        sa.Column("target_url", sa.Text(), nullable=False),
        sa.Column("link_type", sa.String(length=50), nullable=False),
        sa.Column("canonical", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("tags", JsonText, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("redirect_status", sa.Integer(), nullable=False),
        sa.Column("cache_seconds", sa.Integer(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("expired_url", sa.Text(), nullable=True),
        sa.Column("max_clicks", sa.BigInteger(), nullable=True),
        sa.Column("metadata", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_links_user_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_links_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("domain", "short_code", name="uq_links_domain_short_code"),
    )
    op.create_index("ix_links_workspace_id_created_at_id", "links", ["workspace_id", "created_at", "id"], unique=False)
    op.create_index(
        "uq_links_canonical",
        "links",
        ["workspace_id", "target_url", "link_type"],
        unique=True,
        postgresql_where=sa.text("canonical AND is_active"),
        sqlite_where=sa.text("canonical AND is_active"),
    )
    op.create_table(
        "workspace_members",
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("user_id", UuidText(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_workspace_members_user_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_workspace_members_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name="pk_workspace_members"),
    )
    op.create_index("ix_workspace_members_user_id", "workspace_members", ["user_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        create_default_partition(op.get_bind())
        create_ahead(op.get_bind(), dt.datetime.now(dt.UTC).date())


def downgrade() -> None:
    """Undo."""
    for table in (
        "workspace_members",
        "links",
        "domains",
        "api_keys",
        "workspaces",
        "visitor_salts",
        "users",
        "snowflake_nodes",
        "rollup_state",
        "rollup_marks",
        "link_usage",
        "link_stats",
        "link_changes",
        "job_leases",
        "idempotency_keys",
        "code_blocks",
        "click_segments",
        "click_rollups",
        "click_events",
        "click_dead_letters",
        "click_batches",
    ):
        op.drop_table(table)
