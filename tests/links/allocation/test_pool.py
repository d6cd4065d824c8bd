"""The pool: what Redis loses, repeats or delays may cost codes and never gives one out twice."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import TypeVar

import pytest

from tests.conftest import SettingsFactory
from tests.servers import RedisServer, running, wait_until
from vayro.cache.adapters import open_commands
from vayro.cache.commands import RedisAway
from vayro.database.engine import Database, open_database
from vayro.links.allocation.counter import CounterBlocks
from vayro.links.allocation.pool import LOCAL_BLOCK_SIZE, POOL_CODES, PoolAllocator
from vayro.links.allocation.redis_pool import Popped, RedisCodePool
from vayro.settings import Settings

Reply = TypeVar("Reply")
MakePool = Callable[..., RedisCodePool]


@pytest.fixture
def settings(settings_factory: SettingsFactory, sqlite_url: str) -> Settings:
    return settings_factory(database_url=sqlite_url)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = open_database(settings)
    yield opened
    await opened.close()


@pytest.fixture
async def make_pool(settings: Settings) -> AsyncIterator[MakePool]:
    async with AsyncExitStack() as stack:

        def make(server: RedisServer, timeout_ms: int = 10_000) -> RedisCodePool:
            over = {"redis_url": server.url, "redis_timeout_ms": timeout_ms}
            pool = RedisCodePool(open_commands(settings.model_copy(update=over), "redis-codes"))
            stack.push_async_callback(pool.close)
            return pool

        yield make


@pytest.fixture
def rdb_redis() -> Iterator[RedisServer]:
    """A server of this test alone, whose file is written by SAVE only: a restart brings that moment back."""
    with running(RedisServer()) as server:
        yield server


async def allocate_until_filled(allocator: PoolAllocator) -> list[str]:
    """Allocate until a background fill has put codes into the pool."""
    codes = await allocator.allocate(1)
    assert allocator._filling
    await allocator._filling
    return codes


async def restarted(server: RedisServer) -> None:
    await asyncio.to_thread(server.kill)
    server.start()


async def test_the_pool_is_filled_in_the_background(
    database: Database, make_pool: MakePool, own_redis: RedisServer
) -> None:
    pool, blocks = make_pool(own_redis), CounterBlocks(database, 7)
    await allocate_until_filled(PoolAllocator(pool, blocks))
    assert POOL_CODES <= (await pool.pop(await blocks.fingerprint(), 0)).left < POOL_CODES + 1000


async def test_codes_come_from_the_pool_while_it_has_some(
    database: Database, make_pool: MakePool, own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = CounterBlocks(database, 7)
    allocator = PoolAllocator(make_pool(own_redis), blocks)
    codes = await allocate_until_filled(allocator)
    monkeypatch.setattr(blocks, "claim_codes", None)
    codes += await allocator.allocate(POOL_CODES // 2 - LOCAL_BLOCK_SIZE)
    assert len(set(codes)) == len(codes)


async def test_a_pushed_code_is_popped_once(make_pool: MakePool, own_redis: RedisServer) -> None:
    pool = make_pool(own_redis)
    epoch = (await pool.pop("s", 1)).epoch
    assert await pool.push("s", ["aaa", "bbb", "ccc"], epoch) == 3
    popped = [await pool.pop("s", 2) for _ in range(3)]
    assert sorted(code for each in popped for code in each.codes) == ["aaa", "bbb", "ccc"]
    assert [each.left for each in popped] == [1, 0, 0]


async def test_code_spaces_have_pools_of_their_own(make_pool: MakePool, own_redis: RedisServer) -> None:
    pool = make_pool(own_redis)
    await pool.push("ours", ["aaa"], (await pool.pop("ours", 0)).epoch)
    assert (await pool.pop("theirs", 1)).codes == []


async def test_a_restarted_redis_hands_out_nothing_from_its_file(make_pool: MakePool, rdb_redis: RedisServer) -> None:
    pool = make_pool(rdb_redis)
    await pool.push("s", ["aaa", "bbb"], (await pool.pop("s", 0)).epoch)
    rdb_redis.send("SAVE")
    assert len((await pool.pop("s", 2)).codes) == 2
    await restarted(rdb_redis)
    assert rdb_redis.send("LLEN codes:s") == b":3"  # the two codes and the epoch are back
    assert (await make_pool(rdb_redis).pop("s", 2)).codes == []


async def test_a_promoted_replica_hands_out_nothing_of_its_copy(make_pool: MakePool, own_redis: RedisServer) -> None:
    with running(RedisServer()) as replica:
        await follow(replica, own_redis)
        pool = make_pool(own_redis)
        await pool.push("s", ["aaa", "bbb"], (await pool.pop("s", 0)).epoch)
        await until(lambda: replica.send("LLEN codes:s") == b":3")
        replica.send("REPLICAOF NO ONE")
        assert (await make_pool(replica).pop("s", 2)).codes == []


async def test_a_master_that_was_a_replica_meanwhile_hands_out_nothing_it_copied_back(
    make_pool: MakePool, own_redis: RedisServer
) -> None:
    with running(RedisServer()) as other:
        await follow(other, own_redis)
        pool = make_pool(own_redis)
        await pool.push("s", ["aaa", "bbb"], (await pool.pop("s", 0)).epoch)
        await until(lambda: other.send("LLEN codes:s") == b":3")
        other.send("REPLICAOF NO ONE")
        assert len((await pool.pop("s", 2)).codes) == 2  # unseen by the other, which has them still
        await follow(own_redis, other)
        own_redis.send("REPLICAOF NO ONE")
        assert own_redis.send("LLEN codes:s") == b":3"
        assert (await pool.pop("s", 2)).codes == []


async def follow(replica: RedisServer, master: RedisServer) -> None:
    """Make one server the other's replica, and wait until it has all its data."""
    master.send("CONFIG SET repl-diskless-sync-delay 0")
    replica.send(f"REPLICAOF 127.0.0.1 {master.port}")
    await until(lambda: b"master_link_status:up" in replica.send("INFO replication", whole=True))


async def until(condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, condition)


async def test_a_push_from_before_a_restart_is_refused(make_pool: MakePool, own_redis: RedisServer) -> None:
    epoch = (await make_pool(own_redis).pop("s", 0)).epoch
    await restarted(own_redis)
    assert await make_pool(own_redis).push("s", ["aaa"], epoch) is None


async def test_flushing_and_restarting_redis_repeats_no_code(
    database: Database, make_pool: MakePool, own_redis: RedisServer
) -> None:
    blocks = CounterBlocks(database, 7)
    codes: list[str] = []
    for harm in (lambda: own_redis.send("FLUSHALL"), own_redis.kill, own_redis.start, own_redis.kill, own_redis.start):
        allocators = [PoolAllocator(make_pool(own_redis), blocks) for _ in range(2)]
        for allocator in allocators:
            codes += await allocator.allocate(1700)
        harm()
        for allocator in allocators:
            codes += await allocator.allocate(1700)
    assert len(codes) == len(set(codes)) == 5 * 4 * 1700


async def test_a_redis_that_never_answers_delays_an_allocation_by_its_time_out(
    database: Database, make_pool: MakePool, own_redis: RedisServer
) -> None:
    allocator = PoolAllocator(make_pool(own_redis, timeout_ms=1_000), CounterBlocks(database, 7))
    codes = await allocator.allocate(1)
    own_redis.pause()
    begin = time.monotonic()
    codes += await allocator.allocate(3000)
    assert time.monotonic() - begin < 8
    assert len(set(codes)) == 3001
    own_redis.resume()


async def test_without_redis_codes_come_from_the_counter(
    database: Database, make_pool: MakePool, own_redis: RedisServer
) -> None:
    own_redis.kill()
    codes = await PoolAllocator(make_pool(own_redis), CounterBlocks(database, 7)).allocate(500)
    assert len(set(codes)) == 500


class LossyPool(RedisCodePool):
    """Redis does what it is asked, and every other reply is lost."""

    turn = 0

    async def pop(self, space: str, count: int) -> Popped:
        return self._maybe_lost(await super().pop(space, count))

    async def push(self, space: str, codes: list[str], epoch: str) -> int | None:
        return self._maybe_lost(await super().push(space, codes, epoch))

    def _maybe_lost(self, reply: Reply) -> Reply:
        self.turn += 1
        if self.turn % 2:
            raise RedisAway
        return reply


async def test_lost_replies_repeat_no_code(settings: Settings, database: Database, own_redis: RedisServer) -> None:
    at_server = settings.model_copy(update={"redis_url": own_redis.url})
    pools = [LossyPool(open_commands(at_server, "redis-codes")) for _ in range(3)]
    allocators = [PoolAllocator(pool, CounterBlocks(database, 7)) for pool in pools]
    codes = [code for turn in range(60) for code in await allocators[turn % 3].allocate(500)]
    assert len(codes) == len(set(codes)) == 30_000
    for allocator in allocators:
        await allocator.close()
