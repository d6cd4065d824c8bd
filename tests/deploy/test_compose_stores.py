"""The scripts that deploy/compose.yaml starts its stores with, run for real: primary, replica, PgBouncer."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from tests.deploy.compose import DEPLOY, SECRETS, load_compose
from tests.servers import PostgresServer, Server, _find, _find_postgres, running, wait_until

PASSWORD = SECRETS["VAYRO_POSTGRES_PASSWORD"]
REPLICATION_PASSWORD = "a:b\\c'd"
BIN = str(Path(_find_postgres("postgres")).parent)


class Scripted(Server):
    """A script of deploy/ as a server, with an environment of its own. Its files are where its user may read them."""

    def __init__(self, program: str, environment: Mapping[str, object], *arguments: str) -> None:
        self.program = Path(program).stem
        super().__init__(user="postgres")
        self.script = self.directory / Path(program).name
        shutil.copy(DEPLOY / program, self.script)
        self.script.chmod(0o755)
        self.environment = {name: str(value) for name, value in environment.items()}
        self.arguments = arguments

    def command(self) -> list[str]:
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        path = f"PATH={BIN}:/usr/local/bin:/usr/bin:/bin:/usr/sbin"
        return ["env", "-i", path, *variables, str(self.script), *self.arguments]

    def url(self, database: str) -> str:
        return f"postgresql://vayro:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def is_ready(self) -> bool:
        try:
            psycopg.connect(self.url("vayro"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture(scope="module")
def primary() -> Iterator[PostgresServer]:
    """A primary as the postgres image leaves it: passwords for everybody, and our script has run once."""
    with running(PostgresServer()) as server:
        server._execute(f"CREATE ROLE vayro SUPERUSER LOGIN PASSWORD '{PASSWORD}'")
        server._execute("CREATE DATABASE vayro OWNER vayro")
        data = server.directory / "data"
        (data / "pg_hba.conf").write_text(
            "local all all trust\nhost all postgres all trust\nhost all all all scram-sha-256\n"
        )
        environment = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "POSTGRES_USER": "vayro",
            "POSTGRES_DB": "vayro",
            "PGDATA": str(data),
            "PGHOST": str(server.directory),
            "PGPORT": str(server.port),
            "VAYRO_REPLICATION_PASSWORD": REPLICATION_PASSWORD,
        }
        script = DEPLOY / "postgres" / "primary-init.sh"
        done = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        yield server


@pytest.fixture(scope="module")
def replica(primary: PostgresServer) -> Iterator[Scripted]:
    server = Scripted("postgres/replica.sh", {})
    server.environment |= {
        "PGDATA": str(server.directory / "pgdata"),
        "PGPASSFILE": str(server.directory / "pgpass"),
        "VAYRO_POSTGRES_HOST": "127.0.0.1",
        "VAYRO_POSTGRES_PORT": str(primary.port),
        "VAYRO_REPLICATION_PASSWORD": REPLICATION_PASSWORD,
    }
    options = {"port": server.port, "unix_socket_directories": server.directory, "fsync": "off", "max_connections": 200}
    server.arguments = tuple(part for name, value in options.items() for part in ("-c", f"{name}={value}"))
    with running(server):
        yield server


def fetch(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def test_the_replica_follows_the_primary_and_starts_again_with_what_it_has(primary, replica):
    assert fetch(replica.url("vayro"), "SELECT pg_is_in_recovery()") is True
    primary_url = primary.url.removesuffix("postgres") + "vayro"
    with psycopg.connect(primary_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE followed (number int)")
        query = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'vayro_replica' AND active"
        wait_until(lambda: connection.execute(query).fetchone() == (1,), what="the replica follows")
    wait_until(lambda: fetch(replica.url("vayro"), "SELECT to_regclass('followed')") is not None)
    replica.stop()
    identity = (replica.directory / "pgdata" / "PG_VERSION").stat().st_ino
    replica.start()
    assert (replica.directory / "pgdata" / "PG_VERSION").stat().st_ino == identity


def test_pgbouncer_lets_in_who_has_the_password_to_primary_and_replica(primary, replica):
    environment = dict(load_compose()["services"]["pgbouncer"]["environment"])
    bouncer = Scripted("image/run-pgbouncer.sh", {})
    shutil.copy(DEPLOY / "pgbouncer" / "pgbouncer.ini", bouncer.directory / "template")
    bouncer.environment = environment | {
        "VAYRO_PGBOUNCER_FOLDER": str(bouncer.directory / "run"),
        "VAYRO_PGBOUNCER_TEMPLATE": str(bouncer.directory / "template"),
        "VAYRO_PGBOUNCER_ADDRESS": "127.0.0.1",
        "VAYRO_PGBOUNCER_PORT": str(bouncer.port),
        "VAYRO_POSTGRES_HOST": "127.0.0.1",
        "VAYRO_POSTGRES_PORT": str(primary.port),
        "VAYRO_REPLICA_HOST": "127.0.0.1",
        "VAYRO_REPLICA_PORT": str(replica.port),
    }
    assert _find("pgbouncer", "pgbouncer")
    with running(bouncer):
        assert fetch(bouncer.url("vayro"), "SELECT pg_is_in_recovery()") is False
        assert fetch(bouncer.url("vayro_replica"), "SELECT pg_is_in_recovery()") is True
        with pytest.raises(psycopg.OperationalError, match=r"password|SASL"):
            psycopg.connect(bouncer.url("vayro").replace(PASSWORD, "wrong"), connect_timeout=5)
