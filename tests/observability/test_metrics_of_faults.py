"""What is dropped is counted, by its reason."""

import contextlib
import http.client

from tests.conftest import SettingsFactory
from tests.factories import make_link
from tests.observability.pages import read_sample
from tests.processes import vayro
from tests.servers import wait_until
from vayro.database.engine import open_database

ACCEPTED = "vayro_clicks_accepted_total"
DROPPED = 'vayro_clicks_dropped_total{reason="spool_full"}'


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

        def are_all_counted() -> bool:  # both read anew: they are published once a second, perhaps in mid-stream
            return sum(read_sample(engine.metrics_url, name) for name in (ACCEPTED, DROPPED)) == 700

        wait_until(are_all_counted, seconds=60, what="accepted + dropped = answered")
        assert read_sample(engine.metrics_url, DROPPED) > 0
