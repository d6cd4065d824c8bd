"""The connection to Redis: nobody waits for a server that has failed to answer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.servers import RedisServer
from vayro.cache.breaker import CircuitBreaker
from vayro.cache.commands import RedisAway
from vayro.cache.connection import PipelinedConnection

TIMEOUT_SECONDS = 3


@pytest.fixture
async def connection(own_redis: RedisServer) -> AsyncIterator[PipelinedConnection]:
    connection = PipelinedConnection(own_redis.url, TIMEOUT_SECONDS, CircuitBreaker("redis"))
    yield connection
    await connection.close()


async def test_while_a_server_that_hung_is_greeted_again_commands_fail_at_once(
    own_redis: RedisServer, connection: PipelinedConnection
) -> None:
    assert await connection.execute(b"PING") == b"PONG"
    own_redis.pause()  # connections are still accepted
    with pytest.raises(RedisAway):
        await connection.execute(b"PING")
    async with asyncio.timeout(60):
        while connection._transport is None:
            await asyncio.sleep(0.001)
    with pytest.raises(RedisAway):
        connection.execute(b"PING")
    with pytest.raises(RedisAway):
        connection.execute_many([(b"PING",)])


async def test_a_server_that_answers_the_greeting_is_used_again(
    own_redis: RedisServer, connection: PipelinedConnection
) -> None:
    assert await connection.execute(b"PING") == b"PONG"
    own_redis.pause()
    with pytest.raises(RedisAway):
        await connection.execute(b"PING")
    own_redis.resume()
    async with asyncio.timeout(60):
        while True:
            try:
                assert await connection.execute(b"PING") == b"PONG"
                break
            except RedisAway:
                await asyncio.sleep(0.01)
    assert connection.connections_made >= 2
