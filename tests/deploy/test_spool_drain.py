"""`vayro spool drain`: the clicks of an ended engine reach the database without any engine."""

import pytest

from tests.deploy.installation import contents
from tests.factories import make_link
from tests.flows.load import Load
from tests.flows.shapes import SHAPES, make_settings
from tests.processes import run_vayro, vayro
from vayro.database.engine import open_database
from vayro.settings import Settings

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=SHAPES)
def settings(request, settings_factory) -> Settings:
    return make_settings(request.param, request, settings_factory)


async def spool_clicks(settings: Settings, count: int = 200) -> Load:
    """Have an engine answer, and end it, while no worker runs."""
    database = open_database(settings, pool_size=1)
    code = (await make_link(database)).short_code
    await database.close()
    with vayro("redirect", settings) as engine:
        load = Load([engine.url], [code])
        load.start()
        await load.answers(count)
        await load.stop()
        engine.stop()
    return load


async def test_drained_clicks_are_in_the_database_and_the_spool_is_empty(settings):
    load = await spool_clicks(settings)
    if settings.is_embedded:
        done = run_vayro(settings, "spool", "drain", "--timeout", "60")
    else:
        with vayro("worker", settings):
            # Beyond the minute after which a shipper sends again what is not committed.
            done = run_vayro(settings, "spool", "drain", "--timeout", "80", seconds=100)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert set((await contents(settings))["clicks"]) == load.answered
    assert run_vayro(settings, "spool", "status", "--json").stdout.strip() == "[]"


async def test_clicks_that_nobody_writes_are_kept_and_reported(request, settings_factory):
    settings = make_settings("production", request, settings_factory)
    await spool_clicks(settings)
    done = run_vayro(settings, "spool", "drain", "--timeout", "3")
    assert done.returncode == 1
    assert "bytes of clicks are still in" in done.stderr
    assert "ended" in run_vayro(settings, "spool", "status").stdout


def test_an_empty_spool_is_drained_at_once(settings):
    assert run_vayro(settings, "spool", "drain").returncode == 0
