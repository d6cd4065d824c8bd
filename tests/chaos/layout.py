"""Which servers the stage has, and by which links its processes reach them."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from tests.chaos.proxy import FaultProxy
from tests.chaos.servers import (
    DATABASE,
    BalancerServer,
    ClusterNode,
    PgBouncerServer,
    PrimaryServer,
    ReplicaServer,
    form_cluster,
    remove_all,
    start_all,
)
from tests.servers import AnyServer, RedisServer, Server, free_port

CLUSTER_NODES = 6


class Layout:
    """The servers that are not ours, and the links between all parts."""

    def __init__(
        self,
        proxy: FaultProxy,
        *,
        replica: bool,
        pgbouncer: bool,
        cluster: bool,
        nginx: bool,
        redis_appendonly: bool,
    ) -> None:
        """Args: proxy, which runs. Nothing else is started yet."""
        self.proxy = proxy
        self.is_cluster = cluster
        self.replica: ReplicaServer | None = None
        self.bouncer: PgBouncerServer | None = None
        self.nodes: list[RedisServer] = []
        self.balancer: BalancerServer | None = None
        self.primary = PrimaryServer()
        self.database_url = ""
        self._servers: list[Server] = [self.primary]
        if replica:
            self.replica = self._own(ReplicaServer(proxy.add_link("replica", "postgres", self.primary.port)))
        if pgbouncer:
            self.bouncer = self._own(self._make_bouncer())
        if cluster:
            self.nodes = [self._make_node(number) for number in range(1, CLUSTER_NODES + 1)]
        else:
            self.nodes = [self._own(RedisServer(appendonly=redis_appendonly))]
        if nginx:
            self.balancer = self._own(BalancerServer(free_port()))

    def start(self, pool: ThreadPoolExecutor) -> None:
        """Start all but what `complete` does, and nginx, which needs its upstreams."""
        start_all(pool, [server for server in self._servers if server not in (self.replica, self.balancer)])
        self.database_url = self.primary.create()

    def complete(self, pool: ThreadPoolExecutor) -> list[Future[None]]:
        """Have the replica copy the migrated primary, and the cluster form: both while our own processes start."""
        begun = [pool.submit(self.replica.start)] if self.replica else []
        if self.is_cluster:
            begun.append(pool.submit(form_cluster, [node for node in self.nodes if isinstance(node, ClusterNode)]))
        return begun

    def servers(self) -> dict[str, tuple[Server, str]]:
        """Name → server, address."""
        found: dict[str, tuple[Server, str]] = {"postgres": (self.primary, self.database_url)}
        if self.replica:
            found["replica"] = (self.replica, self.replica.url.rpartition("/")[0] + f"/{DATABASE}")
        if self.bouncer:
            found["pgbouncer"] = (self.bouncer, self.bouncer.url())
        for number, node in enumerate(self.nodes, 1):
            found[f"redis-{number}" if self.is_cluster else "redis"] = (node, node.url)
        if self.balancer:
            found["nginx"] = (self.balancer, f"{self.balancer.url} {self.balancer.api_url}")
        return found

    def stores_of(self, name: str) -> Mapping[str, object]:
        """The settings by which a process reaches its stores, over links of its own."""
        return {**self._database_of(name), **self._redis_of(name)}

    def remove(self, pool: ThreadPoolExecutor) -> None:
        """End all servers and delete their files."""
        list(pool.map(lambda server: remove_all([server]), self._servers))

    def _own(self, server: AnyServer) -> AnyServer:
        self._servers.append(server)
        return server

    def _make_bouncer(self) -> PgBouncerServer:
        to_primary = self.proxy.add_link("pgbouncer", "postgres", self.primary.port)
        replica = self.replica or self.primary
        return PgBouncerServer(to_primary, self.proxy.add_link("pgbouncer", "replica", replica.port))

    def _make_node(self, number: int) -> ClusterNode:
        node = self._own(ClusterNode())
        node.announced_port = self.proxy.add_link("all", f"redis-{number}", node.port)
        return node

    def _database_of(self, name: str) -> Mapping[str, object]:
        if self.bouncer:
            through = f"postgresql://postgres@127.0.0.1:{self._link(name, 'pgbouncer', self.bouncer.port)}"
            return {
                "database_url": f"{through}/{DATABASE}",
                "database_replica_url": f"{through}/{DATABASE}_replica" if self.replica else "",
            }
        url = "postgresql://postgres@127.0.0.1:{}/" + DATABASE
        replica = url.format(self._link(name, "replica", self.replica.port)) if self.replica else ""
        primary = url.format(self._link(name, "postgres", self.primary.port))
        return {"database_url": primary, "database_replica_url": replica}

    def _redis_of(self, name: str) -> Mapping[str, object]:
        if self.is_cluster:
            port = self.proxy.port("all>redis-1")
            return {"redis_url": f"redis://127.0.0.1:{port}", "redis_cluster": True}
        return {"redis_url": f"redis://127.0.0.1:{self._link(name, 'redis', self.nodes[0].port)}/0"}

    def _link(self, source: str, target: str, port: int) -> int:
        return self.proxy.add_link(source, target, port)
