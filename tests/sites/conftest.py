"""A business service on each kind of database, and two people in workspaces of their own."""

import pytest

from tests.conftest import SettingsFactory
from tests.links.link_services import make_person
from vayro.accounts.service import Caller
from vayro.database.engine import Database
from vayro.settings import Settings
from vayro.sites.businesses import BusinessService


@pytest.fixture
def settings(settings_factory: SettingsFactory, database_url: str) -> Settings:
    return settings_factory(database_url=database_url, short_url_base="https://go.test")


@pytest.fixture
def businesses(settings: Settings, database: Database) -> BusinessService:
    return BusinessService(settings, database)


@pytest.fixture
async def ada(database: Database) -> Caller:
    return await make_caller(database)


@pytest.fixture
async def bob(database: Database) -> Caller:
    return await make_caller(database)


async def make_caller(database: Database) -> Caller:
    person = await make_person(database)
    return Caller(person.workspace_id, person.user_id, None, False)
