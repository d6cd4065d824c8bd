"""Clicks, what is counted from them, and how far they have been read."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import UtcDateTime, UuidText
from vayro.database.models.declarative import BigIdentity, Instant, Key, Model, Reference


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
    """What the clicks of one subject (a link or a workspace) in one closed UTC hour or day add up to.

    `clicks` counts people, `bots` the rest; `visitors` are the different people. `quarters` holds the same for each 15
    minutes, `sketches` who they were, `breakdown` the clicks by country, city and so on: see `vayro.clicks.packing`.
    One row a unit, not one a value: a day of a busy link has some 1,700 values, and 90 days are read in 50 ms.
    """

    __tablename__ = "click_rollups"
    __table_args__ = (Index("ix_click_rollups_level_start", "level", "start"),)

    subject_id: Mapped[UUID] = mapped_column(UuidText, primary_key=True)
    level: Mapped[str] = mapped_column(String(4), primary_key=True)
    start: Mapped[dt.datetime] = mapped_column(UtcDateTime, primary_key=True)
    clicks: Mapped[int] = mapped_column(BigInteger)
    bots: Mapped[int] = mapped_column(BigInteger)
    visitors: Mapped[int] = mapped_column(BigInteger)
    quarters: Mapped[bytes] = mapped_column(LargeBinary)
    sketches: Mapped[bytes | None] = mapped_column(LargeBinary)
    breakdown: Mapped[str] = mapped_column(Text)


class RollupState(Model):
    """How far the rollups are: hours before `closed` are closed, those before `hour` and `day` are rolled up."""

    __tablename__ = "rollup_state"

    name: Mapped[str] = mapped_column(String(10), primary_key=True)
    until: Mapped[Instant]


class RollupMark(Model):
    """A click came into a closed hour: the rollups of this workspace and hour (and its day) do not count any more.

    Rows are only ever added by writers and removed by the rollup job, so two writers never wait for each other here.
    """

    __tablename__ = "rollup_marks"
    __table_args__ = (Index("ix_rollup_marks_workspace_id_hour", "workspace_id", "hour"),)

    id: Mapped[int] = mapped_column(BigIdentity, primary_key=True, autoincrement=True)
    workspace_id: Mapped[Reference]
    hour: Mapped[Instant]


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


class LinkShare(Model):
    """A page with the analytics of one link, for whoever has its address: found by the hash of the token in it.

    `sealed_token` is for showing the address again. No foreign key: a link may be deleted, and the deletion taken back.
    """

    __tablename__ = "link_shares"
    __table_args__ = (UniqueConstraint("token_hash"),)

    link_id: Mapped[Key]
    workspace_id: Mapped[Reference]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed_token: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]


class VisitorSalt(Model):
    """The salt of one UTC day; deleted after 48 hours, so that visitors cannot be told again."""

    __tablename__ = "visitor_salts"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[Instant]
