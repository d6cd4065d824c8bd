"""Reading links from the database: many codes in one statement, few statements at once."""

import asyncio
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, select, tuple_

from vayro.cache.snapshot import LinkSnapshot
from vayro.database.engine import Database
from vayro.database.models import domains, links
from vayro.links.snapshot import snapshot_from_row

BATCH = 200
# A scan of random codes at any rate makes two statements at a time, of 200 codes each.
STATEMENTS_AT_ONCE = 2

_COLUMNS = (
    links.c.id, links.c.domain, links.c.short_code, links.c.target_url, links.c.is_active, links.c.version,
    links.c.redirect_status, links.c.cache_seconds, links.c.expires_at, links.c.expired_url, links.c.max_clicks,
)  # fmt: skip
Place = tuple[str, str]
"""Domain and code."""


class LinkLookup:
    """Looks links up. Codes that are asked for while a statement runs share the next one."""

    def __init__(self, database: Database) -> None:
        """Args: database, whose primary is asked: a replica may be behind what was announced."""
        self._database = database
        self._waiting: dict[Place, asyncio.Future[LinkSnapshot | None]] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def find(self, domain: str, code: str) -> LinkSnapshot | None:
        """Return the link, or None when the database says that there is none. Raises Unavailable."""
        place = (domain, code)
        future = self._waiting.get(place)
        if future is None:
            loop = asyncio.get_running_loop()
            future = self._waiting[place] = loop.create_future()
            if len(self._running) < STATEMENTS_AT_ONCE:
                self._start()
        return await asyncio.shield(future)

    async def find_domains(self) -> set[str]:
        """Return the names of all registered domains. Raises Unavailable."""
        async with self._database.read() as connection:
            return set((await connection.execute(select(domains.c.name))).scalars())

    def _start(self) -> None:
        task = asyncio.get_running_loop().create_task(self._answer_waiting())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer_waiting(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # let all that came in this turn of the loop join
            places = list(self._waiting)[:BATCH]
            futures = {place: self._waiting.pop(place) for place in places}
            try:
                found = await self._read(places)
            except Exception as error:  # noqa: BLE001  # handed to those who asked
                _fail(futures.values(), error)
            else:
                for place, future in futures.items():
                    future.set_result(found.get(place))

    async def _read(self, places: Sequence[Place]) -> dict[Place, LinkSnapshot]:
        async with self._database.read() as connection:
            rows = (await connection.execute(_statement(places))).mappings()
            return {(row["domain"], row["short_code"]): snapshot_from_row(row) for row in map(dict, rows)}


def _statement(places: Sequence[Place]) -> Select[tuple[object, ...]]:
    if len(places) == 1:
        domain, code = places[0]
        return select(*_COLUMNS).where(links.c.domain == domain, links.c.short_code == code)
    return select(*_COLUMNS).where(tuple_(links.c.domain, links.c.short_code).in_(places))


def _fail(futures: Iterable[asyncio.Future[LinkSnapshot | None]], error: Exception) -> None:
    for future in futures:
        future.set_exception(error)
        future.exception()  # read, so that one nobody awaits any more is not reported
