"""Sessions, second factors, invitations, scopes, usage, billing, the audit log, and what keeps links from harm."""

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import JsonText, UtcDateTime, UuidText

revision = "0005"
down_revision = "0004"

NEW_TABLES = (
    "sessions",
    "single_use_tokens",
    "second_factors",
    "recovery_codes",
    "user_identities",
    "invitations",
    "workspace_usage",
    "billing_accounts",
    "billing_events",
    "audit_log",
    "block_lists",
    "link_checks",
    "link_reports",
)
NEW_COLUMNS = (
    ("workspaces", "default_domain"),
    ("users", "email_verified_at"),
    ("users", "disabled_at"),
    ("api_keys", "scopes"),
    ("domains", "verification_token"),
    ("domains", "verified_at"),
    ("domains", "checked_at"),
    ("domains", "root_url"),
    ("domains", "not_found_url"),
    ("links", "password_hash"),
    ("links", "disabled_reason"),
)


def upgrade() -> None:
    """Apply."""
    _add_columns()
    _create_tables_of_access()
    _create_tables_of_governance()
    _create_tables_of_safety()


def downgrade() -> None:
    """Undo."""
    for table in reversed(NEW_TABLES):
        op.drop_table(table)
    for table, column in reversed(NEW_COLUMNS):
        op.drop_column(table, column)


def _add_columns() -> None:
    op.add_column("workspaces", sa.Column("default_domain", sa.String(length=253), nullable=True))
    op.add_column("users", sa.Column("email_verified_at", UtcDateTime(), nullable=True))
    op.add_column("users", sa.Column("disabled_at", UtcDateTime(), nullable=True))
    op.add_column("api_keys", sa.Column("scopes", sa.String(length=300), server_default="*", nullable=False))
    op.add_column("domains", sa.Column("verification_token", sa.String(length=64), server_default="", nullable=False))
    op.add_column("domains", sa.Column("verified_at", UtcDateTime(), nullable=True))
    op.add_column("domains", sa.Column("checked_at", UtcDateTime(), nullable=True))
    op.add_column("domains", sa.Column("root_url", sa.Text(), nullable=True))
    op.add_column("domains", sa.Column("not_found_url", sa.Text(), nullable=True))
    op.add_column("links", sa.Column("password_hash", sa.String(length=255), nullable=True))
    op.add_column("links", sa.Column("disabled_reason", sa.String(length=30), nullable=True))
    # Who registered a domain until now was the operator; who has an account was made by one.
    op.execute("UPDATE domains SET verified_at = created_at")
    op.execute("UPDATE users SET email_verified_at = created_at")


def _create_tables_of_access() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("authenticated_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("browser", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_sessions_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"], unique=False)
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)
    op.create_table(
        "single_use_tokens",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", UuidText(), nullable=True),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_single_use_tokens_user_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_single_use_tokens"),
    )
    op.create_index("ix_single_use_tokens_expires_at", "single_use_tokens", ["expires_at"], unique=False)
    op.create_index("ix_single_use_tokens_user_id", "single_use_tokens", ["user_id"], unique=False)
    op.create_table(
        "second_factors",
        sa.Column("user_id", UuidText(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_second_factors_user_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", UuidText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"], unique=False)
    op.create_table(
        "user_identities",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", UuidText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_identities_user_id"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_user_identities"),
    )
    op.create_index("ix_user_identities_user_id", "user_identities", ["user_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("invited_by", UuidText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], name="fk_invitations_invited_by"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_invitations_workspace_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        sa.UniqueConstraint("workspace_id", "email", name="uq_invitations_workspace_id_email"),
    )


def _create_tables_of_governance() -> None:
    op.create_table(
        "workspace_usage",
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("links", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_workspace_usage_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", "month", name="pk_workspace_usage"),
    )
    op.create_table(
        "billing_accounts",
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("customer_id", sa.String(length=255), nullable=False),
        sa.Column("subscription_id", sa.String(length=255), nullable=True),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_billing_accounts_workspace_id"),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_billing_accounts"),
        sa.UniqueConstraint("subscription_id", name="uq_billing_accounts_subscription_id"),
        sa.UniqueConstraint("customer_id", name="uq_billing_accounts_customer_id"),
    )
    op.create_table(
        "billing_events",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_billing_events"),
    )
    op.create_index("ix_billing_events_received_at", "billing_events", ["received_at"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=True),
        sa.Column("user_id", UuidText(), nullable=True),
        sa.Column("key_id", UuidText(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("details", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_created_at", "audit_log", ["created_at"], unique=False)
    op.create_index("ix_audit_log_workspace_id_id", "audit_log", ["workspace_id", "id"], unique=False)


def _create_tables_of_safety() -> None:
    op.create_table(
        "block_lists",
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("etag", sa.String(length=255), nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_block_lists"),
    )
    op.create_table(
        "link_checks",
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("findings", JsonText, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("link_id", name="pk_link_checks"),
    )
    op.create_index("ix_link_checks_due_at", "link_checks", ["due_at"], unique=False)
    op.create_table(
        "link_reports",
        sa.Column("id", UuidText(), nullable=False),
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("workspace_id", UuidText(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("details", JsonText, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_link_reports"),
    )
    op.create_index("ix_link_reports_created_at", "link_reports", ["created_at"], unique=False)
    op.create_index("ix_link_reports_link_id", "link_reports", ["link_id"], unique=False)
