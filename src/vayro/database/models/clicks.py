"""Clicks, what is counted from them, and how far they have been read."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import UtcDateTime, UuidText
from vayro.database.models.declarative import BigIdentity, Instant, Key, Model


class ClickEvent(Model):
    """One click. Partitioned by month on PostgreSQL, which is why the time is part of the key.

    `link_id` has no foreign key: a click on a link that was deleted meanwhile must not fail.
    """

    __tablename__ = "click_events"
    __table_args__ = (
        Index("ix_click_events_link_id_timestamp", "link_id", text("timestamp DESC")),
        # 1 M rows: 24 kB as BRIN, 42 MB as B-tree; only scans of a whole period use it.
        Index("ix_click_events_timestamp", "timestamp", postgresql_using="brin"),
        {"postgresql_partition_by": "RANGE (timestamp)"},
    )

    id: Mapped[UUID] = mapped_column(UuidText, primary_key=True)
    timestamp: Mapped[dt.datetime] = mapped_column(UtcDateTime, primary_key=True)
    link_id: Mapped[UUID] = mapped_column(UuidText)
    country_code: Mapped[str | None] = mapped_column(String(2))
    city: Mapped[str | None] = mapped_column(String(100))
    device_type: Mapped[str] = mapped_column(String(10))
    browser: Mapped[str | None] = mapped_column(String(50))
    os: Mapped[str | None] = mapped_column(String(50))
    referer: Mapped[str | None] = mapped_column(Text)
    ip_address: Mapped[str | None] = mapped_column(String(45))
    is_bot: Mapped[bool]
    visitor_id: Mapped[int | None] = mapped_column(BigInteger)


class LinkStats(Model):
    """Clicks of a link, apart from the link, so that counting never locks it. `clicks` includes `bots`."""

    __tablename__ = "link_stats"
    __table_args__ = (Index("ix_link_stats_clicks", "clicks"),)

    link_id: Mapped[Key]
    clicks: Mapped[int] = mapped_column(BigInteger)
    bots: Mapped[int] = mapped_column(BigInteger)
    last_clicked_at: Mapped[Instant]


class ClickRollup(Model):
    """Clicks of one subject (a link or a workspace) in one closed UTC hour or day, by one dimension.

    `clicks` counts people, `bots` the rest. Only rows of the dimension `total` carry a sketch of the visitors.
    """

    __tablename__ = "click_rollups"

    subject_id: Mapped[UUID] = mapped_column(UuidText, primary_key=True)
    level: Mapped[str] = mapped_column(String(4), primary_key=True)
    start: Mapped[dt.datetime] = mapped_column(UtcDateTime, primary_key=True)
    dimension: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    clicks: Mapped[int] = mapped_column(BigInteger)
    bots: Mapped[int] = mapped_column(BigInteger)
    visitors_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)


class RollupState(Model):
    """Up to when the periods of a level (hour, day) are closed."""

    __tablename__ = "rollup_state"

    level: Mapped[str] = mapped_column(String(4), primary_key=True)
    closed_until: Mapped[Instant]


class ClickSegment(Model):
    """How many events of a spool segment are committed, and up to which byte the worker has read it (embedded)."""

    __tablename__ = "click_segments"

    segment: Mapped[str] = mapped_column(String(80), primary_key=True)
    committed: Mapped[int] = mapped_column(BigInteger)
    read_offset: Mapped[int] = mapped_column(BigInteger, default=0)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class ClickBatch(Model):
    """One committed batch: tells live readers where to look. Kept for an hour."""

    __tablename__ = "click_batches"

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    first_timestamp: Mapped[Instant]
    last_timestamp: Mapped[Instant]
    events: Mapped[int]
    committed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class ClickDeadLetter(Model):
    """An event that could not be written, as it came."""

    __tablename__ = "click_dead_letters"

    id: Mapped[Key]
    segment: Mapped[str] = mapped_column(String(80))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(Text)
    deliveries: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[Instant]


class VisitorSalt(Model):
    """The salt of one UTC day; deleted after 48 hours, so that visitors cannot be told again."""

    __tablename__ = "visitor_salts"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[Instant]
