"""What the shipper may believe of a database that can fail over to a replica: "committed" is not yet "for ever".

Synchronous replication: a transaction whose client gave up while it waited for the replica is visible, and yet not
there. So the database is asked in a transaction that writes: its own commit waits for the replica, too, and with it has
come everything that it saw.
Asynchronous replication: what the replica had not received is gone. So a segment is kept for some seconds more, and
when another server answers, all that is still here is sent again; repetitions change nothing.
"""

import time
from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import text

from vayro.database.engine import Database
from vayro.stream.progress import Progress, read_progress, read_progress_in
from vayro.stream.shipping import Shipped

KEEP_SECONDS = 5.0
"""After a segment is known to be complete: ten times what a replica nearby is behind, and 5 s of clicks on the disk."""

# A promotion begins a new timeline, with which the names of the log's files begin.
_SERVER = "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)"
_WRITE = "SELECT pg_logical_emit_message(true, 'vayro', '')"
_log = structlog.get_logger(__name__)


class CommittedWatch:
    """Reads the progress of segments, and decides which of them nobody needs any more."""

    def __init__(self, database: Database, keep_seconds: float = KEEP_SECONDS) -> None:
        """Args: database, the primary; keep_seconds, how long a complete segment is kept. SQLite keeps nothing."""
        self._database = database
        self._keep_seconds = 0.0 if database.is_sqlite else keep_seconds
        self._complete_since: dict[str, float] = {}
        self._timeline = ""
        self.has_failed_over = False
        """Whether the last `read` was answered by another server than the ones before."""

    async def read(self, names: Sequence[str]) -> Mapping[str, Progress]:
        """Return the progress of these segments, as every synchronous replica has it. Raises Unavailable."""
        self.has_failed_over = False
        if self._database.is_sqlite:
            return await read_progress(self._database, names)
        async with self._database.transaction() as connection:
            progress = await read_progress_in(connection, names)
            timeline = str(await connection.scalar(text(_SERVER)))
            await connection.execute(text(_WRITE))
        self._note(timeline)
        return progress

    def droppable(self, waiting: Sequence[Shipped], progress: Mapping[str, Progress]) -> Mapping[str, Progress]:
        """Return the progress of those that have been complete for long enough."""
        now = time.monotonic()
        complete = {
            segment.name
            for segment in waiting
            if segment.name in progress and progress[segment.name].committed >= segment.events
        }
        self._complete_since = {name: self._complete_since.get(name, now) for name in complete}
        ripe = [name for name, since in self._complete_since.items() if now - since >= self._keep_seconds]
        return {name: progress[name] for name in ripe}

    def _note(self, timeline: str) -> None:
        self.has_failed_over = bool(self._timeline) and timeline != self._timeline
        self._timeline = timeline
        if self.has_failed_over:
            self._complete_since.clear()
            _log.warning("another database server answers: what it may not have is sent again", timeline=timeline)
