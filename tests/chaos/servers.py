"""The servers that only a whole stage needs: a replica, PgBouncer, a Redis Cluster, nginx as load balancer.

PgBouncer and nginx run what `deploy/` holds, with the names in it filled in.
"""

import contextlib
import os
import signal
import string
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg

from tests.servers import (
    NginxServer,
    PostgresServer,
    RedisServer,
    Server,
    _find,
    children_of,
    free_port,
    is_listening,
    wait_until,
)

DEPLOY = Path(__file__).parents[2] / "deploy"
DATABASE = "vayro"
SLOTS = 16_384


def fill(template: Path, values: Mapping[str, object]) -> str:
    """Return the file with its ${NAMES} replaced, as `envsubst` does; nginx's own $variables stay."""
    return string.Template(template.read_text()).safe_substitute({name: str(value) for name, value in values.items()})


class PrimaryServer(PostgresServer):
    """PostgreSQL that keeps enough of its log for a replica that was away."""

    def command(self) -> list[str]:
        return [*super().command(), "-c", "wal_keep_size=512MB", "-c", "max_wal_senders=8"]

    def create(self) -> str:
        """Create the stage's database; return its URL."""
        self._execute(f"CREATE DATABASE {DATABASE}")
        return self._url(DATABASE)

    def make_synchronous(self) -> None:
        """Commit only what the replica has applied, so that a failover forgets nothing. Waits while it is away."""
        self._execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self._execute("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
        self._execute("SELECT pg_reload_conf()")


class ReplicaServer(PostgresServer):
    """A streaming replica (hot standby): copied at its first start, writable once promoted."""

    def __init__(self, primary_port: int) -> None:
        """Args: primary_port, of the primary or of a link to it."""
        super().__init__()
        self.primary_port = primary_port

    def start(self) -> None:
        if not (self.directory / "data").exists():
            self._run(
                "pg_basebackup", "--pgdata", "data", "--host", "127.0.0.1", "--port", str(self.primary_port),
                "--username", "postgres", "--write-recovery-conf", "--wal-method", "stream", "--checkpoint", "fast",
                "--no-sync",
            )  # fmt: skip
        super().start()

    def promote(self) -> None:
        """Make it a primary; returns once it takes writes."""
        self._execute("SELECT pg_promote(wait => true, wait_seconds => 30)")

    def replayed(self) -> str:
        """The place in the primary's log up to which it is."""
        return self._scalar("SELECT coalesce(pg_last_wal_replay_lsn(), '0/0')")

    def catch_up(self, primary: PostgresServer) -> None:
        """Return once it has what the primary has committed now."""
        with psycopg.connect(primary.url, autocommit=True) as connection:
            row = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
        assert row
        wait_until(lambda: self._scalar(f"SELECT pg_last_wal_replay_lsn() >= '{row[0]}'") == "True", what="replay")

    def _scalar(self, statement: str) -> str:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()  # type: ignore[call-overload]  # ours
        return str(row[0]) if row else ""


class PgBouncerServer(Server):
    """PgBouncer in transaction mode, by deploy/pgbouncer. It refuses to run as root, so it runs as `postgres`."""

    program = "pgbouncer"
    stop_signal = signal.SIGTERM

    def __init__(self, postgres_port: int, replica_port: int) -> None:
        """Args: the ports of the primary and of the replica, or of links to them."""
        super().__init__(user="postgres")
        values = {
            "VAYRO_POSTGRES_HOST": "127.0.0.1",
            "VAYRO_POSTGRES_PORT": postgres_port,
            "VAYRO_POSTGRES_DATABASE": DATABASE,
            "VAYRO_REPLICA_HOST": "127.0.0.1",
            "VAYRO_REPLICA_PORT": replica_port,
            "VAYRO_PGBOUNCER_ADDRESS": "127.0.0.1",
            "VAYRO_PGBOUNCER_PORT": self.port,
            "VAYRO_PGBOUNCER_AUTH_TYPE": "trust",
            "VAYRO_PGBOUNCER_AUTH_FILE": self.directory / "users.txt",
            "VAYRO_PGBOUNCER_ADMIN": "postgres",
            "VAYRO_PGBOUNCER_POOL_SIZE": 40,
        }
        (self.directory / "users.txt").write_text('"postgres" ""\n')
        (self.directory / "pgbouncer.ini").write_text(fill(DEPLOY / "pgbouncer" / "pgbouncer.ini", values))

    def url(self, database: str = DATABASE) -> str:
        """URL of a database behind it; `vayro_replica` is the replica's, `pgbouncer` its console."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        return [_find("pgbouncer", "pgbouncer"), str(self.directory / "pgbouncer.ini")]

    def is_ready(self) -> bool:
        return is_listening(self.port)


class ClusterNode(RedisServer):
    """One node of a Redis Cluster, which tells everyone to reach it by its link rather than directly."""

    def __init__(self) -> None:
        super().__init__()
        self.announced_port = self.port
        self.bus_port = free_port()

    def command(self) -> list[str]:
        options = {
            "--cluster-enabled": "yes",
            "--cluster-config-file": "nodes.conf",
            "--cluster-node-timeout": "2000",
            "--cluster-announce-ip": "127.0.0.1",
            "--cluster-announce-port": str(self.announced_port),
            "--cluster-port": str(self.bus_port),
            "--cluster-announce-bus-port": str(self.bus_port),
            "--cluster-require-full-coverage": "no",
        }
        return [*super().command(), *(part for pair in options.items() for part in pair)]

    def node_id(self) -> str:
        """The name that the others know it by."""
        return self.send("CLUSTER MYID", whole=True).split(b"\r\n")[1].decode()

    def knows(self, nodes: int) -> bool:
        """Whether it has met so many nodes and all slots are served."""
        return f"cluster_known_nodes:{nodes}".encode() in (info := self.send("CLUSTER INFO", whole=True)) and (
            b"cluster_state:ok" in info
        )


def form_cluster(nodes: list[ClusterNode]) -> None:
    """Make running nodes a cluster: the first half serve the slots, the others replicate one of them each."""
    primaries, replicas = nodes[: len(nodes) // 2], nodes[len(nodes) // 2 :]
    for number, node in enumerate(primaries):
        first, last = (SLOTS * place // len(primaries) for place in (number, number + 1))
        node.send(f"CLUSTER ADDSLOTSRANGE {first} {last - 1}")
        node.send(f"CLUSTER SET-CONFIG-EPOCH {number + 1}")
    for node in nodes[1:]:
        node.send(f"CLUSTER MEET 127.0.0.1 {nodes[0].port} {nodes[0].bus_port}")
    wait_until(lambda: all(node.knows(len(nodes)) for node in nodes), what="the nodes know each other")
    for primary, replica in zip(primaries, replicas, strict=True):
        name = primary.node_id()
        wait_until(lambda: replica.send(f"CLUSTER REPLICATE {name}") == b"+OK", what="replication")  # noqa: B023
    wait_until(
        lambda: all(b"master_link_status:up" in node.send("INFO replication", whole=True) for node in replicas),
        what="replicas follow",
    )


def start_all(pool: ThreadPoolExecutor, servers: list[Server]) -> None:
    """Start servers side by side; raises what the first of them raises."""
    for started in [pool.submit(server.start) for server in servers]:
        started.result()


class BalancerServer(NginxServer):
    """nginx with deploy/nginx in front of engines and APIs."""

    def __init__(self, api_port: int) -> None:
        """Args: api_port, where it serves the API; redirects are served on `port`."""
        super().__init__("include vayro.conf;")
        self.api_port = api_port
        self.api_url = f"http://127.0.0.1:{api_port}"

    def configure(self, redirect_ports: list[int], api_ports: list[int]) -> None:
        """Say who is behind it; takes effect at the start, or by `reload`."""
        values = {
            "VAYRO_REDIRECT_SERVERS": _servers(redirect_ports),
            "VAYRO_REDIRECT_SERVERS_ANYWAY": _servers(redirect_ports, "max_fails=0"),
            "VAYRO_API_SERVERS": _servers(api_ports),
            "VAYRO_REDIRECT_LISTEN": f"127.0.0.1:{self.port}",
            "VAYRO_API_LISTEN": f"127.0.0.1:{self.api_port}",
        }
        (self.directory / "vayro.conf").write_text(fill(DEPLOY / "nginx" / "vayro.conf.template", values))

    def reload(self) -> None:
        """Apply `configure`; returns once no worker with the old configuration is left."""
        old = set(children_of(self.pid))
        os.kill(self.pid, signal.SIGHUP)
        wait_until(lambda: not old & set(children_of(self.pid)), what="the old nginx workers end")

    def is_ready(self) -> bool:
        return is_listening(self.port) and is_listening(self.api_port)


def _servers(ports: list[int], limits: str = "max_fails=2 fail_timeout=2s") -> str:
    """The lines of an upstream. nginx refuses an empty one, so with nobody there it names a port that refuses."""
    return "\n    ".join(f"server 127.0.0.1:{port} {limits};" for port in ports or [1])


def remove_all(servers: list[Server]) -> None:
    """Stop servers and delete their folders, whatever state they are in."""
    for server in servers:
        with contextlib.suppress(Exception):
            server.remove()
