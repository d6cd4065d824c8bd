"""What is dropped is counted, by its reason."""

import contextlib
import http.client

from tests.conftest import SettingsFactory
from tests.factories import make_link
from tests.observability.pages import await_sample
from tests.processes import vayro
from vayro.database.engine import open_database


async def test_a_click_that_a_full_spool_refuses_is_counted(settings_factory: SettingsFactory, sqlite_url: str) -> None:
    settings = settings_factory(database_url=sqlite_url, spool_max_bytes=1 << 20, spool_segment_bytes=1 << 18)
    database = open_database(settings)
    code = (await make_link(database)).short_code
    await database.close()
    with vayro("redirect", settings) as engine:  # and no worker, which would make room
        with contextlib.closing(http.client.HTTPConnection(engine.url.removeprefix("http://"), timeout=20)) as visitor:
            for _ in range(700):  # of 2 kB each
                visitor.request("GET", f"/{code}", headers={"User-Agent": "x" * 2_000})
                answer = visitor.getresponse()
                answer.read()
                assert answer.status == 302
        dropped = await_sample(
            engine.metrics_url, 'vayro_clicks_dropped_total{reason="spool_full"}', lambda value: value > 0
        )
        accepted = await_sample(engine.metrics_url, "vayro_clicks_accepted_total", lambda value: value + dropped >= 700)
        assert accepted + dropped == 700
