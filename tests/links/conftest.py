"""A link service, on each kind of database, and two people in workspaces of their own."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import SettingsFactory
from tests.links.link_services import Person, RecordingCache, make_person, open_links
from vayro.database.engine import Database
from vayro.links.service import LinkService
from vayro.settings import Settings


@pytest.fixture
def settings(settings_factory: SettingsFactory, database_url: str) -> Settings:
    return settings_factory(database_url=database_url, short_url_base="https://go.test", blocked_domains=("evil.test",))


@pytest.fixture
def cache() -> RecordingCache:
    return RecordingCache()


@pytest.fixture
async def service(settings: Settings, database: Database, cache: RecordingCache) -> AsyncIterator[LinkService]:
    async with open_links(settings, database, cache) as opened:
        yield opened


@pytest.fixture
async def ada(database: Database) -> Person:
    return await make_person(database)


@pytest.fixture
async def bob(database: Database) -> Person:
    return await make_person(database)
