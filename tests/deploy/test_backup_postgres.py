"""Backup and restore of the production shape, as docs/operations.md tells it."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest

from tests.deploy.installation import await_clicks, contents, make_links
from tests.flows.load import Load
from tests.flows.shapes import make_settings
from tests.processes import Process, run_vayro, start_vayro
from tests.servers import PostgresServer, RedisServer, _find_postgres
from vayro.settings import Settings

pytestmark = pytest.mark.timeout(300)


def run(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def use(settings: Settings, dump: Path) -> tuple[set[str], list[str], set[str], list[str]]:
    """Make links and clicks, dump, make more of both, and let everything be killed.

    Returns the clicks that were committed before the dump, their codes, all clicks, and the codes made after it.
    """
    running: list[Process] = []
    try:
        for kind in ("redirect", "api", "worker"):
            running += [await asyncio.to_thread(start_vayro, kind, settings)]
        engine, api, _ = running
        codes = await asyncio.to_thread(make_links, api.url, 20, "before")
        load = Load([engine.url], codes)
        load.start()
        await load.answers(300)
        await load.stop()
        before = set(load.answered)
        await await_clicks(settings, before)
        await asyncio.to_thread(
            run, _find_postgres("pg_dump"), "--format=custom", f"--file={dump}", settings.database_url
        )
        lost = await asyncio.to_thread(make_links, api.url, 2000, "after the dump")
        more = Load([engine.url], codes)
        more._numbers = load._numbers  # each click keeps a name of its own
        more.start()
        await more.answers(200)
        await more.stop()
        return before, codes, before | more.answered, lost
    finally:
        for process in running:
            process.kill()


async def test_what_was_dumped_is_there_again_and_no_code_is_repeated(
    request, settings_factory, tmp_path, postgres_server: PostgresServer, redis_server: RedisServer
):
    settings = make_settings("production", request, settings_factory)
    dump = tmp_path / "vayro.dump"
    before, codes, all_clicks, lost = await use(settings, dump)

    # Destroy: the database goes, and Redis is emptied as the manual says. The spools of the engines stay.
    postgres_server.drop_database(settings.database_url)
    redis_server.send("FLUSHALL")

    restored = postgres_server.create_database()
    run(_find_postgres("pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={restored}", dump)
    again = Settings(_env_file=None, **{**settings.model_dump(), "database_url": restored})
    try:
        skipped = json.loads(run_vayro(again, "codes", "skip", "--json").stdout)
        assert skipped[0]["skipped"] > 1_000_000
        running = [await asyncio.to_thread(start_vayro, kind, again) for kind in ("redirect", "worker", "api")]
        try:
            found = await await_clicks(again, before)
            afterwards = await asyncio.to_thread(make_links, running[-1].url, 5000, "afterwards")
        finally:
            for process in running:
                process.kill()
        assert {code for code, _, _ in found["links"]} == set(codes)
        assert set(found["clicks"].values()) == {1}
        assert set(found["clicks"]) <= all_clicks
        assert (await contents(again))["counted"] == (await contents(again))["clicks"].total()
        assert set(afterwards).isdisjoint([*codes, *lost])
    finally:
        postgres_server.drop_database(restored)
