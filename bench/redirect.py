"""CPU of one redirect, clicks being recorded and shipped, next to nginx answering 302 and writing its access log.

Both are driven in turns by the same load, on the same CPU; the cost is user and system time of the whole process tree:
for Vayro parent, engine and shipper. The second figure is a link that memory does not hold and Redis answers.
"""

import asyncio
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from bench.redirect_load import Load, measure, require_tools
from tests.factories import make_link
from tests.processes import Process, vayro
from tests.servers import NginxServer, RedisServer, children_of, free_port, running
from vayro.cache.adapters import open_link_cache
from vayro.cache.snapshot import LinkSnapshot
from vayro.database.engine import open_database
from vayro.database.migrations import upgrade
from vayro.settings import Settings

TARGET = "https://example.com/some/long/path?utm_source=x"
ROUNDS = int(os.environ.get("VAYRO_BENCH_ROUNDS", "5"))
SECONDS = 3
GOAL = 1.2
MISS_GOAL_US = 80.0
# More codes than memory holds, asked for in turn: each has left memory before it comes again.
COLD_CODES = 50_000
SMALL_MEMORY = 1_000
_NGINX = (
    "server { listen 127.0.0.1:{port}; access_log access.log combined; keepalive_requests 100000000; "
    f"location / {{ return 302 {TARGET}; }} }}"
)


def main() -> None:
    """Print costs and ratios."""
    require_tools()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(RedisServer()) as redis,
        running(NginxServer(_NGINX)) as nginx,
    ):
        for shape, url in (("production", redis.url), ("embedded", "")):
            with _engine(Path(folder) / shape, url) as engine:
                _compare(shape, engine, nginx)
        with _engine(Path(folder) / "cold", redis.url, memory_max_links=SMALL_MEMORY) as engine:
            _report_misses(engine)


def _compare(shape: str, engine: Process, nginx: NginxServer) -> None:
    ratios = []
    measure(f"{engine.url}/abc1234", engine.pid, seconds=1)
    for _ in range(ROUNDS):
        theirs = measure(f"{nginx.url}/abc1234", nginx.pid, seconds=SECONDS)
        ours = measure(f"{engine.url}/abc1234", engine.pid, seconds=SECONDS)
        ratios.append(ours.cpu_us / theirs.cpu_us)
        print(f"{shape:10}  nginx {_show(theirs)}   engine {_show(ours)}   ratio {ratios[-1]:.2f}", flush=True)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"{shape}: ratio of CPU per redirect, {statistics.median(ratios):.2f} ({spread}; goal: at most {GOAL})")


def _report_misses(engine: Process) -> None:
    """The engine's own process alone: the shipper's share is the same as for a hit."""
    process = children_of(engine.pid)[0]
    costs = [measure(f"{engine.url}/cold", process, seconds=SECONDS, codes=COLD_CODES).cpu_us for _ in range(ROUNDS)]
    median = statistics.median(costs)
    print(f"a miss in memory that Redis answers: {median:.0f} us of engine CPU (goal: at most {MISS_GOAL_US:.0f})")
    print(f"ratio to the goal: {median / MISS_GOAL_US:.2f}")


@contextmanager
def _engine(folder: Path, redis_url: str, **over: int) -> Iterator[Process]:
    folder.mkdir()
    settings = Settings(  # type: ignore[call-arg]  # _env_file is pydantic-settings' own
        _env_file=None, data_dir=folder, redis_url=redis_url, redirect_port=free_port(), **over
    )
    upgrade(settings.resolved_database_url)
    asyncio.run(_fill(settings))
    with vayro("redirect", settings) as engine:
        yield engine


async def _fill(settings: Settings) -> None:
    database = open_database(settings)
    await make_link(database, short_code="abc1234", target_url=TARGET)
    await database.close()
    # One round trip a thousand links, which takes longer than a redirect may wait.
    cache = open_link_cache(settings.model_copy(update={"redis_timeout_ms": 10_000}))
    await cache.store_many([
        LinkSnapshot("", f"cold{number}", f"{TARGET}{number}", True, str(UUID(int=number)), 1)  # noqa: FBT003
        for number in range(COLD_CODES)
    ])  # fmt: skip
    await cache.close()


def _show(load: Load) -> str:
    return f"{load.cpu_us:5.1f} us  {load.rate:7,.0f}/s  p99 {load.p99:>8}"


if __name__ == "__main__":
    main()
