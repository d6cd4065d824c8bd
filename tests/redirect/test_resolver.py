"""Memory, then cache, then database; one lookup however many ask; the truth when it cannot be known."""

import asyncio
import time
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from tests.factories import make_link
from vayro.cache.none import NoLinkCache
from vayro.cache.snapshot import LinkSnapshot
from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.observability import get_metrics
from vayro.redirect import resolver as module
from vayro.redirect.counters import EngineCounters
from vayro.redirect.lookup import LinkLookup, LookupsCrowded
from vayro.redirect.memory import LinkMemory
from vayro.redirect.resolver import Resolver


class FakeClock:
    """Time that tests set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakeLookup:
    """A database that counts, and can be slow or away."""

    def __init__(self) -> None:
        self.links: dict[tuple[str, str], LinkSnapshot] = {}
        self.calls = 0
        self.is_away = False
        self.gate: asyncio.Event | None = None

    async def find(self, domain: str, code: str) -> LinkSnapshot | None:
        self.calls += 1
        answer = self.links.get((domain, code))
        if self.gate:
            await self.gate.wait()
        if self.is_away:
            raise Unavailable
        return answer


class FakeCache(NoLinkCache):
    """A cache in a dictionary."""

    def __init__(self) -> None:
        self.links: dict[tuple[str, str], LinkSnapshot] = {}

    async def find(self, domain: str, code: str) -> LinkSnapshot | None:
        return self.links.get((domain, code))

    async def store(self, snapshot: LinkSnapshot) -> bool:
        held = self.links.get((snapshot.domain, snapshot.short_code))
        if held is None or held.version <= snapshot.version:
            self.links[snapshot.domain, snapshot.short_code] = snapshot
        return True


class World:
    """A resolver and all it stands on."""

    def __init__(self) -> None:
        self.clock, self.lookup, self.cache = FakeClock(), FakeLookup(), FakeCache()
        self.memory = LinkMemory(100, self.clock)
        self.counters = EngineCounters(get_metrics())
        self.resolver = Resolver(self.memory, self.cache, self.lookup, self.counters, self.clock)  # type: ignore[arg-type]

    def put(self, version: int = 1, **over: Any) -> LinkSnapshot:
        snapshot = make_snapshot(version, **over)
        self.lookup.links["", "a"] = snapshot
        return snapshot

    @property
    def sources(self) -> Counter[str]:
        return self.counters.lookups


def make_snapshot(version: int = 1, **over: Any) -> LinkSnapshot:
    values = {"target_url": f"https://example.com/{version}", "is_active": True, **over}
    return LinkSnapshot(domain="", short_code="a", link_id=str(uuid4()), version=version, **values)


@pytest.fixture
def world() -> World:
    return World()


async def test_a_thousand_concurrent_misses_make_one_query(world: World) -> None:
    world.put()
    world.lookup.gate = asyncio.Event()
    asking = [asyncio.create_task(world.resolver.resolve("", "a")) for _ in range(1000)]
    await asyncio.sleep(0)
    world.lookup.gate.set()
    entries = await asyncio.gather(*asking)
    assert world.lookup.calls == 1
    assert {entry.version for entry in entries} == {1}


async def test_each_source_is_asked_in_its_turn_and_counted(world: World) -> None:
    world.put()
    await world.resolver.resolve("", "a")
    await world.resolver.resolve("", "a")
    await asyncio.sleep(0)
    world.clock.now += 6
    await world.resolver.resolve("", "a")
    await world.resolver.resolve("", "missing")
    await world.resolver.resolve("", "missing")
    assert world.sources == {"database": 2, "memory": 1, "redis": 1, "negative": 1}


async def test_what_the_database_gave_is_stored_in_the_cache(world: World) -> None:
    snapshot = world.put()
    await world.resolver.resolve("", "a")
    await asyncio.sleep(0)
    assert world.cache.links["", "a"] == snapshot


async def test_an_older_copy_in_the_cache_is_passed_over(world: World) -> None:
    world.cache.links["", "a"] = make_snapshot(1)
    world.put(2)
    world.memory.invalidate(b"a", 2)
    assert (await world.resolver.resolve("", "a")).version == 2


async def test_a_tombstone_in_the_cache_is_an_answer(world: World) -> None:
    world.cache.links["", "a"] = make_snapshot(3, is_deleted=True, is_active=False)
    world.lookup.is_away = True
    entry = await world.resolver.resolve("", "a")
    assert entry.snapshot
    assert entry.snapshot.is_deleted


async def test_an_unknown_code_is_unavailable_when_the_database_is_away(world: World) -> None:
    world.lookup.is_away = True
    with pytest.raises(Unavailable):
        await world.resolver.resolve("", "a")


async def test_while_the_database_is_away_nobody_waits_for_it_twice(world: World) -> None:
    world.lookup.is_away = True
    for code in ("a", "b", "c"):
        with pytest.raises(Unavailable):
            await world.resolver.resolve("", code)
    assert world.lookup.calls == 1


async def test_a_link_is_served_stale_for_a_day_when_nobody_answers(world: World) -> None:
    world.put()
    await world.resolver.resolve("", "a")
    world.cache.links.clear()
    world.lookup.is_away = True
    world.clock.now += 80_000
    assert (await world.resolver.resolve("", "a")).version == 1
    assert world.sources["stale"] == 1
    world.clock.now += 10_000
    with pytest.raises(Unavailable):
        await world.resolver.resolve("", "a")


async def test_nobody_who_can_be_served_stale_waits_while_the_database_is_tried_again(world: World) -> None:
    world.resolver._cache = NoLinkCache()
    world.put()
    await world.resolver.resolve("", "a")
    world.lookup.is_away = True
    world.clock.now += 10
    await world.resolver.resolve("", "a")
    world.clock.now += 10  # now the breaker lets one try
    world.lookup.is_away, world.lookup.gate = False, asyncio.Event()
    stale = await asyncio.wait_for(world.resolver.resolve("", "a"), 60)
    assert (stale.version, world.sources["stale"]) == (1, 2)
    while world.lookup.calls < 3:
        await asyncio.sleep(0)
    world.lookup.gate.set()
    await asyncio.gather(*world.resolver._background)
    await world.resolver.resolve("", "a")
    assert world.sources["memory"] == 1
    assert not world.resolver._database_breaker.is_open


async def test_a_crowd_of_lookups_does_not_count_as_a_database_that_is_away(world: World) -> None:
    async def refuse(_domain: str, _code: str) -> None:
        raise LookupsCrowded

    world.lookup.find = refuse  # type: ignore[method-assign,assignment]
    with pytest.raises(LookupsCrowded):
        await world.resolver.resolve("", "a")
    assert not world.resolver._database_breaker.is_open


async def test_a_hung_database_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DATABASE_SECONDS", 0.05)
    world.put()
    await world.resolver.resolve("", "a")
    world.cache.links.clear()
    world.clock.now += 6
    world.lookup.gate = asyncio.Event()
    started = time.monotonic()
    assert (await world.resolver.resolve("", "a")).version == 1
    assert time.monotonic() - started < 1.5  # it would be 2 s


async def test_a_lookup_overtaken_by_an_edit_is_made_again(world: World) -> None:
    world.put(1)
    world.lookup.gate = asyncio.Event()
    asking = asyncio.create_task(world.resolver.resolve("", "a"))
    await asyncio.sleep(0)
    world.put(2)
    world.memory.invalidate(b"a", 2)
    world.lookup.gate.set()
    assert (await asking).version == 2


async def test_a_hot_entry_is_read_again_in_the_background(world: World) -> None:
    world.put(1)
    entry = await world.resolver.resolve("", "a")
    await asyncio.sleep(0)
    world.cache.links.clear()
    world.put(2)
    world.clock.now += 4
    world.resolver.refresh(entry)
    world.resolver.refresh(entry)
    while world.lookup.calls < 2:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    found = world.memory.find(b"a")
    assert found
    assert (found.version, world.lookup.calls) == (2, 2)


async def test_a_cancelled_leader_does_not_leave_the_others_waiting(world: World) -> None:
    world.put()
    world.lookup.gate = asyncio.Event()
    leader = asyncio.create_task(world.resolver.resolve("", "a"))
    await asyncio.sleep(0)
    follower = asyncio.create_task(world.resolver.resolve("", "a"))
    await asyncio.sleep(0)
    leader.cancel()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(follower, 60)


async def test_many_codes_asked_at_once_share_few_statements(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = await make_link(database, short_code="known")
    lookup = LinkLookup(database)
    statements: list[int] = []
    real = lookup._read

    async def read(places: Any) -> Any:
        statements.append(len(places))
        return await real(places)

    monkeypatch.setattr(lookup, "_read", read)
    found = await asyncio.gather(
        *(lookup.find("", f"scan{number}") for number in range(1000)), lookup.find("", "known")
    )
    assert found[:1000] == [None] * 1000
    assert found[1000] is not None
    assert found[1000].link_id == str(link.id)
    assert len(statements) <= 8
