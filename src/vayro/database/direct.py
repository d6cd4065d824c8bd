"""One connection to PostgreSQL without SQLAlchemy, for the few statements that are sent thousands of times a second.

A pooled connection in autocommit costs 75 us to take and give back, SQLAlchemy's execution 150 us; psycopg itself 150.
"""

import time
from collections.abc import Mapping
from typing import Any, cast

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy.exc import DBAPIError

from vayro.database.bounded import BoundedConnection, connect, is_stale
from vayro.errors import Unavailable
from vayro.observability import get_tracing

ANSWER_SECONDS = 4.0
RECYCLE_SECONDS = 1800


class DirectConnection:
    """Runs one statement at a time, each a transaction by itself. Connects when it is first used, and after a loss."""

    def __init__(self, url: str, answer_seconds: float | None = ANSWER_SECONDS) -> None:
        """Args: url, of a PostgreSQL database; answer_seconds, the limit for a statement."""
        self._url = url
        self._answer_seconds = answer_seconds
        self._connection: BoundedConnection | None = None
        self._opened_at = 0.0
        self._tracing = get_tracing()

    async def fetch(self, statement: str, parameters: Mapping[str, Any]) -> list[TupleRow]:
        """Return the rows. Its parameters are written `%(name)s`.

        Raises Unavailable when the database does not answer, its cause being the driver's error where there is one;
        DBAPIError, as SQLAlchemy would, when it refuses the statement.
        """
        if self._tracing:
            with self._tracing.statement("postgresql", statement):
                return await self._fetch(statement, parameters)
        return await self._fetch(statement, parameters)

    async def _fetch(self, statement: str, parameters: Mapping[str, Any]) -> list[TupleRow]:
        try:
            connection = await self._connect()
            return await (await connection.execute(statement, parameters)).fetchall()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unavailable("The database does not answer.") from _as_sqlalchemy(error)
        except psycopg.Error as error:
            raise _as_sqlalchemy(error) from None

    async def close(self) -> None:
        """Close the connection; the next statement opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connect(self) -> BoundedConnection:
        connection = self._connection
        if connection and not is_stale(connection) and time.monotonic() - self._opened_at < RECYCLE_SECONDS:
            return connection
        await self.close()
        self._connection = await connect(self._url, autocommit=True, answer_seconds=self._answer_seconds)
        self._opened_at = time.monotonic()
        return self._connection


def _as_sqlalchemy(error: psycopg.Error) -> DBAPIError:
    return cast("DBAPIError", DBAPIError.instance(None, None, error, psycopg.Error))
