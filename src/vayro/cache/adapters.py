"""Choosing the adapters that the settings ask for."""

from vayro.cache.announcements import BLOCK_SECONDS, AnnouncementReader
from vayro.cache.breaker import CircuitBreaker
from vayro.cache.commands import RedisCommands
from vayro.cache.none import NoLinkCache
from vayro.cache.port import LinkCache
from vayro.cache.redis_links import RedisLinkCache
from vayro.settings import Settings


def open_link_cache(settings: Settings) -> LinkCache:
    """Return the cache: none without a Redis URL. Nothing is connected yet; build it in the loop that uses it."""
    if settings.is_embedded:
        return NoLinkCache()
    return RedisLinkCache(_open_commands(settings, settings.redis_timeout_ms / 1000, "redis"))


def open_announcements(settings: Settings) -> AnnouncementReader | None:
    """Return the reader of the stream of changes, on a connection of its own; None without Redis."""
    if settings.is_embedded:
        return None
    timeout = BLOCK_SECONDS + settings.redis_timeout_ms / 1000 + 1
    return AnnouncementReader(_open_commands(settings, timeout, "redis-announcements"))


def open_commands(settings: Settings, dependency: str) -> RedisCommands:
    """Return a connection of its own, for what is no cache. Each command is sent once, never again.

    Args: dependency, the name of its breaker in the metrics.
    """
    return _open_commands(settings, settings.redis_timeout_ms / 1000, dependency)


def _open_commands(settings: Settings, timeout_seconds: float, dependency: str) -> RedisCommands:
    # Imported here: redis-py takes 0.2 s, which no command of the embedded shape should wait for.
    if settings.redis_cluster:
        from vayro.cache.cluster import ClusterCommands  # noqa: PLC0415

        return ClusterCommands(settings.redis_url, timeout_seconds, dependency)
    from vayro.cache.connection import PipelinedConnection  # noqa: PLC0415

    return PipelinedConnection(settings.redis_url, timeout_seconds, CircuitBreaker(dependency))
