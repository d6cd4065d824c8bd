"""Migrations through PgBouncer in transaction mode, where a session's state stays with a server connection."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.servers import PostgresServer, Server, _find, running
from vayro.database.migrations import find_revision, newest_revision, upgrade


class PgBouncer(Server):
    """PgBouncer in front of one PostgreSQL, in transaction mode."""

    program = "pgbouncer"

    def __init__(self, target: str) -> None:
        super().__init__(user="postgres")
        (self.directory / "users").write_text('"postgres" ""\n')
        (self.directory / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={urlsplit(target).port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            "auth_type = trust\nauth_file = users\npool_mode = transaction\n"
        )

    def command(self) -> list[str]:
        return [_find("pgbouncer", "pgbouncer"), "pgbouncer.ini"]

    def is_ready(self) -> bool:
        try:
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture
def pgbouncer(postgres_server: PostgresServer) -> Iterator[PgBouncer]:
    with running(PgBouncer(postgres_server.url)) as server:
        yield server


def test_a_migration_through_pgbouncer_leaves_no_lock_behind(postgres_server: PostgresServer, pgbouncer: PgBouncer):
    """A session's advisory lock would stay in the pool, and the next migration would wait for it for ever."""
    direct = postgres_server.create_database()
    pooled = direct.replace(f":{postgres_server.port}/", f":{pgbouncer.port}/")
    upgrade(pooled)
    assert find_revision(pooled) == newest_revision()
    with psycopg.connect(direct) as connection:
        query = (
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE locktype = 'advisory' AND datname = current_database()"
        )
        (held,) = connection.execute(query).fetchone() or (None,)
    assert held == 0
