"""A generation is gone on with where it was killed: one site, one link, and nothing paid for twice."""

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from subprocess import Popen

import pytest
from sqlalchemy import select, text, update

from tests.conftest import SettingsFactory
from tests.jobs.jobs_processes import calls, jobs, make_site, read_links, until, until_killed, until_status
from vayro.database.engine import Database
from vayro.database.models import job_executors, sites
from vayro.jobs.site_runs import QUIET
from vayro.settings import Settings
from vayro.sites.site import STEPS

TAKEOVER_SECONDS = 1.0


@pytest.fixture
def settings(settings_factory: SettingsFactory, database_url: str) -> Settings:
    return settings_factory(database_url=database_url, jobs_takeover_seconds=TAKEOVER_SECONDS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "jobs"
    made.mkdir()
    return made


async def test_killed_at_every_step_it_resumes_there(settings: Settings, database: Database, folder: Path) -> None:
    site = await make_site(database)
    for where in (*STEPS, "stored"):
        with jobs(settings, folder, where) as process:
            await until_killed(process, folder)
    with jobs(settings, folder):
        done = await until_status(database, site.id, "completed", folder)
        await until(lambda: is_alone(database), "the dead are struck off", folder)
        await until(lambda: is_forgotten(settings, database), "nothing is kept of the run", folder)
    # Each was begun by the process that it killed and by the next; the last one found all stored.
    assert calls(folder) == dict.fromkeys(STEPS, 2)
    [link] = await read_links(database, site.workspace_id)
    assert (done.link_id, done.short_url) == (link.id, f"{settings.short_url_base}/{link.short_code}")
    assert (link.canonical, link.is_active, link.link_type, link.version) == (True, True, "site_preview", 1)
    assert link.target_url == f"http://127.0.0.1:{settings.api_port}/s/{site.subdomain}"
    assert link.metadata == {"site_id": str(site.id), "business_id": str(site.business_id)}
    assert (done.step, done.error) == ("done", None)
    assert "Joe" in done.html


async def test_another_process_goes_on_with_what_a_killed_one_was_at(
    settings: Settings, database: Database, folder: Path
) -> None:
    (folder / "held").touch()
    site = await make_site(database)
    with jobs(settings, folder) as first:
        await until(lambda: has_begun(folder, "write", 1), "the first writes", folder)
        with jobs(settings, folder, "free"):
            first.kill()
            await until_status(database, site.id, "completed", folder)
    assert calls(folder) == {**dict.fromkeys(STEPS, 1), "write": 2}
    assert len(await read_links(database, site.workspace_id)) == 1


async def test_who_was_taken_for_dead_writes_nothing_and_ends(
    settings: Settings, database: Database, folder: Path
) -> None:
    for name in ("held", "silent"):
        (folder / name).touch()
    # The first lives and looks: while the other starts on a busy machine it must not be taken for dead itself.
    settings = settings.model_copy(update={"jobs_takeover_seconds": 6})
    site = await make_site(database)
    with jobs(settings, folder, "quiet") as first:
        await until(lambda: has_begun(folder, "write", 1), "the first writes", folder)
        with jobs(settings, folder, "free"):
            done = await until_status(database, site.id, "completed", folder)
            (folder / "held").unlink()
            (folder / "silent").unlink()
            await until(lambda: is_over(first), "the first ends", folder)
    assert first.returncode == 1
    [link] = await read_links(database, site.workspace_id)
    again = await until_status(database, site.id, "completed", folder)
    assert (again.updated_at, again.link_id) == (done.updated_at, link.id)


async def test_what_was_kept_of_runs_may_be_lost_without_losing_a_site(
    settings: Settings, database: Database, folder: Path
) -> None:
    (folder / "held").touch()
    begun = await make_site(database)
    with jobs(settings, folder):
        await until(lambda: has_begun(folder, "write", 1), "it writes", folder)
    (folder / "held").unlink()
    await lose_runs(settings, database)
    waiting = await make_site(database)
    async with database.transaction() as connection:  # as if the minute of silence were over
        long_ago = dt.datetime.now(dt.UTC) - 2 * QUIET
        await connection.execute(update(sites).where(sites.c.id == begun.id).values(updated_at=long_ago))
    with jobs(settings, folder):
        for site in (begun, waiting):
            await until_status(database, site.id, "completed", folder)
            assert len(await read_links(database, site.workspace_id)) == 1
        await until(lambda: is_forgotten(settings, database), "nothing is kept of the runs", folder)
    assert calls(folder)["store"] == 2


async def lose_runs(settings: Settings, database: Database) -> None:
    """Delete all that DBOS keeps, as a backup brought back without it would have it."""
    if database.is_sqlite:
        for file in settings.data_dir.glob("jobs.sqlite*"):
            file.unlink()
        return
    async with database.transaction() as connection:
        await connection.execute(text("DROP SCHEMA dbos CASCADE"))


async def has_begun(folder: Path, step: str, times: int) -> bool:
    return calls(folder)[step] >= times


async def is_over(process: "Popen[bytes]") -> bool:
    return process.poll() is not None


async def is_alone(database: Database) -> bool:
    async with database.read() as connection:
        return len((await connection.execute(select(job_executors))).all()) == 1


async def is_forgotten(settings: Settings, database: Database) -> bool:
    """Whether the jobs' tables, which held what is known of the business, are empty."""
    prefix = "" if database.is_sqlite else "dbos."
    query = f"SELECT (SELECT count(*) FROM {prefix}workflow_status) + (SELECT count(*) FROM {prefix}operation_outputs)"
    if database.is_sqlite:
        with closing(sqlite3.connect(settings.data_dir / "jobs.sqlite")) as connection:
            return connection.execute(query).fetchone() == (0,)
    async with database.read() as connection:
        return await connection.scalar(text(query)) == 0
