"""However many codes are asked for, PostgreSQL is sent few statements; nobody waits in a queue without end."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from vayro.redirect import lookup as module
from vayro.redirect.lookup import BATCH, MAX_WAITING, LinkLookup, LookupsCrowded


class GatedLookup(LinkLookup):
    """Notes its statements; each waits for the gate. No database."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # never asked
        self.statements: list[int] = []
        self.starts: list[float] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def _read(self, places: Sequence[Any]) -> dict[Any, Any]:
        self.statements.append(len(places))
        self.starts.append(asyncio.get_running_loop().time())
        await self.gate.wait()
        return {}

    async def find_all(self, count: int, name: str = "code") -> None:
        """Look that many codes up at once."""
        await asyncio.gather(*(self.find("", f"{name}{number}") for number in range(count)))


@pytest.fixture
async def lookup() -> GatedLookup:
    return GatedLookup()


@pytest.mark.parametrize("count", [1, 2, BATCH])
async def test_codes_asked_for_in_one_turn_are_one_statement(lookup: GatedLookup, count: int) -> None:
    await lookup.find_all(count)
    assert lookup.statements == [count]


async def test_while_a_statement_runs_one_other_takes_what_comes(lookup: GatedLookup) -> None:
    lookup.gate.clear()
    finding = []
    for number in (1, 2):
        finding.append(asyncio.create_task(lookup.find_all(1, f"first{number}-")))
        while len(lookup.statements) < number:
            await asyncio.sleep(0)
    for number in range(50):
        finding.append(asyncio.create_task(lookup.find_all(1, f"later{number}-")))
        await asyncio.sleep(0)
    assert lookup.statements == [1, 1]
    lookup.gate.set()
    await asyncio.gather(*finding)
    assert lookup.statements == [1, 1, 50]


async def test_more_than_fit_into_one_statement_are_all_answered(lookup: GatedLookup) -> None:
    await lookup.find_all(5 * BATCH + 1)
    assert lookup.statements == [BATCH] * 5 + [1]


async def test_a_stream_of_misses_begins_no_more_statements_a_second_than_allowed(
    lookup: GatedLookup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STATEMENTS_PER_SECOND", 100)

    async def miss(name: str) -> None:
        for _ in range(10):
            await lookup.find_all(1, name)

    await asyncio.gather(*(miss(f"visitor{number}-") for number in range(20)))
    assert sum(lookup.statements) == 200
    taken = lookup.starts[-1] - lookup.starts[0]
    assert len(lookup.starts) <= taken * 100 + 2


async def test_codes_beyond_the_longest_queue_are_refused_at_once(lookup: GatedLookup) -> None:
    lookup.gate.clear()
    taken = 2 * BATCH  # by the two statements that run
    finding = [asyncio.create_task(lookup.find_all(taken, "taken"))]
    while sum(lookup.statements) < taken:
        await asyncio.sleep(0)
    finding.append(asyncio.create_task(lookup.find_all(MAX_WAITING)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    with pytest.raises(LookupsCrowded):
        await lookup.find("", "one more")
    lookup.gate.set()
    await asyncio.gather(*finding)
    assert sum(lookup.statements) == taken + MAX_WAITING


async def test_a_failed_statement_fails_those_who_asked_and_nobody_else(lookup: GatedLookup) -> None:
    real = lookup._read

    async def fail(_: Any) -> Any:
        raise OSError("gone")

    lookup._read = fail  # type: ignore[method-assign]
    with pytest.raises(OSError, match="gone"):
        await lookup.find("", "a")
    lookup._read = real  # type: ignore[method-assign]
    assert await lookup.find("", "a") is None
