"""Upgrades without a stop: the processes of the version before go on, on the schema of this one."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.deploy.installation import HEADERS, await_clicks, make_links
from tests.deploy.schema import read_schema, what_old_processes_would_miss
from tests.flows.load import Load
from tests.flows.shapes import SHAPES, make_settings
from tests.processes import Process, environment_of, start_vayro
from tests.servers import free_port
from vayro.database.migrations import FOLDER, upgrade
from vayro.settings import Settings

ROOT = Path(__file__).parents[2]
PREVIOUS_VERSION = "c9d7f74cb816ffa5838e2bfe888482d6b0a0cedf"
"""The last commit of the version before (its schema was 0003). A release sets it to the commit of the one before."""

REVISIONS = sorted(path.name[:4] for path in (FOLDER / "versions").glob("[0-9]*.py"))


@pytest.fixture(scope="session")
def previous_version(tmp_path_factory) -> Path:
    """The sources of the version before, from the repository's own history."""
    target = tmp_path_factory.mktemp("previous")
    archive = subprocess.run(
        ["git", "-C", ROOT, "archive", PREVIOUS_VERSION, "src"], capture_output=True, check=False
    )  # fmt: skip
    if archive.returncode:
        pytest.skip("the history of this clone does not reach back to the version before")
    subprocess.run(["tar", "--extract", "--directory", target], input=archive.stdout, check=True)
    return target / "src"


def start_previous(kind: str, sources: Path, settings: Settings) -> Process:
    environment = environment_of(settings) | {
        "PYTHONPATH": str(sources),
        "VAYRO_METRICS_PORT": str(free_port()),
        "VAYRO_GEOIP_DATABASE": str(settings.geoip_database),
    }
    process = Process([kind], environment, settings.data_dir)
    process.await_ready()
    (child, *_) = process.children
    assert str(sources) in Path(f"/proc/{child}/environ").read_text()
    return process


def start_new(kind: str, settings: Settings) -> Process:
    return start_vayro(kind, settings, redirect_port=free_port(), api_port=free_port())


@contextlib.asynccontextmanager
async def all_three(start: Callable[..., Process], *arguments: Any) -> AsyncIterator[dict[str, Process]]:
    """Engine, API and worker, for the block."""
    started: dict[str, Process] = {}
    try:
        for kind in ("redirect", "api", "worker"):
            started[kind] = await asyncio.to_thread(start, kind, *arguments)
        yield started
    finally:
        for process in started.values():
            process.kill()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("shape", SHAPES)
async def test_the_version_before_runs_on_the_new_schema_beside_the_new_one(
    shape, request, settings_factory, previous_version
):
    settings = make_settings(shape, request, settings_factory)
    async with all_three(start_previous, previous_version, settings) as old:
        codes = await asyncio.to_thread(make_links, old["api"].url, 20, "old")
        load = Load([old["redirect"].url], codes)
        load.start()
        await load.answers(300)
        await load.stop()
        await await_clicks(settings, load.answered)

        async with all_three(start_new, settings) as new:
            codes += await asyncio.to_thread(make_links, new["api"].url, 20, "new")
            await asyncio.to_thread(edit, old["api"].url, codes[-1], "https://example.com/edited-by-the-old")
            await asyncio.to_thread(edit, new["api"].url, codes[0], "https://example.com/edited-by-the-new")
            both = Load([old["redirect"].url, new["redirect"].url], codes)
            both._numbers = load._numbers  # each click keeps a name of its own
            both.start()
            await both.answers(600)
            await both.stop()
            found = await await_clicks(settings, load.answered | both.answered)
        assert set(found["clicks"].values()) == {1}
        assert found["counted"] == found["clicks"].total()
        targets = {code: target for code, target, _ in found["links"]}
        assert targets[codes[-1]] == "https://example.com/edited-by-the-old"
        assert targets[codes[0]] == "https://example.com/edited-by-the-new"
        answer = await asyncio.to_thread(httpx.get, f"{old['api'].url}/v1/analytics", headers=HEADERS, timeout=60)
        assert answer.json()["totals"]["clicks"] > 0


def edit(api: str, code: str, target: str) -> None:
    (link,) = httpx.get(f"{api}/v1/links", params={"short_code": code}, headers=HEADERS, timeout=60).json()["data"]
    httpx.patch(
        f"{api}/v1/links/{link['id']}", json={"target_url": target}, headers=HEADERS, timeout=60
    ).raise_for_status()


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return request.getfixturevalue("postgres_server").create_database()


def test_no_migration_takes_from_the_version_before_what_it_uses(empty_database_url):
    found = []
    for revision in REVISIONS:
        before = read_schema(empty_database_url)
        upgrade(empty_database_url, revision)
        found += [
            f"{revision}: {line}" for line in what_old_processes_would_miss(before, read_schema(empty_database_url))
        ]
    assert found == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DROP TABLE keep", ["keep is gone"]),
        ("ALTER TABLE links DROP COLUMN note", ["links.note is gone"]),
        ("ALTER TABLE links RENAME COLUMN note TO remark", ["links.note is gone"]),
        ("ALTER TABLE links ADD COLUMN owner TEXT NOT NULL DEFAULT ''", []),
        ("ALTER TABLE links ADD COLUMN owner TEXT", []),
        ("CREATE UNIQUE INDEX only_one ON links (note)", ["links('note',) must be unique now"]),
        ("CREATE TABLE more (id INTEGER PRIMARY KEY)", []),
    ],
)
def test_what_would_break_the_version_before_is_found(tmp_path, statement, said):
    url = f"sqlite:///{tmp_path / 'made-up.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE links (id INTEGER PRIMARY KEY, note TEXT)"))
        connection.execute(sa.text("CREATE TABLE keep (id INTEGER PRIMARY KEY)"))
    before = read_schema(url)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
    assert what_old_processes_would_miss(before, read_schema(url)) == said


def test_a_new_column_that_must_be_given_is_found(tmp_path):
    urls = [f"sqlite:///{tmp_path / name}" for name in ("before.db", "after.db")]
    for url, columns in zip(
        urls, ["id INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY, plan TEXT NOT NULL"], strict=True
    ):
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE TABLE links ({columns})"))
        engine.dispose()
    (line,) = what_old_processes_would_miss(read_schema(urls[0]), read_schema(urls[1]))
    assert "links.plan must be given" in line


def test_the_folder_of_migrations_is_numbered():
    assert [f"{number:04d}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
