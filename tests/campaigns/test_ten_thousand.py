"""A campaign in real processes, killed with SIGKILL: each is written to once. The long one is in tests/chaos."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from tests.campaigns.story import PRICE, Story
from tests.conftest import SettingsFactory
from vayro.database.engine import Database, open_database
from vayro.settings import Settings


@pytest.fixture
def settings(settings_factory: SettingsFactory, database_url: str) -> Settings:
    proxies = (ip_network("127.0.0.0/8"),)
    return settings_factory(
        database_url=database_url, sms_claim_seconds=2, sms_price_micros=PRICE, trusted_proxies=proxies
    )


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = open_database(settings)
    yield opened
    await opened.close()


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_each_is_written_to_once_though_all_is_killed(settings: Settings, database: Database) -> None:
    story = Story(settings, database, 400, opted_out=20, shared=10)
    await story.prepare()
    await story.send(rate=150, kills=[0.4])
    await story.check_sent()
    await story.check_report(clicks=200, bots=20)
