"""Reading links from the database: many codes in one statement, few statements at once."""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import Select, select, tuple_

from vayro.cache.snapshot import LinkSnapshot
from vayro.database.engine import Database
from vayro.database.models import domains, links
from vayro.errors import Unavailable
from vayro.links.snapshot import snapshot_from_row

BATCH = 200
# A scan of random codes at any rate makes two statements at a time, of 200 codes each, and 200 a second: those that
# come meanwhile gather. A lone lookup waits for nobody, one in a crowd up to 5 ms.
STATEMENTS_AT_ONCE = 2
STATEMENTS_PER_SECOND = 200
# Twenty statements: what waits longer than that is refused rather than answered too late, and memory is bounded.
MAX_WAITING = 4_000

_COLUMNS = (
    links.c.id, links.c.domain, links.c.short_code, links.c.target_url, links.c.is_active, links.c.version,
    links.c.redirect_status, links.c.cache_seconds, links.c.expires_at, links.c.expired_url, links.c.max_clicks,
    links.c.disabled_reason, links.c.password_hash.is_not(None).label("has_password"),
)  # fmt: skip
Place = tuple[str, str]
"""Domain and code."""


class LookupsCrowded(Unavailable):
    """So many codes are asked for that this one would wait too long. Says nothing of the database."""


class LinkLookup:
    """Looks links up. Codes that are asked for while a statement runs share the next one."""

    def __init__(self, database: Database) -> None:
        """Args: database, whose primary is asked: a replica may be behind what was announced."""
        self._database = database
        self._waiting: dict[Place, asyncio.Future[LinkSnapshot | None]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._is_gathering = False
        self._next_start = 0.0

    async def find(self, domain: str, code: str) -> LinkSnapshot | None:
        """Return the link, or None when the database says that there is none. Raises Unavailable, LookupsCrowded."""
        place = (domain, code)
        future = self._waiting.get(place)
        if future is None:
            if len(self._waiting) >= MAX_WAITING:
                raise LookupsCrowded("Too many unknown codes are asked for.")
            loop = asyncio.get_running_loop()
            future = self._waiting[place] = loop.create_future()
            if not self._is_gathering and len(self._running) < STATEMENTS_AT_ONCE:
                self._start()
        return await asyncio.shield(future)

    async def find_domains(self) -> Sequence[tuple[str, str | None, str | None]]:
        """Return the verified domains: name, and where `/` and unknown codes lead. Raises Unavailable."""
        query = select(domains.c.name, domains.c.root_url, domains.c.not_found_url)
        async with self._database.read() as connection:
            rows = await connection.execute(query.where(domains.c.verified_at.is_not(None)))
            return [(row.name, row.root_url, row.not_found_url) for row in rows]

    def _start(self) -> None:
        self._is_gathering = True
        task = asyncio.get_running_loop().create_task(self._answer_waiting())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer_waiting(self) -> None:
        """Make statements until nobody waits, or until another task gathers for the next one."""
        while True:
            futures = await self._gather()
            if self._waiting and len(self._running) < STATEMENTS_AT_ONCE:
                self._start()
            try:
                found = await self._read(list(futures))
            except Exception as error:  # noqa: BLE001  # handed to those who asked
                _fail(futures.values(), error)
            else:
                for place, future in futures.items():
                    future.set_result(found.get(place))
            if not self._waiting or self._is_gathering:
                return
            self._is_gathering = True

    async def _gather(self) -> dict[Place, asyncio.Future[LinkSnapshot | None]]:
        """Take those who wait at the moment when the next statement may start: at the end of this turn, or later."""
        now = asyncio.get_running_loop().time()
        start = max(now, self._next_start)
        self._next_start = start + 1 / STATEMENTS_PER_SECOND
        await asyncio.sleep(start - now)
        self._is_gathering = False
        return {place: self._waiting.pop(place) for place in list(islice(self._waiting, BATCH))}

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
