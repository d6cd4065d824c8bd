"""The ground that all other tests stand on."""

import pytest
from sqlalchemy import func, select

from tests.factories import make_click, make_link, make_user
from tests.processes import environment_of
from tests.servers import NginxServer, PostgresServer, RedisServer, is_listening, running
from vayro.database.engine import Database
from vayro.database.models import click_events, link_changes
from vayro.settings import load_settings


async def test_factories_store_rows_on_both_databases(database: Database) -> None:
    user = await make_user(database)
    link = await make_link(database, user_id=user.id, tags=["a"])
    click = await make_click(database, link.id)
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(click_events)) == 1
        assert await connection.scalar(select(link_changes.c.version)) == 1
    assert (link.tags, click.link_id, click.timestamp.tzinfo is not None) == (["a"], link.id, True)


async def test_each_test_starts_with_an_empty_database(database: Database) -> None:
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(click_events)) == 0


def test_redis_never_evicts_the_stream(redis_server: RedisServer, redis_url: str) -> None:
    assert redis_url == redis_server.url
    assert redis_server.send("INFO memory", whole=True).count(b"maxmemory_policy:noeviction") == 1


def test_a_killed_server_comes_back_on_its_port(own_redis: RedisServer) -> None:
    own_redis.send("SET key value")
    port = own_redis.port
    own_redis.kill()
    assert not is_listening(port)
    own_redis.start()
    assert own_redis.send("GET key") == b"$5"


def test_a_stopped_server_leaves_no_folder() -> None:
    with running(NginxServer("server { listen 127.0.0.1:{port}; return 302 /; }")) as server:
        assert is_listening(server.port)
    assert not server.directory.exists()
    assert not is_listening(server.port)


def test_a_commit_survives_the_kill_of_postgres(own_postgres: PostgresServer) -> None:
    own_postgres.create_database()
    own_postgres.kill()
    own_postgres.start()
    assert own_postgres.create_database()


def test_settings_travel_through_the_environment_unchanged(
    settings_factory: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_factory(trusted_proxies="10.0.0.0/8, ::1/128", bootstrap_password="a b c")  # type: ignore[operator]
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings
