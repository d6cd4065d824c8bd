"""The connection that passes SQLAlchemy by: what it answers, and how it fails."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from tests.servers import PostgresServer
from vayro.database.direct import DirectConnection
from vayro.errors import Unavailable


@pytest.fixture
async def connection(own_postgres: PostgresServer) -> AsyncIterator[DirectConnection]:
    opened = DirectConnection(own_postgres.url)
    yield opened
    await opened.close()


async def test_each_statement_is_committed_by_itself(
    connection: DirectConnection, own_postgres: PostgresServer
) -> None:
    with psycopg.connect(own_postgres.url, autocommit=True) as other:
        other.execute("CREATE TABLE t (n int)")
        assert await connection.fetch("INSERT INTO t VALUES (%(n)s) RETURNING n", {"n": 7}) == [(7,)]
        assert other.execute("SELECT n FROM t").fetchall() == [(7,)]


async def test_a_refused_statement_is_an_error_of_sqlalchemy(connection: DirectConnection) -> None:
    with pytest.raises(IntegrityError):
        await connection.fetch("INSERT INTO pg_extension SELECT * FROM pg_extension RETURNING 1", {})
    assert await connection.fetch("SELECT 1", {}) == [(1,)]


async def test_it_comes_back_after_the_server_does(connection: DirectConnection, own_postgres: PostgresServer) -> None:
    await connection.fetch("SELECT 1", {})
    own_postgres.kill()
    for _ in range(2):
        with pytest.raises(Unavailable):
            await connection.fetch("SELECT 1", {})
    own_postgres.start()
    assert await connection.fetch("SELECT 1", {}) == [(1,)]


async def test_a_restart_between_two_statements_is_not_noticed(
    connection: DirectConnection, own_postgres: PostgresServer
) -> None:
    await connection.fetch("SELECT 1", {})
    own_postgres.stop()
    own_postgres.start()
    assert await connection.fetch("SELECT 1", {}) == [(1,)]


async def test_it_does_not_wait_for_ever(own_postgres: PostgresServer) -> None:
    connection = DirectConnection(own_postgres.url, answer_seconds=2)
    with pytest.raises(Unavailable):
        await connection.fetch("SELECT pg_sleep(60)", {})
    assert await connection.fetch("SELECT 1", {}) == [(1,)]
    await connection.close()


async def test_a_statement_that_took_too_long_is_cancelled_on_the_server(own_postgres: PostgresServer) -> None:
    connection = DirectConnection(own_postgres.url, answer_seconds=2)
    with pytest.raises(Unavailable):
        await connection.fetch("SELECT pg_sleep(600)", {})
    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%%' AND state = 'active'"
    async with asyncio.timeout(60):  # the request to cancel goes on when its second is over
        while await connection.fetch(query, {}) != [(0,)]:
            await asyncio.sleep(0.05)
    await connection.close()
