"""How campaigns come along, as Server-Sent Events: one at each change, at most twice a second."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress
from uuid import UUID

import msgspec

from vayro.campaigns import repository
from vayro.campaigns.record import Progress, Totals, add_up
from vayro.database.engine import Database
from vayro.errors import NotFound, Unavailable
from vayro.listening import GREETING, HEARTBEAT_SECONDS, POLL_SECONDS, STILL_HERE
from vayro.waiting import pause

MAX_LISTENERS = 200
# Receipts come in long after the last message went out.
LIVELY_FOR = dt.timedelta(hours=1)
MAX_FOLLOWED = 20


class ProgressFeed:
    """Tells listeners how campaigns come along. Reads nothing while nobody listens."""

    def __init__(self, database: Database, draining: asyncio.Event) -> None:
        """Args: draining, set when the process is told to stop."""
        self._database = database
        self._draining = draining
        self._listeners = 0

    async def listen(self, workspace_id: UUID, campaign_id: UUID | None) -> AsyncGenerator[bytes, None]:
        """Return the events of one campaign, or of the newest twenty that something may happen to.

        Raises NotFound, and Unavailable when this process has too many listeners, or is about to stop.
        """
        if self._listeners >= MAX_LISTENERS or self._draining.is_set():
            raise Unavailable("Too many clients are listening.", retry_after_seconds=5)
        if campaign_id is not None:
            async with self._database.read() as connection:
                if await repository.find_own_campaign(connection, workspace_id, campaign_id) is None:
                    raise NotFound("There is no such campaign.")
        return self._follow(workspace_id, campaign_id)

    async def _follow(self, workspace_id: UUID, campaign_id: UUID | None) -> AsyncGenerator[bytes, None]:
        self._listeners += 1
        told: dict[UUID, bytes] = {}
        silent = 0.0
        try:
            yield GREETING
            while not self._draining.is_set():
                changed = [one async for one in self._read_changes(workspace_id, campaign_id, told)]
                silent = 0.0 if changed else silent + POLL_SECONDS
                for frame in changed:
                    yield frame
                if silent >= HEARTBEAT_SECONDS:
                    silent = 0.0
                    yield STILL_HERE
                await pause(self._draining, POLL_SECONDS)
        finally:
            self._listeners -= 1

    async def _read_changes(
        self, workspace_id: UUID, campaign_id: UUID | None, told: dict[UUID, bytes]
    ) -> AsyncGenerator[bytes, None]:
        with suppress(Unavailable):  # the database is away: what was missed is in the next event
            for progress in await self._read(workspace_id, campaign_id):
                frame = b"event: campaign\ndata: %b\n\n" % msgspec.json.encode(progress)
                if told.get(progress.id) != frame:
                    told[progress.id] = frame
                    yield frame

    async def _read(self, workspace_id: UUID, campaign_id: UUID | None) -> Iterable[Progress]:
        async with self._database.read() as connection:
            if campaign_id is None:
                since = dt.datetime.now(dt.UTC) - LIVELY_FOR
                rows = await repository.find_lively(connection, workspace_id, since, MAX_FOLLOWED)
            else:
                found = await repository.find_own_campaign(connection, workspace_id, campaign_id)
                rows = [found] if found else []
            totals = add_up(await repository.sum_messages(connection, [row.id for row in rows]))
        return [Progress(row.id, row.status, totals.get(row.id) or Totals()) for row in rows]
