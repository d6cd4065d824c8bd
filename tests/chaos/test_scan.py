"""Many misses at once: on one code, and on codes that nobody has.

PostgreSQL itself says how many statements it was sent: it logs each.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.chaos.faults import black_hole, engine_urls, make_cold_links, unknown_codes, until
from tests.chaos.stage import Stage
from tests.chaos.visitors import Crowd, await_recorded
from vayro.database.engine import Database
from vayro.redirect.lookup import STATEMENTS_PER_SECOND
from vayro.redirect.memory import REFRESH_SECONDS

pytestmark = [pytest.mark.xdist_group("stage"), pytest.mark.timeout(300)]

SCANNED = 2_500
LINKS = 50


class StatementLog:
    """What PostgreSQL was asked since this was made."""

    def __init__(self, stage: Stage) -> None:
        self._path = stage.primary.directory / "log"
        self._from = self._path.stat().st_size

    def count(self, words: str) -> int:
        """How many statements match the expression, parameters included."""
        with self._path.open("rb") as log:
            log.seek(self._from)
            text = log.read().decode(errors="replace")
        statements = re.split(r"^.*? LOG:  ", text, flags=re.MULTILINE)
        return sum(bool(re.search(words, statement, re.DOTALL)) for statement in statements)


@contextmanager
def logged_statements(stage: Stage) -> Iterator[None]:
    """Have PostgreSQL log every statement while the block runs."""
    with psycopg.connect(stage.primary.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("ALTER SYSTEM RESET log_statement")
            connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
async def statements(stage: Stage) -> AsyncIterator[StatementLog]:
    with logged_statements(stage):
        log = StatementLog(stage)
        async with Crowd(engine_urls(stage), visitors=1) as crowd:

            async def is_heard() -> bool:
                code = unknown_codes(1)[0]
                await crowd.follow([code])
                return await asyncio.to_thread(log.count, code) == len(engine_urls(stage))

            await until(is_heard, "PostgreSQL logs what engines ask")
        yield StatementLog(stage)


async def test_a_thousand_misses_on_one_code_at_once_are_one_query_per_engine(
    stage: Stage, truth: Database, statements: StatementLog
) -> None:
    (code,) = await make_cold_links(truth, 1)
    for name in stage.names("engine"):  # so that all are there when the first is looked up
        stage.pause(name)
    async with Crowd(engine_urls(stage), visitors=500) as crowd:
        asking = asyncio.create_task(crowd.follow([code] * 500))
        while crowd.asked < 1000:
            await asyncio.sleep(0.01)
        started = time.monotonic()
        for name in stage.names("engine"):
            stage.resume(name)
        answers = await asking
        seconds = time.monotonic() - started
    assert [answer.status for answer in answers] == [302] * 1000
    most = 1 if seconds < REFRESH_SECONDS else 2  # a link in use for longer is read again
    engines = len(stage.names("engine"))
    assert engines <= statements.count(rf"FROM links.*{code}") <= engines * most
    await await_recorded(truth, answers)


async def test_a_scan_of_random_codes_evicts_no_link_fails_none_and_makes_few_statements(
    stage: Stage, truth: Database, statements: StatementLog
) -> None:
    held, cold = await make_cold_links(truth, LINKS), await make_cold_links(truth, LINKS)
    async with Crowd(engine_urls(stage), visitors=100) as scanners, Crowd(engine_urls(stage), visitors=2) as crowd:
        started = asyncio.get_running_loop().time()
        await crowd.follow(held)
        scanning = asyncio.create_task(scanners.follow(unknown_codes(SCANNED)))
        found = await crowd.follow(cold)
        assert {answer.status for answer in await scanning} == {404}
        assert {answer.status for answer in found} == {302}
        seconds = asyncio.get_running_loop().time() - started
        most = len(engine_urls(stage)) * (seconds * STATEMENTS_PER_SECOND + 2)
        assert statements.count("FROM links") <= most
        for store in ("postgres", "redis"):  # now memory alone can tell
            await asyncio.to_thread(black_hole(store), stage)
        kept = await crowd.follow([*held, *cold])
        assert {answer.status for answer in kept} == {302}
