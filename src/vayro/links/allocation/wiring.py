"""Which allocator the settings ask for."""

from vayro.cache.adapters import open_commands
from vayro.database.engine import Database
from vayro.errors import SettingsError
from vayro.links.allocation.counter import SNOWFLAKE_LENGTH, CounterAllocator, CounterBlocks
from vayro.links.allocation.node_lease import NodeLeases
from vayro.links.allocation.pool import PoolAllocator
from vayro.links.allocation.port import CodeAllocator
from vayro.links.allocation.redis_pool import RedisCodePool
from vayro.links.allocation.snowflake import SnowflakeAllocator
from vayro.settings import Settings


def build_allocator(settings: Settings, database: Database) -> CodeAllocator:
    """Return the allocator that VAYRO_CODE_ALLOCATOR names. Nothing is asked of a store yet.

    The pool has a Redis connection of its own: pushing 1,000 codes must not hold up the look-ups of a redirect.
    Raises SettingsError when the settings contradict each other.
    """
    blocks = CounterBlocks(database, settings.code_length)
    if settings.code_allocator == "pool":
        if settings.is_embedded:
            raise SettingsError(
                "VAYRO_CODE_ALLOCATOR='pool' is not acceptable without VAYRO_REDIS_URL: set it, or choose counter"
            )
        return PoolAllocator(RedisCodePool(open_commands(settings, "redis-codes")), blocks)
    if settings.code_allocator == "snowflake":
        if settings.code_length > SNOWFLAKE_LENGTH:
            raise SettingsError(
                f"VAYRO_CODE_LENGTH={settings.code_length} is not acceptable with VAYRO_CODE_ALLOCATOR=snowflake: "
                f"its codes have {SNOWFLAKE_LENGTH} characters"
            )
        return SnowflakeAllocator(database, NodeLeases(database))
    return CounterAllocator(blocks)
