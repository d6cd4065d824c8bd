"""What every allocator promises, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from tests.conftest import SettingsFactory
from vayro.database.engine import Database, open_database
from vayro.errors import SettingsError
from vayro.links.allocation import CodeAllocator, build_allocator
from vayro.links.short_code import ALPHABET, validate_custom_code

LENGTHS = {"counter": 7, "pool": 7, "snowflake": 11}
MakeAllocator = Callable[[], CodeAllocator]


@pytest.fixture(params=LENGTHS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def make_allocator(
    kind: str, database_url: str, redis_url: str, settings_factory: SettingsFactory
) -> AsyncIterator[MakeAllocator]:
    """Each call is another process's allocator: its own connections to the same stores."""
    settings = settings_factory(database_url=database_url, redis_url=redis_url, code_allocator=kind)
    async with AsyncExitStack() as stack:

        def make() -> CodeAllocator:
            database = open_database(settings, pool_size=2)
            stack.push_async_callback(database.close)
            allocator = build_allocator(settings, database)
            stack.push_async_callback(allocator.close)
            return allocator

        yield make


async def test_codes_are_as_many_as_asked_for_and_all_different(make_allocator: MakeAllocator) -> None:
    allocator = make_allocator()
    codes = [code for count in (1, 1, 7, 2500, 1, 999) for code in await allocator.allocate(count)]
    assert len(codes) == len(set(codes)) == 3509


async def test_codes_have_the_length_and_letters_of_their_allocator(make_allocator: MakeAllocator, kind: str) -> None:
    codes = await make_allocator().allocate(500)
    assert {len(code) for code in codes} == {LENGTHS[kind]}
    assert all(set(code) <= set(ALPHABET) and validate_custom_code(code) for code in codes)


async def test_allocators_in_several_processes_never_give_the_same_code(make_allocator: MakeAllocator) -> None:
    allocators = [make_allocator() for _ in range(4)]
    batches = await asyncio.gather(*(allocators[turn % 4].allocate(turn) for turn in range(1, 120)))
    codes = [code for batch in batches for code in batch]
    assert len(codes) == len(set(codes)) == sum(range(1, 120))


async def test_an_allocator_made_after_another_was_closed_repeats_nothing(make_allocator: MakeAllocator) -> None:
    codes = []
    for _ in range(5):
        allocator = make_allocator()
        codes += await allocator.allocate(50)
        await allocator.close()
    assert len(set(codes)) == 250


async def test_a_cancelled_request_takes_nothing_from_the_others(make_allocator: MakeAllocator) -> None:
    allocator = make_allocator()
    waiting = [asyncio.create_task(allocator.allocate(30)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in waiting[::2]:
        task.cancel()
    await asyncio.wait(waiting)
    codes = [code for task in waiting[1::2] for code in task.result()]
    assert len(codes) == len(set(codes)) == 300


async def test_close_can_be_called_before_anything_was_allocated(make_allocator: MakeAllocator) -> None:
    await make_allocator().close()


def test_the_pool_without_redis_is_refused_at_start(settings_factory: SettingsFactory) -> None:
    settings = settings_factory(code_allocator="pool")
    with pytest.raises(SettingsError, match="VAYRO_REDIS_URL"):
        build_allocator(settings, Database.__new__(Database))


def test_snowflake_with_longer_codes_than_it_has_is_refused_at_start(settings_factory: SettingsFactory) -> None:
    settings = settings_factory(code_allocator="snowflake", code_length=12)
    with pytest.raises(SettingsError, match="VAYRO_CODE_LENGTH=12"):
        build_allocator(settings, Database.__new__(Database))
