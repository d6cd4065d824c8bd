"""Everything in which SQLite and PostgreSQL differ."""

import datetime as dt
from typing import Any
from uuid import UUID

import psycopg.errors
from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    FromClause,
    Insert,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    cast,
    exists,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
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
    return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


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


def select_json_rows(table: Table, parameter: str, dialect_name: str, **more: str) -> str:
    """Return a SELECT that makes rows of the table's columns from a JSON array of objects, the bound `parameter`.

    One parameter whatever the number of rows: the statement is always the same, and encoding it costs the client 2 us
    a row where arrays or VALUES cost 20. Instants are ISO 8601 on PostgreSQL, `format_sqlite_instant` on SQLite.
    Args: more, columns that the table does not have, with their types; on PostgreSQL only.
    """
    if dialect_name == "postgresql":
        dialect: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
        types = {column.name: column.type.compile(dialect) for column in table.columns} | more
        columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
        return f"SELECT * FROM json_to_recordset(CAST(:{parameter} AS json)) AS rows_in({columns})"  # noqa: S608
    columns = ", ".join(f"json_extract(value, '$.{column.name}') AS {column.name}" for column in table.columns)
    return f"SELECT {columns} FROM json_each(:{parameter})"  # noqa: S608


def has_json_member(column: ColumnElement[Any], value: str, dialect_name: str) -> ColumnElement[bool]:
    """Return the condition that a JSON array holds this text."""
    if dialect_name == "postgresql":
        return cast(column, postgresql.JSONB).contains([value])
    members = func.json_each(column).table_valued("value")
    return exists(select(literal(1)).select_from(members).where(members.c.value == value))


def json_members(column: ColumnElement[Any], dialect_name: str) -> FromClause:
    """Return a table of the texts in a JSON array, to be joined with the column's table: one column, `value`."""
    if dialect_name == "postgresql":
        return func.jsonb_array_elements_text(column).table_valued("value").render_derived(name="member").lateral()
    return func.json_each(column).table_valued("value")


def is_violation_of(error: IntegrityError, table: Table, *columns: str) -> bool:
    """Return whether the unique index over these columns refused the statement."""
    if isinstance(error.orig, psycopg.Error):
        indexes = [(index.name, [*index.columns.keys()]) for index in table.indexes if index.unique]
        constraints = [
            (constraint.name, [*constraint.columns.keys()])
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint)
        ]
        return (error.orig.diag.constraint_name, [*columns]) in [*indexes, *constraints]
    return ", ".join(f"{table.name}.{column}" for column in columns) in str(error.orig)


def is_deadlock(error: BaseException | None) -> bool:
    """Return whether PostgreSQL ended this transaction to end a deadlock: nothing was done, it may be tried again."""
    return isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.errors.DeadlockDetected)
