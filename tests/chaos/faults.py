"""What the tests of single faults share: links that nobody has asked for yet, the faults themselves, waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from tests.chaos.stage import Stage
from tests.factories import make_link, make_workspace, now
from vayro.database.engine import Database
from vayro.database.models import links

PATIENCE_SECONDS = 60

Harm = Callable[[Stage], None]
"""Blocks: call it in a thread."""


def black_hole(name: str) -> Harm:
    """Cut every way to the part; connections stay, nothing passes."""
    return lambda stage: stage.proxy.black_hole(name)


def harms_of(name: str) -> dict[str, Harm]:
    """The ways in which a store can be away: it says so, it hangs, the network swallows all."""
    return {
        "dead": lambda stage: stage.kill(name),
        "paused": lambda stage: stage.pause(name),
        "black-holed": black_hole(name),
    }


async def make_cold_links(truth: Database, count: int, prefix: str = "cold") -> list[str]:
    """Make links in the database alone: in no engine's memory, not in Redis. Return their codes."""
    workspace = (await make_workspace(truth)).id
    name = f"{prefix}-{uuid4().hex[:8]}"
    codes = [f"{name}-{number}" for number in range(count)]
    model = dict((await make_link(truth, workspace_id=workspace, short_code=f"{name}-model"))._mapping)
    rows = [
        {**model, "id": uuid7(), "short_code": code, "target_url": f"https://example.com/{code}", "created_at": now()}
        for code in codes
    ]
    async with truth.transaction() as connection:
        for start in range(0, count, 1000):
            await connection.execute(insert(links), rows[start : start + 1000])
    return codes


def unknown_codes(count: int) -> list[str]:
    """Codes that no link has."""
    name = uuid4().hex[:12]
    return [f"{name}{number}" for number in range(count)]


def engine_urls(stage: Stage) -> list[str]:
    """Where each engine listens, past nginx."""
    return [stage[name].address for name in stage.names("engine")]


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Return once it holds; AssertionError after a minute."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await condition():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}") from None


async def await_breaker(stage: Stage, dependency: str, *, is_open: bool) -> None:
    """Return once every engine says so in its metrics, which are published at once."""
    sample = f'vayro_breaker_open{{dependency="{dependency}"}}'

    async def agrees() -> bool:
        pages = [await asyncio.to_thread(stage.vayro(name).metrics) for name in stage.names("engine")]
        return all(bool(page.get(sample, 0)) is is_open for page in pages)

    await until(agrees, f"the breaker of {dependency} is {'open' if is_open else 'closed'} in every engine")


async def lookups(stage: Stage, source: str) -> float:
    """How many lookups the engines have counted with this result."""
    metrics = await asyncio.to_thread(stage.metrics, "engine")
    return metrics.get(f'vayro_link_lookups_total{{source="{source}"}}', 0.0)


async def await_lookups(stage: Stage, source: str, least: float) -> None:
    """Return once so many are counted: engines publish once a second."""

    async def are_counted() -> bool:
        return await lookups(stage, source) >= least

    await until(are_counted, f"{least} lookups are counted as {source}")
