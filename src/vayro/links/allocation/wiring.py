"""Which allocator the settings ask for."""

from typing import TYPE_CHECKING

from vayro.database.engine import Database
from vayro.errors import SettingsError
from vayro.links.allocation.counter import SNOWFLAKE_LENGTH, CounterAllocator, CounterBlocks
from vayro.links.allocation.node_lease import NodeLeases
from vayro.links.allocation.pool import PoolAllocator
from vayro.links.allocation.port import CodeAllocator
from vayro.links.allocation.redis_pool import RedisCodePool
from vayro.links.allocation.snowflake import SnowflakeAllocator
from vayro.settings import Settings

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.cluster import RedisCluster


def build_allocator(
    settings: Settings, database: Database, redis: "Redis | RedisCluster | None" = None
) -> CodeAllocator:
    """Return the allocator that VAYRO_CODE_ALLOCATOR names. Nothing is asked of a store yet.

    Args: redis, a client that never retries; only the pool needs it.
    Raises SettingsError when the settings contradict each other.
    """
    blocks = CounterBlocks(database, settings.code_length)
    if settings.code_allocator == "pool":
        if redis is None:
            raise SettingsError("VAYRO_CODE_ALLOCATOR=pool needs VAYRO_REDIS_URL; without Redis take counter.")
        timeout_seconds = settings.redis_timeout_ms / 1000
        return PoolAllocator(RedisCodePool(redis), blocks, timeout_seconds=timeout_seconds)
    if settings.code_allocator == "snowflake":
        if settings.code_length > SNOWFLAKE_LENGTH:
            raise SettingsError(
                f"VAYRO_CODE_LENGTH={settings.code_length} is not acceptable with "
                f"VAYRO_CODE_ALLOCATOR=snowflake, whose codes have {SNOWFLAKE_LENGTH} characters."
            )
        return SnowflakeAllocator(database, NodeLeases(database))
    return CounterAllocator(blocks)
