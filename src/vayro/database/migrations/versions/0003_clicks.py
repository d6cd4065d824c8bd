"""Clicks, what is counted from them, and how far they have been read."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from vayro.database.dialect import UtcDateTime, UuidText
from vayro.database.partitions import create_ahead, create_default_partition

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
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
        "link_stats",
        sa.Column("link_id", UuidText(), nullable=False),
        sa.Column("clicks", sa.BigInteger(), nullable=False),
        sa.Column("bots", sa.BigInteger(), nullable=False),
        sa.Column("last_clicked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_link_stats"),
    )
    op.create_index("ix_link_stats_clicks", "link_stats", ["clicks"], unique=False)
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
        "visitor_salts",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_visitor_salts"),
    )
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
        "job_leases",
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("holder", UuidText(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_leases"),
    )
    if op.get_bind().dialect.name == "postgresql":
        create_default_partition(op.get_bind())
        create_ahead(op.get_bind(), dt.datetime.now(dt.UTC).date())


def downgrade() -> None:
    """Undo."""
    for table in (
        "job_leases",
        "rollup_state",
        "rollup_marks",
        "click_rollups",
        "visitor_salts",
        "click_dead_letters",
        "click_batches",
        "click_segments",
        "link_stats",
        "click_events",
    ):
        op.drop_table(table)
