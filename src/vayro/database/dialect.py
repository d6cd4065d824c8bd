"""Everything in which SQLite and PostgreSQL differ."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, Insert, String, Table, Uuid, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator, TypeEngine


class UuidText(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 36 characters with dashes on SQLite, so that people can read and join it."""

    impl = String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type."""
        return Uuid(as_uuid=True) if dialect.name == "postgresql" else String(36)

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """UUID in, driver value out."""
        return value if value is None or dialect.name == "postgresql" else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Driver value in, UUID out."""
        return value if value is None or dialect.name == "postgresql" else UUID(value)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An instant: timestamptz on PostgreSQL; on SQLite text in UTC that sorts and that its date functions read."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type."""
        return DateTime(timezone=True) if dialect.name == "postgresql" else String(26)

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Aware datetime in; a naive one raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value if dialect.name == "postgresql" else format_sqlite_instant(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Aware datetime in UTC out."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            instant: dt.datetime = value
            return instant.astimezone(dt.UTC)
        return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)


JsonText = JSON().with_variant(postgresql.JSONB(), "postgresql")
"""A JSON document: JSONB on PostgreSQL."""


def format_sqlite_instant(value: dt.datetime) -> str:
    """Return `YYYY-MM-DD HH:MM:SS.ffffff` in UTC: always 26 characters, so text order is time order."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def insert(table: Table, dialect_name: str) -> "sqlite.Insert | postgresql.Insert":
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return postgresql.insert(table) if dialect_name == "postgresql" else sqlite.insert(table)


def insert_ignoring(table: Table, dialect_name: str) -> Insert:
    """Return `INSERT … ON CONFLICT DO NOTHING` over every unique index."""
    return insert(table, dialect_name).on_conflict_do_nothing()


async def lock_until_commit(connection: AsyncConnection, number: int) -> None:
    """Wait for the lock of this number and hold it to the end of the transaction.

    On SQLite a write transaction already holds the one lock there is. Works through PgBouncer in transaction mode.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
