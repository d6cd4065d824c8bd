"""A whole production shape on one machine, of real programs, each of which can be harmed by name.

    with Stage(engines=2, apis=2, workers=2, replica=True, pgbouncer=True, cluster=False, nginx=True) as stage:
        code = stage.create_link("https://example.com/")["short_code"]
        fetch(f"{stage.redirect_url}/{code}")                # through nginx
        stage.kill("engine-1"); stage.start("engine-1")      # SIGKILL to it and its children, and back again
        stage.pause("redis"); stage.resume("redis")          # SIGSTOP, SIGCONT
        stage.restart("worker-2")                            # SIGTERM, await its end, start
        stage.proxy.slow("postgres", seconds=0.2)            # on the network: see FaultProxy for the other faults
        stage.proxy.black_hole("engine-2>redis")
        stage.proxy.heal()
        database = stage.open_database()                     # the truth, past PgBouncer and all faults; close it

In an `async` test call these through `asyncio.to_thread`. As a fixture give it the scope of a module: it takes some
ten seconds. Names: postgres, replica, pgbouncer, redis (or redis-1 … redis-6), nginx, engine-N, api-N, worker-N.

    visitors > nginx > engine-N, api-N ─┬─ (engine-N>redis) ───────> redis <─────── (worker-N>redis)
                                        └─ (engine-N>pgbouncer) ───> pgbouncer ──── (pgbouncer>postgres) > postgres
                                                                          └──────── (pgbouncer>replica) ─> replica

Each way in parentheses is a link of `stage.proxy`, called so; the replica's own is (replica>postgres). Without
PgBouncer there is (engine-N>postgres) instead. Of a cluster all use one link a node: (all>redis-1) and so on.
"""

import contextlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from tests.chaos.layout import Layout
from tests.chaos.parts import Part, ServerPart, VayroPart, fetch, state_of
from tests.chaos.proxy import FaultProxy
from tests.chaos.servers import BalancerServer, PrimaryServer, ReplicaServer
from tests.processes import environment_of
from tests.servers import free_port
from vayro.database.engine import Database, open_database
from vayro.database.migrations import upgrade
from vayro.settings import Settings

API_KEY = "vk_stage0000000000000000000000000000"
KINDS = {"engine": "redirect", "api": "api", "worker": "worker"}
PATIENCE_SECONDS = 120  # of whoever looks at the truth, on a machine that is busy with what it looks at
Say = Callable[[str], None]


class Stage:
    """See the module. `settings` are given to all Vayro processes; `say` hears of progress."""

    def __init__(
        self,
        *,
        engines: int = 2,
        apis: int = 2,
        workers: int = 2,
        replica: bool = True,
        pgbouncer: bool = True,
        cluster: bool = False,
        nginx: bool = True,
        redis_appendonly: bool = False,
        settings: Mapping[str, object] | None = None,
        say: Say = lambda _: None,
    ) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="vayro-stage-"))
        self.proxy = FaultProxy()
        self.parts: dict[str, Part] = {}
        self.layout: Layout
        self._say = say
        self._settings = dict(settings or {})
        self._numbers = {"engine": engines, "api": apis, "worker": workers}
        self._wanted = {"replica": replica, "pgbouncer": pgbouncer, "cluster": cluster, "nginx": nginx}
        self._redis_appendonly = redis_appendonly
        # Whatever is started dies with the thread that started it: these live as long as the stage.
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="stage")

    # ── its life ──

    def __enter__(self) -> Self:
        """Start everything; end what was started when that fails."""
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes and delete all files. May be called again, and after a failed start."""
        vayro = [part for part in self.parts.values() if isinstance(part, VayroPart)]
        for ending in [self._pool.submit(part.kill) for part in vayro]:
            with contextlib.suppress(Exception):
                ending.result()
        if hasattr(self, "layout"):
            self.layout.remove(self._pool)
        self.proxy.stop()
        self._pool.shutdown()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start(self) -> None:
        self.proxy.start()
        self.layout = Layout(self.proxy, redis_appendonly=self._redis_appendonly, **self._wanted)
        self._say("starting PostgreSQL, Redis and the rest")
        self.layout.start(self._pool)
        self.parts = {name: ServerPart(name, *known) for name, known in self.layout.servers().items()}
        self._say("migrating the database")
        upgrade(self.database_url)
        self._say("starting engines, APIs and workers")
        begun = self.layout.complete(self._pool)
        self._add_all()
        for completed in begun:
            completed.result()
        if self.balancer:
            self.balance()
            self._pool.submit(self.start, "nginx").result()

    def _add_all(self) -> None:
        added = [self._make(kind) for kind, number in self._numbers.items() for _ in range(number)]
        for part in added:
            self._pool.submit(part.launch).result()
        for ready in [self._pool.submit(part.await_ready) for part in added]:
            ready.result()

    # ── harming, by name ──

    def __getitem__(self, name: str) -> Part:
        """The part of that name. KeyError, which lists the names, when there is none."""
        if name not in self.parts:
            raise KeyError(f"no part is called {name!r}; there are {', '.join(self.parts)}")
        return self.parts[name]

    def start(self, name: str) -> None:
        """Start a part that was killed or stopped, and await its readiness."""
        self._do(self[name].start)

    def stop(self, name: str) -> None:
        """End it in good order (SIGTERM)."""
        self._do(self[name].stop)

    def kill(self, name: str) -> None:
        """SIGKILL to it and its children; returns once they are gone."""
        self._do(self[name].kill)

    def pause(self, name: str) -> None:
        """SIGSTOP to it and its children: connections are accepted, nobody answers."""
        self._do(self[name].pause)

    def resume(self, name: str) -> None:
        """SIGCONT."""
        self._do(self[name].resume)

    def restart(self, name: str) -> None:
        """Stop in good order, then start."""
        self.stop(name)
        self.start(name)

    def recover(self) -> None:
        """End all faults: heal the links, resume what is paused, start what is down."""
        self.proxy.heal()
        for part in self.parts.values():
            self._do(part.resume)
        for name, part in self.parts.items():
            if not part.is_running():
                self.start(name)

    def names(self, kind: str = "") -> list[str]:
        """The names of the parts; of one kind (engine, api, worker) in order of their numbers."""
        return [name for name in self.parts if not kind or name.startswith(f"{kind}-")]

    # ── growing and shrinking ──

    def add(self, kind: str) -> str:
        """Start one more engine, api or worker; return its name. Behind nginx only after `balance()`."""
        part = self._make(kind)
        self._do(part.start)
        return part.name

    def remove(self, name: str) -> None:
        """Stop it in good order and forget it, its spool included: what that holds goes with it, as with a machine."""
        self.stop(name)
        part = self.parts.pop(name)
        if isinstance(part, VayroPart):
            shutil.rmtree(part.directory)

    def balance(self, *, without: str = "") -> None:
        """Have nginx serve the engines and APIs that there are, except one that is about to be stopped."""
        assert self.balancer
        names = [name for name in self.parts if name != without]
        ports = {kind: [self.vayro(name).port for name in names if name.startswith(f"{kind}-")] for kind in KINDS}
        self.balancer.configure(ports["engine"], ports["api"])
        if self.balancer.process:
            self._do(self.balancer.reload)

    def fail_over(self) -> None:
        """Promote the replica, and send all new connections there; the old primary is to be dead or unreachable."""
        assert self.replica
        self._do(self.replica.promote)
        for link in set(self.proxy.links("postgres")) - {"replica>postgres"}:
            self.proxy.retarget(link, self.replica.port)
            self.proxy.reset(link)

    # ── looking ──

    @property
    def redirect_url(self) -> str:
        """Where visitors come: nginx, or the first engine without it."""
        return self.balancer.url if self.balancer else self["engine-1"].address

    @property
    def api_url(self) -> str:
        """Where the API is: nginx, or the first API without it."""
        return self.balancer.api_url if self.balancer else self["api-1"].address

    @property
    def database_url(self) -> str:
        """The primary itself, past PgBouncer and all links."""
        return self.layout.database_url

    @property
    def primary(self) -> PrimaryServer:
        """PostgreSQL's primary."""
        return self.layout.primary

    @property
    def replica(self) -> ReplicaServer | None:
        """Its streaming replica."""
        return self.layout.replica

    @property
    def balancer(self) -> BalancerServer | None:
        """nginx."""
        return self.layout.balancer

    def vayro(self, name: str) -> VayroPart:
        """A process of ours: `children`, `kill_child(n)`, `metrics()`, `port`, `pid`."""
        part = self[name]
        assert isinstance(part, VayroPart), name
        return part

    def open_database(self) -> Database:
        """Open the primary itself. Close it in the loop that used it."""
        settings = Settings(_env_file=None, database_url=self.database_url)  # type: ignore[call-arg]
        return open_database(settings, answer_seconds=PATIENCE_SECONDS)

    def call_api(self, method: str, path: str, body: Any = None, *, url: str = "") -> tuple[int, Any]:
        """Call the API as the administrator; return status and answer."""
        status, answer = fetch(f"{url or self.api_url}{path}", method, body, {"Authorization": f"Bearer {API_KEY}"})
        return status, json.loads(answer) if answer else None

    def create_link(self, target_url: str, **over: Any) -> dict[str, Any]:
        """Create a link through the API; return it."""
        status, answer = self.call_api("POST", "/v1/links", {"target_url": target_url, **over})
        if status != 201:
            raise RuntimeError(f"the API answered {status}: {answer}")
        return dict(answer)

    def metrics(self, kind: str) -> dict[str, float]:
        """What all running engines, APIs or workers count, added up: `name{labels}` → value."""
        total: dict[str, float] = {}
        for name in self.names(kind):
            if self[name].is_running():
                for sample, value in self.vayro(name).metrics().items():
                    total[sample] = total.get(sample, 0.0) + value
        return total

    def spools(self) -> dict[str, Path]:
        """The spool folder of each engine."""
        return {name: self.vayro(name).directory / "spool" for name in self.names("engine")}

    def table(self) -> list[tuple[str, str, str]]:
        """Name, address and state of each part."""
        return [(name, part.address, state_of(part)) for name, part in self.parts.items()]

    # ── inside ──

    def _do(self, action: Callable[[], None]) -> None:
        self._pool.submit(action).result()

    def _make(self, kind: str) -> VayroPart:
        numbers = [int(re.sub(r"\D", "", name)) for name in self.names(kind)]
        name = f"{kind}-{max(numbers, default=0) + 1}"
        settings = self._settings_of(name)
        part = VayroPart(name, KINDS[kind], environment_of(settings), settings.data_dir)
        self.parts[name] = part
        return part

    def _settings_of(self, name: str) -> Settings:
        """Each process as on a machine of its own: data directory, ports, ways to the stores."""
        values: dict[str, object] = {
            "data_dir": self.directory / name,
            "metrics_port": free_port(),
            "redirect_port": free_port(),
            "api_port": free_port(),
            "bootstrap_email": "stage@example.com",
            "bootstrap_password": "correct horse battery staple",
            "bootstrap_api_key": API_KEY,
            "short_url_base": self.balancer.url if self.balancer else "http://127.0.0.1:8000",
            "trusted_proxies": "127.0.0.1/32" if self.balancer else "",
            **self.layout.stores_of(name),
            **self._settings,
        }
        return Settings(_env_file=None, **values)  # type: ignore[arg-type,call-arg]
