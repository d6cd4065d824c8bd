"""Shared reads: one for all who ask the same at the same time, and never one that was under way before."""

import asyncio
from collections import Counter

import pytest

from vayro.database.shared_reads import SharedReads


class Shelf:
    """What is read: each read looks at its beginning, and answers once it may."""

    def __init__(self) -> None:
        self.value = 0
        self.begun: Counter[str] = Counter()
        self.may_answer = asyncio.Event()
        self.reads: SharedReads[str, int] = SharedReads(self.read)

    async def read(self, key: str) -> int:
        self.begun[key] += 1
        value = self.value
        await self.may_answer.wait()
        if value < 0:
            raise LookupError(key)
        return value

    def ask(self, key: str = "a") -> asyncio.Task[int]:
        return asyncio.create_task(self.reads.ask(key))


async def until_it_rests() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
async def shelf() -> Shelf:
    return Shelf()


async def test_those_who_ask_together_share_one_read(shelf: Shelf) -> None:
    asked = [shelf.ask() for _ in range(50)]
    shelf.may_answer.set()
    assert await asyncio.gather(*asked) == [0] * 50
    assert shelf.begun == {"a": 1}


async def test_no_answer_is_older_than_its_question(shelf: Shelf) -> None:
    first = shelf.ask()
    await until_it_rests()
    shelf.value = 1
    later = [shelf.ask() for _ in range(10)]
    await until_it_rests()
    assert shelf.begun == {"a": 1}
    shelf.may_answer.set()
    assert await first == 0
    assert await asyncio.gather(*later) == [1] * 10
    assert shelf.begun == {"a": 2}
    shelf.value = 2
    assert await shelf.ask() == 2


async def test_nobody_waits_for_another_key(shelf: Shelf) -> None:
    waiting = shelf.ask("a")
    await until_it_rests()
    shelf.may_answer.set()
    assert await shelf.ask("b") == await waiting == 0
    assert shelf.begun == {"a": 1, "b": 1}


async def test_all_hear_of_a_failure_and_the_next_read_is_a_new_one(shelf: Shelf) -> None:
    shelf.value = -1
    asked = [shelf.ask() for _ in range(3)]
    await until_it_rests()
    after = shelf.ask()
    shelf.value = 7
    shelf.may_answer.set()
    assert all(isinstance(found, LookupError) for found in await asyncio.gather(*asked, return_exceptions=True))
    assert await after == 7


async def test_who_gives_up_gives_up_alone(shelf: Shelf) -> None:
    first, second = shelf.ask(), shelf.ask()
    await until_it_rests()
    third = shelf.ask()
    await until_it_rests()
    first.cancel()
    third.cancel()
    shelf.may_answer.set()
    assert await second == 0
    assert await shelf.ask() == 0


async def test_nothing_is_kept_of_what_was_answered(shelf: Shelf) -> None:
    shelf.may_answer.set()
    await asyncio.gather(*(shelf.ask(str(number)) for number in range(100)))
    assert (shelf.reads._asking, shelf.reads._readers) == ({}, {})
