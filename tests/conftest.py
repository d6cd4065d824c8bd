"""Fixtures that any test may ask for. Servers run once a session (once a worker under xdist).

postgres_server, redis_server            the shared servers
sqlite_url, postgres_url                 a fresh, migrated database
database_url, database                   the same, once on each kind; `database` is open
redis_url, cluster_url                   the shared Redis, or cluster of six nodes, emptied
own_postgres, own_redis                  servers that a test may kill and pause
settings_factory                         Settings on free ports, with a data directory of their own
"""

import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.machines import RedisClusterServers, cluster
from tests.servers import PostgresServer, RedisServer, free_port, running
from vayro.database.engine import Database, open_database
from vayro.database.migrations import upgrade
from vayro.settings import Settings

# How long an example takes says nothing on a busy machine.
hypothesis_settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("tests")

SettingsFactory = Callable[..., Settings]

# A shell that starts this in the background has it ignore SIGINT, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What the developer's shell says must not reach a test.
for _name in [name for name in os.environ if name.startswith("VAYRO_")]:
    del os.environ[_name]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with running(PostgresServer()) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    with running(RedisServer()) as server:
        yield server


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[RedisClusterServers]:
    """Six nodes; mark what asks for them with `xdist_group("redis cluster")`, so that they are started once."""
    with cluster() as servers:
        yield servers


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """Name of a migrated database to copy: 40 ms instead of the migrations' second."""
    url = postgres_server.create_database()
    upgrade(url)
    return url.rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, postgres_template: str) -> Iterator[str]:
    url = postgres_server.create_database(postgres_template)
    yield url
    postgres_server.drop_database(url)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "vayro.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    url = request.getfixturevalue(f"{request.param}_url")
    assert isinstance(url, str)
    return url


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    redis_server.send("FLUSHALL")
    return redis_server.url


@pytest.fixture
def cluster_url(redis_cluster: RedisClusterServers) -> str:
    redis_cluster.flush()
    return redis_cluster.url


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server of this test alone; `create_database()` gives an empty database, not migrated."""
    with running(PostgresServer()) as server:
        yield server


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A server of this test alone, with an append-only file, as in production."""
    with running(RedisServer(appendonly=True)) as server:
        yield server


@pytest.fixture
def settings_factory(tmp_path: Path) -> SettingsFactory:
    """Settings that collide with nothing; of the embedded shape unless the overrides say otherwise."""

    def make(**overrides: object) -> Settings:
        values: dict[str, object] = {
            "data_dir": tmp_path / "data",
            "redirect_port": free_port(),
            "api_port": free_port(),
            "sites_port": free_port(),
            "metrics_port": free_port(neighbours=2),  # `vayro up` takes three in a row
            **overrides,
        }
        values.setdefault("short_url_base", f"http://127.0.0.1:{values['redirect_port']}")
        settings = Settings(_env_file=None, **values)  # type: ignore[arg-type]
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return settings

    return make


@pytest.fixture
async def database(database_url: str, settings_factory: SettingsFactory) -> AsyncIterator[Database]:
    opened = open_database(settings_factory(database_url=database_url))
    yield opened
    await opened.close()
