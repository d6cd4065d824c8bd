"""`vayro backup` and `vayro restore`: back up while all runs, destroy, restore, compare."""

import asyncio
import json
import os
import shutil
import stat
import tarfile
from pathlib import Path

import pytest

from tests.deploy.installation import await_api, await_clicks, contents, make_links
from tests.flows.load import Load
from tests.flows.shapes import ADMINISTRATOR
from tests.processes import run_vayro, vayro
from vayro.cli.backup.archive import unpack, writing
from vayro.errors import ValidationFailed
from vayro.settings import Settings

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def settings(settings_factory) -> Settings:
    # Small segments, so that some are finished and deleted while the backup is made.
    return settings_factory(spool_segment_bytes=1 << 16, **ADMINISTRATOR)


def run(settings: Settings, *arguments: str, status: int = 0) -> str:
    done = run_vayro(settings, *arguments)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout if status == 0 else done.stderr


async def test_a_restored_backup_has_every_link_and_click_and_repeats_no_code(settings, tmp_path):
    archive = tmp_path / "backup.tar.gz"
    (settings.data_dir / "blocked-domains.txt").write_text("bad.example\n")
    with vayro("up", settings) as running:
        api = await asyncio.to_thread(await_api, settings)
        before = await asyncio.to_thread(make_links, api, 30, "before")
        load = Load([running.url], before)
        load.start()
        await load.answers(1000)
        answered_before = set(load.answered)
        await asyncio.to_thread(run, settings, "backup", str(archive))
        await load.answers(500)
        await load.stop()
        lost = await asyncio.to_thread(make_links, api, 2000, "after the backup")
        running.kill()
    shutil.rmtree(settings.data_dir)
    settings.data_dir.mkdir(mode=0o700)

    restored = json.loads(run(settings, "restore", str(archive), "--json"))
    assert restored["skipped_codes"] > 1_000_000
    with vayro("up", settings):
        await asyncio.to_thread(await_api, settings)
        found = await await_clicks(settings, answered_before)
        again = await asyncio.to_thread(make_links, api, 5000, "afterwards")
    assert {target for _, target, _ in found["links"]} == {f"https://example.com/before/{n}" for n in range(30)}
    assert {code for code, _, _ in found["links"]} == set(before)
    assert set(found["clicks"].values()) == {1}
    assert set(found["clicks"]) <= load.answered
    assert found["counted"] == found["clicks"].total()
    assert set(again).isdisjoint([*before, *lost])
    assert (settings.data_dir / "blocked-domains.txt").read_text() == "bad.example\n"


async def test_a_click_that_waits_in_the_spool_is_in_the_backup(settings, tmp_path):
    """No worker runs: the only place of these clicks is the spool."""
    run(settings, "migrate")
    with vayro("api", settings):
        codes = await asyncio.to_thread(make_links, f"http://127.0.0.1:{settings.api_port}", 3, "spooled")
    with vayro("redirect", settings) as engine:
        load = Load([engine.url], codes)
        load.start()
        await load.answers(300)
        await load.stop()
        archive = tmp_path / "backup.tar.gz"
        await asyncio.to_thread(run, settings, "backup", str(archive))
    shutil.rmtree(settings.data_dir)
    settings.data_dir.mkdir(mode=0o700)
    run(settings, "restore", str(archive))
    assert (await contents(settings))["clicks"].total() == 0
    with vayro("worker", settings):
        found = await await_clicks(settings, load.answered)
    assert found["clicks"].total() == len(load.answered)


def test_a_backup_is_its_owners_alone_and_never_written_over_a_database(settings, tmp_path):
    run(settings, "migrate")
    archive = tmp_path / "backup.tar.gz"
    run(settings, "backup", str(archive))
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with tarfile.open(archive) as tar:
        assert (tar.getnames()[0], tar.getnames()[-1]) == ("vayro.db", "manifest.json")
    assert "is in the way" in run(settings, "restore", str(archive), status=1)
    shutil.rmtree(settings.data_dir)
    settings.data_dir.mkdir(mode=0o700)
    restored = json.loads(run(settings, "restore", str(archive), "--no-skip-codes", "--json"))
    assert restored["skipped_codes"] == 0


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "backup.tar.gz"
    with writing(path) as archive:
        archive.add_bytes("vayro.db", os.urandom(100_000))
        archive.add_manifest({})
    return path


def test_a_backup_is_unpacked_as_it_was_written(archive, tmp_path):
    assert list(unpack(archive, tmp_path / "new")["files"]) == ["vayro.db"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["vayro.db"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign"])
def test_a_damaged_backup_is_refused(archive, tmp_path, damage):
    content = bytearray(archive.read_bytes())
    if damage == "cut":
        del content[len(content) // 2 :]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
    else:
        content = bytearray(b"not a backup")
    archive.write_bytes(content)
    with pytest.raises(ValidationFailed, match="damaged"):
        unpack(archive, tmp_path / "new")


@pytest.mark.parametrize("name", ["../outside", "/outside", "data/../../outside"])
def test_a_backup_writes_nowhere_else(tmp_path, name):
    path = tmp_path / "bad.tar.gz"
    with writing(path) as archive:
        archive.add_bytes(name, b"x")
        archive.add_manifest({})
    with pytest.raises(ValidationFailed, match="does not belong"):
        unpack(path, tmp_path / "new")
    assert not (tmp_path / "outside").exists()


def test_a_backup_that_fails_leaves_no_file(tmp_path):
    with pytest.raises(RuntimeError), writing(tmp_path / "backup.tar.gz"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_postgresql_is_left_to_its_own_tools(settings_factory, tmp_path):
    settings = settings_factory(database_url="postgresql://vayro@127.0.0.1:1/vayro")
    assert "operations.md" in run(settings, "backup", str(tmp_path / "x"), status=1)
