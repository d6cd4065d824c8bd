"""Real jobs processes, and rows for them to work on."""

import asyncio
import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from uuid_utils.compat import uuid7

from tests.factories import make_workspace
from tests.jobs import deadly_jobs
from tests.processes import environment_of
from vayro.database.engine import Database
from vayro.database.models import businesses, links, sites
from vayro.settings import Settings

SECONDS = 60


@contextmanager
def jobs(settings: Settings, folder: Path, where: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A jobs process that may kill itself at `where`; killed at the end."""
    developer = {name: value for name, value in os.environ.items() if not name.startswith("VAYRO_")}
    arguments = [sys.executable, deadly_jobs.__file__, str(folder), *([where] if where else [])]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            arguments, env=developer | environment_of(settings), cwd=folder, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def calls(folder: Path) -> Counter[str]:
    """How often each step was begun."""
    path = folder / "calls"
    return Counter(path.read_text().split()) if path.exists() else Counter()


async def until(is_so: Callable[[], Awaitable[bool]], what: str, folder: Path) -> None:
    """Return once it is so; the log of the processes is in the error when it is not within a minute."""
    deadline = time.monotonic() + SECONDS
    while not await is_so():
        if time.monotonic() > deadline:
            log = (folder / "log").read_text(errors="replace") if (folder / "log").exists() else ""
            raise TimeoutError(f"{what}: not within {SECONDS} s; {calls(folder)}\n{log[-4000:]}")
        await asyncio.sleep(0.05)


async def until_killed(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Return once the process was killed."""

    async def is_over() -> bool:
        return process.poll() is not None

    await until(is_over, "the process kills itself", folder)
    assert process.returncode == -signal.SIGKILL, (folder / "log").read_text()[-4000:]


async def until_status(database: Database, site_id: UUID, status: str, folder: Path) -> Row[Any]:
    """Return the site once it has this status."""

    async def is_so() -> bool:
        return (await read_site(database, site_id)).status == status

    await until(is_so, f"the site is {status}", folder)
    return await read_site(database, site_id)


async def read_site(database: Database, site_id: UUID) -> Row[Any]:
    async with database.read() as connection:
        row: Row[Any] = (await connection.execute(select(sites).where(sites.c.id == site_id))).one()
        return row


async def read_links(database: Database, workspace_id: UUID) -> list[Row[Any]]:
    async with database.read() as connection:
        return list(await connection.execute(select(links).where(links.c.workspace_id == workspace_id)))


async def make_business(database: Database, workspace_id: UUID, **over: Any) -> UUID:
    business_id, now = uuid7(), dt.datetime.now(dt.UTC)
    values = {"name": "Joe's Pizza", "locale": "en", "created_at": now, "updated_at": now, **over}
    async with database.transaction() as connection:
        row = {"id": business_id, "workspace_id": workspace_id, **values}
        await connection.execute(insert(businesses).values(row))
    return business_id


async def make_site(database: Database, **over: Any) -> Row[Any]:
    """A site that waits to be generated, of a business and in a workspace of its own unless `over` says otherwise."""
    workspace_id = over.pop("workspace_id", None) or (await make_workspace(database)).id
    business_id = over.pop("business_id", None) or await make_business(database, workspace_id)
    now, site_id = dt.datetime.now(dt.UTC), uuid7()
    values = {
        "id": site_id,
        "workspace_id": workspace_id,
        "business_id": business_id,
        "subdomain": f"joes-pizza-{site_id.hex[-8:]}",
        "generator": "template",
        "design": "table",
        "status": "queued",
        "step": "waiting",
        "generation_id": uuid7(),
        "generations": 1,
        "is_published": True,
        "cost_micros": 0,
        "created_at": now,
        "updated_at": now,
        **over,
    }
    async with database.transaction() as connection:
        await connection.execute(insert(sites).values(values))
    return await read_site(database, site_id)
