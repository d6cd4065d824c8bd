"""A redirect is never refused for a plan, and its click is recorded all the same."""

import http.client
import json

import httpx

from tests.conftest import SettingsFactory
from tests.factories import make_link, make_workspace
from tests.processes import vayro
from tests.servers import wait_until
from vayro.database.engine import Database

REQUESTS = 20
NOTHING = {"links_per_month": 0, "clicks_per_month": 0, "custom_domains": 0, "seats": 0, "requests_per_minute": 0}


async def test_a_plan_that_allows_nothing_redirects_and_records(
    database: Database, database_url: str, settings_factory: SettingsFactory
) -> None:
    workspace = await make_workspace(database, plan="free")
    await make_link(database, short_code="free", workspace_id=workspace.id)
    settings = settings_factory(database_url=database_url, plans=json.dumps({"free": NOTHING}))
    with vayro("redirect", settings) as process:
        assert [follow(settings.redirect_port) for _ in range(REQUESTS)] == [302] * REQUESTS
        accepted = f"vayro_clicks_accepted_total {float(REQUESTS)}"
        wait_until(
            lambda: accepted in httpx.get(process.metrics_url, timeout=30).text,
            seconds=60,
            what="all clicks are counted",
        )


def follow(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/free")
        return connection.getresponse().status
    finally:
        connection.close()
