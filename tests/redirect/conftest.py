"""Engines that the tests of a module share: links of every kind, known to both databases alike."""

import asyncio
import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_link
from tests.redirect.engines import EngineThread, running_engine
from vayro.database.engine import open_database
from vayro.database.models import domains
from vayro.redirect import fastlane, memory
from vayro.settings import Settings

HOUR = dt.timedelta(hours=1)
NOW = dt.datetime.now(dt.UTC)
LINKS: list[dict[str, Any]] = [
    {"short_code": "plain"},
    {"short_code": "a"},
    {"short_code": "moved", "redirect_status": 301, "cache_seconds": 60},
    {"short_code": "moved-uncached", "redirect_status": 301},
    {"short_code": "temp", "redirect_status": 307, "cache_seconds": 60},
    {"short_code": "perm", "redirect_status": 308, "cache_seconds": 0},
    {"short_code": "off", "is_active": False},
    {"short_code": "past", "expires_at": NOW - HOUR},
    {"short_code": "past-elsewhere", "expires_at": NOW - HOUR, "expired_url": "https://example.com/over"},
    {"short_code": "future", "expires_at": NOW + 24 * HOUR},
    {"short_code": "odd", "target_url": 'https://example.com/"\r\nSet-Cookie: a=b\u20ac <b>'},
    {"short_code": "protected", "password_hash": "no password fits it"},
    {"short_code": "down", "is_active": False, "disabled_reason": "abuse"},
    {"short_code": "counted", "max_clicks": 1_000_000},
    {"short_code": "once", "max_clicks": 1},
    {"short_code": "once-elsewhere", "max_clicks": 1, "expired_url": "https://example.com/over"},
    {"short_code": "plain", "domain": "go.example.com", "target_url": "https://example.com/in-domain"},
]


def make_settings(directory: Path, template: Path, *, with_domain: bool = False, **over: Any) -> Settings:
    """Settings with a database of their own that holds LINKS."""
    directory.mkdir()
    shutil.copyfile(template, directory / "vayro.db")
    settings = Settings(_env_file=None, data_dir=directory, short_url_base="http://127.0.0.1", **over)
    asyncio.run(_fill(settings, with_domain=with_domain))
    return settings


async def _fill(settings: Settings, *, with_domain: bool) -> None:
    database = open_database(settings)
    for number, values in enumerate(LINKS):
        await make_link(database, **{"target_url": f"https://example.com/{number}", **values})
    if with_domain:
        async with database.transaction() as connection:
            row = {"name": "go.example.com", "verified_at": NOW, "created_at": NOW}
            await connection.execute(domains.insert().values(row))
    await database.close()


@pytest.fixture(scope="module")
def long_memory() -> Iterator[None]:
    """Links stay fresh for the whole module, so that the lane answers whatever it may."""
    patch = pytest.MonkeyPatch()
    patch.setattr(memory, "FRESH_SECONDS", 3600.0)
    patch.setattr(memory, "REFRESH_SECONDS", 3000.0)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[EngineThread]:
    """An engine with the lane on."""
    with running_engine(make_settings(tmp_path_factory.mktemp("engine") / "data", sqlite_template)) as running:
        yield running


@pytest.fixture(scope="module", params=["alone", "in python", "with domains", "behind a proxy", "forgetful", "durable"])
def lane_on_and_off(
    request: pytest.FixtureRequest,
    long_memory: None,
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
) -> Iterator[tuple[EngineThread, EngineThread]]:
    """Two engines over equal databases: the first with the fast lane, the second without."""
    directory = tmp_path_factory.mktemp("engines")
    over: dict[str, Any] = {"with_domain": request.param == "with domains"}
    if request.param == "behind a proxy":
        over["trusted_proxies"] = "127.0.0.0/8, 10.0.0.0/8"
    patch = pytest.MonkeyPatch()
    if request.param == "in python":
        patch.setattr(fastlane, "Receiver", None)
    if request.param == "durable":
        over["spool_sync"] = "always"
    on = make_settings(directory / "on", sqlite_template, **over)
    off = make_settings(directory / "off", sqlite_template, **over, fast_lane=False)
    # The same links, down to their ids: the second database is a copy of the first.
    shutil.copyfile(on.data_dir / "vayro.db", off.data_dir / "vayro.db")
    with running_engine(on) as first, running_engine(off) as second:
        if request.param == "forgetful":
            for engine in (first, second):
                forget_always(engine)
        yield first, second
    patch.undo()


def forget_always(running: EngineThread) -> None:
    """Every request finds nothing in memory, so that the lane's look-ups are what is compared."""
    running.engine.memory.find = lambda _: None  # type: ignore[method-assign,assignment]
    if running.server.lane:
        running.server.lane.links = {}
