"""CPU of one page of a site by `vayro api --sites`, next to nginx sending the same bytes from a file.

Both answer a phone that takes gzip, one process on one core, driven in turns by the same load.
"""

import asyncio
import datetime as dt
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.redirect_load import Load, measure, require_tools
from tests.processes import Process, vayro
from tests.servers import NginxServer, free_port, running
from tests.sites.site_rows import make_site
from vayro.database.engine import open_database
from vayro.database.migrations import upgrade
from vayro.settings import Settings
from vayro.sites.content import Facts
from vayro.sites.copywriting.template import write_content
from vayro.sites.generation import lay_out
from vayro.sites.pages import prepare_page

HOST = "127.0.0.1"  # as a custom domain: wrk sends it by itself
ROUNDS = int(os.environ.get("VAYRO_BENCH_ROUNDS", "5"))
SECONDS = 3
GOAL = 2_000


def main() -> None:
    """Print rates, costs and ratios."""
    require_tools()
    facts = Facts("Rossi & Sons", "Plumber", "+442071838750", "hello@rossi.example", "14 Mill Lane", "GB", "en", None)
    html = lay_out("trade", facts, write_content(facts))
    packed = prepare_page(html, is_custom=True).packed
    print(f"a page of {len(html.encode()):,} bytes, {len(packed):,} as they are sent")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_bytes(packed)
        Path(folder).chmod(0o755)
        configuration = (
            "server { listen 127.0.0.1:{port}; access_log off; keepalive_requests 100000000; "
            f"root {folder}; location / {{ add_header Content-Encoding gzip; }} }}"
        )
        with running(NginxServer(configuration)) as nginx, _serve(Path(folder) / "data", html) as sites:
            _compare(sites, nginx)


def _compare(sites: Process, nginx: NginxServer) -> None:
    measure(f"{sites.url}/", sites.pid, seconds=1)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(measure(f"{nginx.url}/", nginx.pid, seconds=SECONDS))
        ours.append(measure(f"{sites.url}/", sites.pid, seconds=SECONDS))
        print(f"nginx {_show(theirs[-1])}   sites {_show(ours[-1])}", flush=True)
    ratio = statistics.median(mine.cpu_us / other.cpu_us for mine, other in zip(ours, theirs, strict=True))
    per_core = 1e6 / statistics.median(load.cpu_us for load in ours)
    print(f"ratio of CPU per page to nginx: {ratio:.2f}")
    print(f"{per_core:,.0f} pages/s a core; ratio to the goal of {GOAL:,}: {per_core / GOAL:.2f}")


@contextmanager
def _serve(folder: Path, html: str) -> Iterator[Process]:
    folder.mkdir()
    elsewhere = "http://dashboard.test"  # a site cannot have the dashboard's host
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic's
        data_dir=folder,
        sites_port=free_port(),
        dashboard_url=elsewhere,
    )
    upgrade(settings.resolved_database_url)
    asyncio.run(_fill(settings, html))
    with vayro("api", settings, "--sites") as process:
        yield process


async def _fill(settings: Settings, html: str) -> None:
    database = open_database(settings)
    await make_site(database, custom_domain=HOST, verified_at=dt.datetime.now(dt.UTC), html=html)
    await database.close()


def _show(load: Load) -> str:
    return f"{load.cpu_us:5.1f} us  {load.rate:7,.0f}/s  p99 {load.p99:>8}"


if __name__ == "__main__":
    main()
