"""Snowflake: node numbers that are never shared, and clocks that lie."""

import random

import pytest
from sqlalchemy import select

from vayro.database.engine import Database
from vayro.database.models import snowflake_nodes
from vayro.errors import Unavailable
from vayro.links.allocation.node_lease import LEASE_MS, NodeLeases
from vayro.links.allocation.repository import get_or_make_key
from vayro.links.allocation.snowflake import EPOCH_MS, SnowflakeAllocator
from vayro.links.short_code import CodeSpace


class Clock:
    """Seconds, as the test sets them."""

    def __init__(self, milliseconds: int = 1_000_000) -> None:
        self.milliseconds = milliseconds

    def __call__(self) -> float:
        return (EPOCH_MS + self.milliseconds) / 1000


def make_allocator(database: Database, clock: Clock, nodes: int = 1024) -> SnowflakeAllocator:
    return SnowflakeAllocator(database, NodeLeases(database, nodes=nodes), now=clock)


async def read_parts(database: Database, codes: list[str]) -> list[tuple[int, int, int]]:
    """Time, node and sequence of each code."""
    async with database.transaction() as connection:
        key = await get_or_make_key(connection, "snowflake")
    return [(number >> 22, number >> 12 & 1023, number & 4095) for number in CodeSpace(11, key).numbers(codes)]


async def test_a_code_holds_the_time_the_node_and_a_sequence(database: Database) -> None:
    codes = await make_allocator(database, Clock(5000), nodes=1).allocate(3)
    parts = await read_parts(database, codes)
    assert {(time, node) for time, node, _ in parts} == {(5000, 0)}
    assert len({sequence for _, _, sequence in parts}) == 3


async def test_more_codes_than_a_millisecond_holds_borrow_from_the_next(database: Database) -> None:
    codes = await make_allocator(database, Clock(5000)).allocate(10_000)
    assert len(set(codes)) == 10_000
    assert {time for time, _, _ in await read_parts(database, codes)} == {5000, 5001, 5002}


async def test_a_clock_that_goes_back_repeats_nothing(database: Database) -> None:
    clock = Clock()
    allocator = make_allocator(database, clock, nodes=1)
    codes = await allocator.allocate(2000)
    clock.milliseconds -= 3_600_000
    codes += await allocator.allocate(2000)
    times = [time for time, _, _ in await read_parts(database, codes)]
    assert len(set(codes)) == 4000
    assert times == sorted(times)


async def test_two_processes_have_two_nodes(database: Database) -> None:
    clock = Clock()
    codes = [(await make_allocator(database, clock, nodes=2).allocate(1))[0] for _ in range(2)]
    assert {node for _, node, _ in await read_parts(database, codes)} == {0, 1}


async def test_without_a_free_node_it_is_unavailable(database: Database) -> None:
    clock = Clock()
    await make_allocator(database, clock, nodes=1).allocate(1)
    with pytest.raises(Unavailable):
        await make_allocator(database, clock, nodes=1).allocate(1)


async def test_a_node_is_free_again_when_its_lease_is_over(database: Database) -> None:
    clock = Clock()
    first = await make_allocator(database, clock, nodes=1).allocate(1000)
    clock.milliseconds += LEASE_MS + 1000
    second = await make_allocator(database, clock, nodes=1).allocate(1000)
    assert not set(first) & set(second)


async def test_a_node_is_free_again_at_once_when_it_was_given_back(database: Database) -> None:
    clock = Clock()
    codes = []
    for _ in range(3):
        allocator = make_allocator(database, clock, nodes=1)
        codes += await allocator.allocate(1000)
        await allocator.close()
        clock.milliseconds += 2
    assert len(set(codes)) == 3000


async def test_a_process_that_slept_through_its_lease_repeats_nothing_of_its_successor(database: Database) -> None:
    clock = Clock()
    sleeper = make_allocator(database, clock, nodes=2)
    codes = await sleeper.allocate(400)  # no refill is under way
    clock.milliseconds += LEASE_MS + 1000
    for _ in range(2):  # both nodes are taken now
        codes += await make_allocator(database, clock, nodes=2).allocate(400)
    with pytest.raises(Unavailable):
        for _ in range(5):
            codes += await sleeper.allocate(400)
    assert len(set(codes)) == len(codes)


async def test_a_lease_is_made_longer_before_it_ends(database: Database) -> None:
    clock = Clock()
    allocator = make_allocator(database, clock, nodes=1)
    for _ in range(5):
        await allocator.allocate(1000)
        clock.milliseconds += LEASE_MS // 2
    async with database.read() as connection:
        rows = (await connection.execute(select(snowflake_nodes))).all()
    assert [row.node for row in rows] == [0]


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_repeated_whatever_the_clocks_say(database: Database, seed: int) -> None:
    """Four processes on two nodes, each with a clock that jumps to and fro by up to three leases, dying at random."""
    chance = random.Random(seed)
    clocks = [Clock(10_000_000) for _ in range(4)]
    allocators = [make_allocator(database, clock, nodes=2) for clock in clocks]
    codes: list[str] = []
    for _ in range(120):
        place = chance.randrange(4)
        clocks[place].milliseconds += chance.randint(-3 * LEASE_MS, 3 * LEASE_MS + 30_000)
        if chance.random() < 0.2:
            allocators[place] = make_allocator(database, clocks[place], nodes=2)
        try:
            codes += await allocators[place].allocate(chance.choice([1, 400, 1500]))
        except Unavailable:
            continue
    assert len(codes) > 5000
    assert len(set(codes)) == len(codes)
