"""What stands between and beside the servers when Vayro runs on several machines: PgBouncer, a replica, a cluster."""

import contextlib
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
from redis import Redis
from redis.crc import key_slot

from tests.servers import (
    STOP_SECONDS,
    PostgresServer,
    RedisServer,
    Server,
    _find,
    _find_postgres,
    children_of,
    free_port,
    running,
    wait_until,
)

CLUSTER_SECONDS = 60


class PgBouncerServer(Server):
    """PgBouncer in front of one PostgreSQL, in transaction mode, with few connections: sessions are shared at once."""

    program = "pgbouncer"

    def __init__(self, target: str, pool_size: int = 4) -> None:
        super().__init__(user="postgres")
        (self.directory / "users").write_text('"postgres" ""\n')
        (self.directory / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={urlsplit(target).port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            "auth_type = trust\nauth_file = users\npool_mode = transaction\n"
            f"default_pool_size = {pool_size}\nmax_client_conn = 500\nserver_login_retry = 1\n"
        )

    def command(self) -> list[str]:
        return [_find("pgbouncer", "pgbouncer"), "pgbouncer.ini"]

    def is_ready(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", connect_timeout=2).close()
            return True
        return False

    def in_front_of(self, url: str) -> str:
        """Return the URL of the same database by way of this PgBouncer."""
        return url.replace(f":{urlsplit(url).port}/", f":{self.port}/")


class ReplicaServer(PostgresServer):
    """A streaming replica of a running PostgreSQL."""

    def __init__(self, primary: PostgresServer) -> None:
        super().__init__()
        self._primary = primary

    def start(self) -> None:
        if not (self.directory / "data").exists():
            source = f"host=127.0.0.1 port={self._primary.port} user=postgres"
            self._run("pg_basebackup", "--pgdata", "data", "--dbname", source, "--checkpoint", "fast",
                      "--write-recovery-conf", "--wal-method", "stream", "--no-sync")  # fmt: skip
        super().start()

    def stop_replay(self) -> None:
        """Keep receiving, and show nothing of it: a replica that falls behind."""
        self._execute("SELECT pg_wal_replay_pause()")

    def resume_replay(self) -> None:
        """Catch up."""
        self._execute("SELECT pg_wal_replay_resume()")

    def promote(self) -> None:
        """Make it a primary."""
        subprocess.run(
            [*self._privileges(), _find_postgres("pg_ctl"), "promote", "-D", "data", "-w"],
            cwd=self.directory, check=True, capture_output=True, timeout=STOP_SECONDS * 3,
        )  # fmt: skip

    def at(self, url: str) -> str:
        """Return the URL of this server's copy of a database of the primary."""
        return url.replace(f":{self._primary.port}/", f":{self.port}/")


class ClusterNode(RedisServer):
    """One node, alone until a cluster is made of it. Its usual port for the others, 10,000 above, may be a client's."""

    def __init__(self) -> None:
        super().__init__()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.bus_port = free_port()

    def command(self) -> list[str]:
        # A failover within seconds, but none because a busy machine kept a node waiting; a replica is ready at once; a
        # lost third of the slots does not stop the others.
        return [*super().command(), "--cluster-enabled", "yes", "--cluster-port", str(self.bus_port),
                "--cluster-node-timeout", "4000",
                "--cluster-replica-validity-factor", "0", "--cluster-require-full-coverage", "no",
                "--repl-diskless-sync-delay", "0"]  # fmt: skip

    @property
    def is_master(self) -> bool:
        """Whether it runs, and as a master."""
        return self.process is not None and b"role:master" in self.send("INFO replication", whole=True)

    def client(self) -> Redis:
        return Redis.from_url(self.url, decode_responses=True)

    def ask(self, *words: object) -> str:
        """Send one command; return its answer as text."""
        with self.client() as client:
            return str(client.execute_command(*map(str, words)))


class RedisClusterServers:
    """Six nodes: three masters, each with a replica."""

    def __init__(self) -> None:
        self.nodes = [ClusterNode() for _ in range(6)]

    @property
    def url(self) -> str:
        """URL of a node that runs."""
        return next(node.url for node in self.nodes if node.process)

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        addresses = [f"127.0.0.1:{node.port}" for node in self.nodes]
        command = [_find("redis-cli", "redis-tools"), "--cluster", "create", *addresses]
        done = subprocess.run(
            [*command, "--cluster-replicas", "1", "--cluster-yes"], capture_output=True, text=True, check=False,
            timeout=CLUSTER_SECONDS,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"the cluster was not made: {done.stdout[-1000:]}{done.stderr[-1000:]}")
        wait_until(self.is_whole, seconds=CLUSTER_SECONDS, what="every node sees a whole cluster with replicas")

    def is_whole(self) -> bool:
        """Whether every node knows of every slot's master, three are masters, and the others' links are up.

        A master that was passed over while it was dead believes in its slots until it hears of it.
        """
        running = [node for node in self.nodes if node.process]
        try:
            return sum(node.is_master for node in running) == 3 and all(map(self._is_content, running))
        except OSError:  # it does not answer yet
            return False

    def master_of(self, key: str) -> ClusterNode:
        """The node that has the key."""
        slot = key_slot(key.encode())
        for line in self._any().ask("CLUSTER", "NODES").splitlines():
            fields = line.split()
            ranges = [tuple(map(int, part.split("-"))) for part in fields[8:] if not part.startswith("[")]
            if "master" in fields[2] and "fail" not in fields[2] and any(r[0] <= slot <= r[-1] for r in ranges):
                return self._at(int(fields[1].split("@")[0].rsplit(":", 1)[1]))
        raise LookupError(f"nobody has the slot {slot}")

    def replica_of(self, master: ClusterNode) -> ClusterNode:
        """A replica of this master."""
        identifier = master.ask("CLUSTER", "MYID")
        [line, *_] = [text for text in master.ask("CLUSTER", "NODES").splitlines() if f" {identifier} " in text]
        return self._at(int(line.split()[1].split("@")[0].rsplit(":", 1)[1]))

    def move_slot(self, key: str, target: ClusterNode, *, is_finished: bool = True) -> None:
        """Move the key's slot; unfinished, the old master answers ASK for what has gone."""
        source, slot = self.master_of(key), key_slot(key.encode())
        target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", source.ask("CLUSTER", "MYID"))
        source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", target.ask("CLUSTER", "MYID"))
        with source.client() as client:
            for name in client.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 1000):
                client.execute_command("MIGRATE", "127.0.0.1", target.port, name, 0, 5000)
        if is_finished:
            self.settle_slot(key, target)

    def settle_slot(self, key: str, target: ClusterNode) -> None:
        """End a move: from now on the slot is the target's."""
        slot, owner = key_slot(key.encode()), target.ask("CLUSTER", "MYID")
        for node in [target, *(node for node in self.nodes if node is not target and node.is_master)]:
            node.ask("CLUSTER", "SETSLOT", slot, "NODE", owner)

    def flush(self) -> None:
        """Empty it."""
        for node in self.nodes:
            with contextlib.suppress(Exception):
                node.ask("FLUSHALL")

    def remove(self) -> None:
        for node in self.nodes:
            node.remove()

    def _any(self) -> ClusterNode:
        return next(node for node in self.nodes if node.process)

    def _at(self, port: int) -> ClusterNode:
        return next(node for node in self.nodes if node.port == port)

    def _is_content(self, node: ClusterNode) -> bool:
        state = node.send("CLUSTER INFO", whole=True)
        link = node.send("INFO replication", whole=True)
        is_linked = b"role:master" in link or b"master_link_status:up" in link
        return b"cluster_state:ok" in state and b"cluster_slots_ok:16384" in state and is_linked


@contextlib.contextmanager
def cluster() -> Iterator[RedisClusterServers]:
    """A running cluster, removed at the end."""
    servers = RedisClusterServers()
    try:
        servers.start()
        yield servers
    finally:
        servers.remove()


@contextlib.contextmanager
def replica(primary: PostgresServer) -> Iterator[ReplicaServer]:
    """A running replica, removed at the end."""
    with running(ReplicaServer(primary)) as server:
        yield server


@contextlib.contextmanager
def hanging(server: Server) -> Iterator[None]:
    """Stop the server and all its children: connections stand, and nobody answers."""
    family = [server.pid, *children_of(server.pid)]
    try:
        for pid in family:
            _signal(pid, "STOP")
        yield
    finally:
        for pid in family:
            _signal(pid, "CONT")


def _signal(pid: int, name: str) -> None:
    subprocess.run(["kill", f"-{name}", str(pid)], check=False, capture_output=True)
