"""Links, their change feed, and where short codes come from."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import JsonText, UtcDateTime, UuidText

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
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
        "link_deletions",
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_link_deletions"),
    )
    op.create_table(
        "link_usage",
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_link_usage"),
    )
    op.create_table(
        "code_blocks",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_code_blocks"),
    )
    op.create_table(
        "snowflake_nodes",
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_snowflake_nodes"),
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


def downgrade() -> None:
    """Undo."""
    for table in (
        "idempotency_keys",
        "snowflake_nodes",
        "code_blocks",
        "link_usage",
        "link_deletions",
        "link_changes",
        "links",
        "domains",
    ):
        op.drop_table(table)
