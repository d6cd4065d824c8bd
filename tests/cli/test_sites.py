"""`vayro sites …`, as people run it."""

import json

import pytest
from sqlalchemy import select

from tests.cli.conftest import Run
from tests.jobs.jobs_processes import make_business, make_site, read_links
from vayro.database.engine import Database, open_database
from vayro.database.models import workspaces
from vayro.settings import Settings

# Each command is a process: 2 s, or 15 beside much else.
pytestmark = [pytest.mark.usefixtures("ada"), pytest.mark.timeout(400)]


@pytest.fixture
async def database(settings: Settings) -> Database:
    return open_database(settings)


async def test_old_sites_get_their_links(run: Run, database: Database) -> None:
    sites = [await make_site(database, status="completed", step="done") for _ in range(3)]
    await database.close()
    dry = json.loads(run("sites", "backfill", "--dry-run", "--json").stdout)
    assert (dry["completed"], dry["with"], dry["without"], dry["made"]) == (3, 0, 3, 0)
    done = json.loads(run("sites", "backfill", "--json").stdout)
    assert (done["with"], done["without"], done["made"], done["errors"]) == (3, 0, 3, [])
    assert json.loads(run("sites", "backfill", "--json").stdout)["made"] == 0
    again = [len(await read_links(database, site.workspace_id)) for site in sites]
    await database.close()
    assert again == [1, 1, 1]


async def test_businesses_without_a_site_are_asked_for_once(run: Run, database: Database) -> None:
    async with database.read() as connection:
        owner = (await connection.scalars(select(workspaces.c.id))).one()
    for name in ("Joe's Pizza", "Ann's Cuts"):
        await make_business(database, owner, name=name)
    await database.close()
    asked = json.loads(run("sites", "generate", "--all-without", "--json").stdout)
    assert {one["subdomain"]: one["status"] for one in asked} == {"joes-pizza": "queued", "anns-cuts": "queued"}
    assert json.loads(run("sites", "generate", "--all-without", "--json").stdout) == []
    assert len(json.loads(run("sites", "list", "--status", "queued", "--json").stdout)) == 2


def test_a_site_for_nobody_is_wrong_usage(run: Run) -> None:
    assert "--business" in run("sites", "generate", status=2).stderr
