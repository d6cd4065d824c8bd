"""The counter: one shared key, blocks committed before use, and longer codes when a length is used up."""

import asyncio

import pytest
from sqlalchemy import select, update

from tests.conftest import SettingsFactory
from vayro.database.engine import Database, open_database
from vayro.database.models import code_blocks
from vayro.errors import Unavailable
from vayro.links.allocation.counter import LARGEST_NUMBER, CounterAllocator, CounterBlocks
from vayro.links.short_code import CodeSpace


async def read_counters(database: Database) -> dict[str, int]:
    async with database.read() as connection:
        return {row.name: row.next for row in await connection.execute(select(code_blocks))}


async def read_space(database: Database, length: int) -> CodeSpace:
    async with database.read() as connection:
        rows = await connection.execute(select(code_blocks).where(code_blocks.c.name == f"counter-{length}"))
        return CodeSpace(length, rows.one().key)


async def set_counter(database: Database, length: int, number: int) -> None:
    await CounterBlocks(database, length).claim_codes(1)
    async with database.transaction() as connection:
        statement = update(code_blocks).where(code_blocks.c.name == f"counter-{length}")
        await connection.execute(statement.values(next=number))


async def test_processes_that_start_together_share_one_key(database: Database) -> None:
    claimed = await asyncio.gather(*(CounterBlocks(database, 7).claim_codes(100) for _ in range(8)))
    numbers = (await read_space(database, 7)).numbers([code for codes in claimed for code in codes])
    assert len(set(numbers)) == len(numbers)
    assert max(numbers) < 800


async def test_the_counter_has_moved_before_a_code_is_seen(database: Database) -> None:
    codes = await CounterAllocator(CounterBlocks(database, 7)).allocate(1)
    numbers = (await read_space(database, 7)).numbers(codes)
    assert numbers[0] < (await read_counters(database))["counter-7"] == 1000


async def test_a_length_that_is_used_up_is_followed_by_the_next(database: Database) -> None:
    await set_counter(database, 4, CodeSpace.count(4) - 300)
    blocks = CounterBlocks(database, 4)
    last, first = await blocks.claim_codes(1000), await blocks.claim_codes(1000)
    assert ({len(code) for code in last}, {len(code) for code in first}) == ({4}, {5})
    assert 250 < len(last) <= 300


async def test_a_new_process_goes_on_with_the_longer_codes(database: Database) -> None:
    await set_counter(database, 4, CodeSpace.count(4))
    await CounterBlocks(database, 4).claim_codes(10)
    codes = await CounterBlocks(database, 4).claim_codes(10)
    assert {len(code) for code in codes} == {5}
    assert (await read_counters(database))["counter-5"] == 20


async def test_the_length_of_snowflake_codes_is_passed_over(database: Database) -> None:
    assert {len(code) for code in await CounterBlocks(database, 11).claim_codes(10)} == {12}
    await set_counter(database, 10, CodeSpace.count(10))
    assert {len(code) for code in await CounterBlocks(database, 10).claim_codes(10)} == {12}


async def test_a_counter_stops_before_its_column_overflows(database: Database) -> None:
    await set_counter(database, 12, LARGEST_NUMBER - 5)
    blocks = CounterBlocks(database, 12)
    assert len(await blocks.claim_codes(1000)) <= 5
    assert {len(code) for code in await blocks.claim_codes(10)} == {13}


async def test_a_database_that_does_not_answer_is_unavailable(settings_factory: SettingsFactory) -> None:
    database = open_database(settings_factory(database_url="postgresql://nobody@127.0.0.1:1/none"))
    with pytest.raises(Unavailable):
        await CounterAllocator(CounterBlocks(database, 7)).allocate()
    await database.close()


async def test_databases_name_their_codes_differently(database: Database) -> None:
    first = await CounterBlocks(database, 7).fingerprint()
    assert first == await CounterBlocks(database, 7).fingerprint()
    assert first != await CounterBlocks(database, 6).fingerprint()
