"""One connection to PostgreSQL without SQLAlchemy, for the few statements that are sent thousands of times a second.

A pooled connection in autocommit costs 75 us to take and give back, SQLAlchemy's execution 150 us; psycopg itself 150.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy.exc import DBAPIError

from vayro.errors import Unavailable

CONNECT_SECONDS = 3
ANSWER_SECONDS = 5


class DirectConnection:
    """Runs one statement at a time, each a transaction by itself. Connects when it is first used, and after a loss."""

    def __init__(self, url: str) -> None:
        """Args: url, of a PostgreSQL database."""
        self._url = url
        self._connection: psycopg.AsyncConnection[TupleRow] | None = None

    async def fetch(self, statement: str, parameters: Mapping[str, Any]) -> list[TupleRow]:
        """Return the rows. Its parameters are written `%(name)s`.

        Raises Unavailable when the database does not answer, its cause being the driver's error where there is one;
        DBAPIError, as SQLAlchemy would, when it refuses the statement.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = await self._connect()
                return await (await connection.execute(statement, parameters)).fetchall()
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise Unavailable("The database does not answer.") from _as_sqlalchemy(error)
        except psycopg.Error as error:
            raise _as_sqlalchemy(error) from None
        except TimeoutError as error:
            await self.close()
            raise Unavailable("The database does not answer.") from error

    async def close(self) -> None:
        """Close the connection; the next statement opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connect(self) -> psycopg.AsyncConnection[TupleRow]:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url,
                autocommit=True,
                # PgBouncer in transaction mode (1.18 in Debian 12) has no prepared statements.
                prepare_threshold=None,
                connect_timeout=CONNECT_SECONDS,
                application_name="vayro",
            )
        return self._connection


def _as_sqlalchemy(error: psycopg.Error) -> DBAPIError:
    return cast("DBAPIError", DBAPIError.instance(None, None, error, psycopg.Error))
