"""A link with `max_clicks` redirects exactly so often, whoever asks however many engines at once."""

import http.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import SettingsFactory
from tests.factories import make_link
from tests.processes import vayro
from vayro.database.engine import Database
from vayro.settings import Settings

REQUESTS = 200
LIMIT = 37


@pytest.fixture
async def settings(database: Database, database_url: str, settings_factory: SettingsFactory) -> Settings:
    await make_link(database, short_code="limited", max_clicks=LIMIT)
    return settings_factory(database_url=database_url)


def follow(port: int, method: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, "/limited")
        return connection.getresponse().status
    finally:
        connection.close()


async def test_two_engines_give_exactly_the_allowed_redirects(settings: Settings) -> None:
    with vayro("redirect", settings, "--workers", "2"), ThreadPoolExecutor(50) as threads:
        methods = ["GET" if number % 3 else "HEAD" for number in range(REQUESTS)]
        statuses = Counter(threads.map(follow, [settings.redirect_port] * REQUESTS, methods))
    assert statuses == {302: LIMIT, 410: REQUESTS - LIMIT}
