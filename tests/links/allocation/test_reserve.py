"""The reserve: nobody waits while there are codes, and a failure is told to whoever had to wait."""

import asyncio

import pytest

from vayro.errors import Unavailable
from vayro.links.allocation.reserve import CodeReserve


class Source:
    """Gives numbers as codes; can be made to wait or to fail."""

    def __init__(self) -> None:
        self.given = 0
        self.calls = 0
        self.open = asyncio.Event()
        self.open.set()
        self.error: Exception | None = None

    async def refill(self, count: int) -> list[str]:
        self.calls += 1
        await self.open.wait()
        if self.error:
            raise self.error
        self.given += count
        return [str(number) for number in range(self.given - count, self.given)]


async def settle() -> None:
    """Let every task that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_codes_are_refilled_before_they_run_out() -> None:
    source = Source()
    reserve = CodeReserve(source.refill, 10)
    await reserve.take(5)
    assert source.calls == 1
    await reserve.take(1)
    await settle()
    assert source.calls == 2


async def test_nobody_waits_for_a_slow_refill_while_there_are_codes() -> None:
    source = Source()
    reserve = CodeReserve(source.refill, 10)
    await reserve.take(1)
    source.open.clear()
    codes = [await asyncio.wait_for(reserve.take(1), 10) for _ in range(9)]
    assert len(codes) == 9
    await reserve.close()


async def test_many_who_wait_start_one_refill() -> None:
    source = Source()
    reserve = CodeReserve(source.refill, 100)
    taken = await asyncio.gather(*(reserve.take(1) for _ in range(60)))
    assert len({codes[0] for codes in taken}) == 60
    assert source.given <= 200


async def test_a_failure_in_the_background_is_not_told_while_there_are_codes() -> None:
    source = Source()
    reserve = CodeReserve(source.refill, 10)
    await reserve.take(1)
    source.error = Unavailable()
    for _ in range(9):
        await reserve.take(1)
        await settle()


async def test_a_failure_is_told_to_who_waits_and_the_next_one_tries_again() -> None:
    source = Source()
    reserve = CodeReserve(source.refill, 10)
    source.error = Unavailable("The database does not answer.")
    with pytest.raises(Unavailable):
        await reserve.take(1)
    source.error = None
    assert len(await reserve.take(3)) == 3


async def test_a_failure_costs_no_code() -> None:
    source = Source()
    reserve = CodeReserve(source.refill, 10)
    first = await reserve.take(6)
    source.error = Unavailable()
    with pytest.raises(Unavailable):
        await reserve.take(20)
    source.error = None
    assert first + await reserve.take(4) == [str(number) for number in range(10)]
