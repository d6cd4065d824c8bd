"""Housekeeping: which run of a job is at work, when each chore was done last, and up to when clicks have expired."""

import datetime as dt

from sqlalchemy import BigInteger, Float, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from vayro.database.dialect import UtcDateTime, UuidText
from vayro.database.models.declarative import Instant, Model, Reference


class JobLease(Model):
    """Which run of a job that must not run twice at once is at work, and until when it may be believed alive."""

    __tablename__ = "job_leases"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    holder: Mapped[Reference]
    expires_at: Mapped[Instant]


class ChoreRun(Model):
    """When a chore is due again, and what became of its last run. `value`: what it counted, for chores that watch."""

    __tablename__ = "chore_runs"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    due_at: Mapped[Instant]
    succeeded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[float | None] = mapped_column(Float)
    value: Mapped[int | None] = mapped_column(BigInteger)


class ClickExpiry(Model):
    """Up to when the clicks of a workspace are older than its plan keeps them. Neither goes back by itself.

    Before `expired_until` the units of days are final: nothing is counted from rows there. Before `cleared_until` the
    rows are gone.
    """

    __tablename__ = "click_expiry"

    workspace_id: Mapped[Reference] = mapped_column(UuidText, ForeignKey("workspaces.id"), primary_key=True)
    expired_until: Mapped[Instant]
    cleared_until: Mapped[Instant]
