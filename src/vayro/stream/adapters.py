"""Choosing the click source that the settings ask for."""

from collections.abc import Callable

from vayro.cache.adapters import open_commands
from vayro.database.engine import Database
from vayro.settings import Settings
from vayro.stream.port import ClickSource
from vayro.stream.redis_client import open_redis
from vayro.stream.redis_source import RedisClickSource
from vayro.stream.sharded_source import ShardedClickSource
from vayro.stream.spool_source import BacklogReport, SpoolClickSource


def open_click_source(settings: Settings, database: Database, report_backlog: BacklogReport) -> ClickSource:
    """Return the spool itself without a Redis URL, else the streams. Build it in the loop that uses it.

    Args: report_backlog, told of the spool's size when this process is the one that reads it.
    """
    if settings.is_embedded:
        return SpoolClickSource(settings.spool_dir, database, report_backlog=report_backlog)

    def make_source(stream: str, is_busy_elsewhere: Callable[[], bool]) -> RedisClickSource:
        return RedisClickSource(open_redis(settings, stream), stream, is_busy_elsewhere=is_busy_elsewhere)

    return ShardedClickSource(open_commands(settings, "stream-names"), settings.stream_shards, make_source)
