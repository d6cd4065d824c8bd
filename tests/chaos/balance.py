"""What must hold after everything, whoever was killed: no click lost, none twice, every sum right."""

import asyncio
import datetime as dt
import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from tests.chaos.census import SpoolCensus
from tests.chaos.stage import Stage
from tests.flows.load import REFERER, Load
from vayro.clicks.rollup_check import RollupCheck
from vayro.clicks.rollup_job import RollupJob
from vayro.database.engine import Database
from vayro.database.models import click_dead_letters, click_events, click_rollups, click_segments, link_stats, links

SETTLED_SECONDS = 240
FAR = dt.timedelta(hours=3)


@dataclass(frozen=True)
class Balance:
    """Invariant 2, by the clicks themselves rather than by counters that die with their process."""

    accepted: int
    committed: int
    dead_letters: int
    waiting: int

    @property
    def difference(self) -> int:
        """Accepted clicks of which nobody knows."""
        return self.accepted - self.committed - self.dead_letters - self.waiting


async def await_settled(stage: Stage, truth: Database, census: SpoolCensus, load: Load) -> None:
    """Return once every accepted click is committed and the stream has nothing left."""
    last = ""
    try:
        async with asyncio.timeout(SETTLED_SECONDS):
            while last := await _unsettled(stage, truth, census, load):
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise AssertionError(f"not settled within {SETTLED_SECONDS} s: {last}\n{_logs(stage)}") from None


async def _unsettled(stage: Stage, truth: Database, census: SpoolCensus, load: Load) -> str:
    referers = Counter(await _column(truth, click_events.c.referer))
    if missing := load.answered - referers.keys():
        return f"{len(missing)} clicks that were answered are not committed, like {sorted(missing)[:3]}"
    async with truth.read() as connection:
        rows = await connection.execute(select(click_segments.c.segment, click_segments.c.committed))
        committed = {row.segment: row.committed for row in rows}
    counts = await asyncio.to_thread(census.counts)
    short = {name: (committed.get(name, 0), count) for name, count in counts.items() if committed.get(name, 0) < count}
    if short:
        return f"{len(short)} segments are not complete (committed, accepted): {dict(list(short.items())[:3])}"
    groups = stage.layout.nodes[0].send("XINFO GROUPS stream:clicks", whole=True).split(b"\r\n")
    pending = groups[groups.index(b"pending") + 1] if b"pending" in groups else b":0"
    return "" if pending == b":0" else f"{pending.decode()} entries are pending"


async def take_balance(truth: Database, census: SpoolCensus) -> Balance:
    """Return where each accepted click is. `waiting` ones are in no table: in spool or stream, or lost."""
    accepted = {event_id for event_id, _ in await asyncio.to_thread(lambda: list(census.events()))}
    committed = {str(event_id) for event_id in await _column(truth, click_events.c.id)}
    letters = {str(letter_id) for letter_id in await _column(truth, click_dead_letters.c.id)}
    return Balance(len(accepted), len(accepted & committed), len(accepted & letters), 0)


async def assert_one_to_one(truth: Database, load: Load, *, others: int) -> None:
    """Each 302 that a visitor saw is one row; no row is without a request; none is there twice.

    Args: others, the number from which on clicks are of another load.
    """
    referers = Counter(await _column(truth, click_events.c.referer))
    assert load.answered - referers.keys() == set(), "answered, and not recorded"
    assert [referer for referer, times in referers.items() if times > 1] == [], "recorded twice"
    numbers = {int(referer.removeprefix(REFERER)) for referer in referers}
    assert max(number for number in numbers if number < others) < load.sent, "recorded, and never asked for"


async def assert_sums_agree(truth: Database, expected: int) -> None:
    """Link counts, segments and rollups (once all is closed) say what the rows say."""
    events = await _scalar(truth, select(func.count()).select_from(click_events))
    assert events == expected
    assert await _scalar(truth, select(func.sum(link_stats.c.clicks))) == events
    assert await _scalar(truth, select(func.sum(click_segments.c.committed))) == events
    await close_everything(truth)
    units = click_rollups.c
    workspaces = select(links.c.workspace_id).distinct()
    for level in ("hour",):
        total = select(func.sum(units.clicks + units.bots)).where(
            units.level == level, units.subject_id.in_(workspaces)
        )
        assert await _scalar(truth, total) == events
    assert await RollupCheck(truth, clock=_later).run() == []


async def close_everything(truth: Database) -> None:
    """Roll up all there is, as if it were hours later."""
    job = RollupJob(truth, clock=_later)
    async with asyncio.timeout(SETTLED_SECONDS):
        while not (await job.run()).is_finished:
            await asyncio.sleep(0.1)


async def fingerprint(truth: Database) -> dict[str, tuple[int, str]]:
    """Rows and a digest of all that counts clicks: what a repetition must not change."""
    found = {}
    for table in (click_events, link_stats, click_rollups, click_segments, click_dead_letters):
        columns = ", ".join(column.name for column in table.columns if column.name != "updated_at")
        key = ", ".join(column.name for column in table.primary_key)
        async with truth.read() as connection:
            rows = (await connection.execute(text(f"SELECT {columns} FROM {table.name} ORDER BY {key}"))).all()
        found[table.name] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return found


def _later() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + FAR


async def _column(truth: Database, column: Any) -> list[Any]:
    async with truth.read() as connection:
        return list((await connection.execute(select(column))).scalars())


async def _scalar(truth: Database, statement: Any) -> Any:
    async with truth.read() as connection:
        return (await connection.execute(statement)).scalar_one()


def _logs(stage: Stage) -> str:
    return "\n".join(f"── {name}\n{stage[name].log()[-1500:]}" for name in stage.names() if "nginx" not in name)
