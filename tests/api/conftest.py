"""A real `vayro api` process on each kind of database, one a module; each test has callers of its own workspaces."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.accounts.people import Team, make_team
from tests.links.link_services import make_person
from tests.processes import vayro
from tests.servers import PostgresServer, free_port
from vayro.accounts.permissions import ROLES
from vayro.accounts.service import AccountService, Caller
from vayro.database.engine import Database, open_database
from vayro.settings import Settings


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("api")
    return Settings(
        _env_file=None,
        data_dir=folder,
        database_url=request.getfixturevalue(f"module_{request.param}_url"),
        short_url_base="https://go.test",
        api_port=free_port(),
        unfurl=False,  # generated destinations are nobody's to ask
        limit_invitation_address="6/day",  # when an hour ends within a test, a seventh is right
    )


@pytest.fixture(scope="module")
def module_sqlite_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("database") / "vayro.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def module_postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    url = postgres_server.create_database(postgres_template)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture(scope="module")
def api_url(settings: Settings) -> Iterator[str]:
    with vayro("api", settings) as process:
        yield process.url


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The one that the process under test uses."""
    opened = open_database(settings)
    yield opened
    await opened.close()


@pytest.fixture
async def ada(api_url: str, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with client(api_url, await make_key(settings)) as opened:
        yield opened


@pytest.fixture
async def bob(api_url: str, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with client(api_url, await make_key(settings)) as opened:
        yield opened


@pytest.fixture
async def nobody(api_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key."""
    async with httpx.AsyncClient(base_url=api_url, timeout=30, verify=False) as opened:
        yield opened


@contextlib.asynccontextmanager
async def client(url: str, key: str) -> AsyncIterator[httpx.AsyncClient]:
    # Plain HTTP: reading the certificates of the world would take longer than the test.
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30, verify=False) as opened:
        yield opened


async def make_link(api: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await api.post("/v1/links", json={"target_url": "https://example.com/", **body})).json()
    return made


async def make_key(settings: Settings) -> str:
    """The API key of a new person in a new workspace."""
    database = open_database(settings)
    person = await make_person(database)
    key = await AccountService(database).create_key(Caller(person.workspace_id, person.user_id, None, False), "test")
    await database.close()
    return key


@dataclass
class House:
    """A team behind a running API, with a key of each role."""

    url: str
    team: Team
    keys: dict[str, str]

    async def issue(self, *scopes: str) -> str:
        return await self.team.accounts.create_key(self.team["owner"], "test", scopes=scopes)


@pytest.fixture
async def house(api_url: str, settings: Settings) -> AsyncIterator[House]:
    database = open_database(settings)
    team = await make_team(database)
    keys = {role: await team.accounts.create_key(team[role], role) for role in ROLES}
    yield House(api_url, team, keys)
    await team.accounts.close()
    await database.close()
