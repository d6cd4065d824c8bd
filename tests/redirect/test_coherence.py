"""Three engines, one cache, one database, and everything that may go wrong between them, in virtual time.

Held at every step: an engine never goes back to an older version of a code, and what it serves was true at some
moment of the last five seconds. The last tests take each guard away and assert that the machine finds out.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from vayro.cache.none import NoLinkCache
from vayro.cache.snapshot import LinkSnapshot
from vayro.observability import get_metrics
from vayro.redirect import memory as memory_module
from vayro.redirect.counters import EngineCounters
from vayro.redirect.memory import LinkMemory, memory_key
from vayro.redirect.resolver import Resolver

ENGINES = 3
CODES = ("a", "b")
FRESH_SECONDS = 5.0
FEED_SECONDS = 1.0

engines = st.integers(0, ENGINES - 1)
codes = st.sampled_from(CODES)


class World:
    """Time, the database with its history, the cache, and who hears what."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.rows: dict[str, LinkSnapshot] = {}
        self.versions = dict.fromkeys(CODES, 0)
        self.history: dict[str, list[tuple[float, LinkSnapshot | None]]] = {code: [(0.0, None)] for code in CODES}
        self.cached: dict[str, LinkSnapshot] = {}
        self.feed: list[tuple[str, int]] = []

    def commit(self, code: str, snapshot: LinkSnapshot | None) -> None:
        self.versions[code] += 1
        self.history[code].append((self.now, snapshot))
        if snapshot is None:
            self.rows.pop(code)
        else:
            self.rows[code] = snapshot
        self.feed.append((code, self.versions[code]))

    def was_true_within(self, code: str, snapshot: LinkSnapshot | None, seconds: float) -> bool:
        """Whether this was the state of `code` at some moment of the last `seconds`."""
        moments = [*self.history[code], (float("inf"), None)]
        return any(
            _same(state, snapshot) and ended >= self.now - seconds
            for (_, state), (ended, _) in itertools.pairwise(moments)
        )


class Cache(NoLinkCache):
    """The shared cache: compare-and-set on the version, as the script in Redis does it."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def find(self, _domain: str, code: str) -> LinkSnapshot | None:
        return self.world.cached.get(code)

    async def store(self, snapshot: LinkSnapshot) -> bool:
        held = self.world.cached.get(snapshot.short_code)
        if held is None or held.version <= snapshot.version:
            self.world.cached[snapshot.short_code] = snapshot
        return True

    def drop_one_older(self, code: str, version: int) -> None:
        held = self.world.cached.get(code)
        if held and held.version < version:
            del self.world.cached[code]


class Lookup:
    """The database. While `is_slow`, a row that was read arrives only when it is let go."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.is_slow = False
        self.waiting: list[asyncio.Event] = []

    async def find(self, _domain: str, code: str) -> LinkSnapshot | None:
        row = self.world.rows.get(code)
        if self.is_slow:
            gate = asyncio.Event()
            self.waiting.append(gate)
            await gate.wait()
        return row


class EngineModel:
    """One engine: the real memory and resolver, over the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lookup = Lookup(world)
        self.cache = Cache(world)
        self.memory = LinkMemory(50, lambda: world.now)
        counters = EngineCounters(get_metrics())
        self.resolver = Resolver(self.memory, self.cache, self.lookup, counters, lambda: world.now)  # type: ignore[arg-type]
        self.inbox: list[tuple[str, int]] = []
        self.feed_position = 0
        self.served: dict[str, int] = {}

    def hear(self, code: str, version: int) -> None:
        self.memory.invalidate(memory_key("", code), version)

    def poll_feed(self) -> None:
        for code, version in self.world.feed[self.feed_position :]:
            self.hear(code, version)
            if version > 1:
                self.cache.drop_one_older(code, version)
        self.feed_position = len(self.world.feed)


class Coherence(RuleBasedStateMachine):
    """Edits, readers and accidents, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World()
        self.engines = [EngineModel(self.world) for _ in range(ENGINES)]
        self.slow: list[tuple[EngineModel, str, asyncio.Task[Any]]] = []
        self.late: list[LinkSnapshot] = []
        self.polled_at = self.world.now

    def run(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    def settle(self) -> None:
        async def turns() -> None:
            for _ in range(20):
                await asyncio.sleep(0)

        self.run(turns())

    @initialize()
    def begin(self) -> None:
        for code in CODES:
            self.write(code)

    def write(self, code: str) -> LinkSnapshot:
        """Create or edit; the tombstone's number and the row's are of one row of numbers."""
        version = self.world.versions[code] + 1
        snapshot = LinkSnapshot("", code, f"https://example.com/{version}", True, str(uuid4()), version)
        self.world.commit(code, snapshot)
        return snapshot

    def publish(self, snapshot: LinkSnapshot, *, is_stored: bool, heard_by: set[int], repeats: int) -> None:
        if is_stored:
            self.run(Cache(self.world).store(snapshot))
        for number in heard_by:
            self.engines[number].inbox.extend([(snapshot.short_code, snapshot.version)] * repeats)

    @rule(code=codes, is_stored=st.booleans(), heard_by=st.sets(engines), repeats=st.integers(1, 2))
    def edit_or_create(self, code: str, is_stored: bool, heard_by: set[int], repeats: int) -> None:
        self.publish(self.write(code), is_stored=is_stored, heard_by=heard_by, repeats=repeats)

    @rule(code=codes, is_stored=st.booleans(), heard_by=st.sets(engines))
    def delete(self, code: str, is_stored: bool, heard_by: set[int]) -> None:
        if code in self.world.rows:
            version = self.world.versions[code] + 1
            self.world.commit(code, None)
            grave = LinkSnapshot("", code, "", False, str(uuid4()), version, is_deleted=True)
            self.publish(grave, is_stored=is_stored, heard_by=heard_by, repeats=1)

    @rule(number=engines)
    def deliver_announcements(self, number: int) -> None:
        engine = self.engines[number]
        for code, version in engine.inbox:
            engine.hear(code, version)
        engine.inbox.clear()

    @rule(number=engines)
    def lose_announcements(self, number: int) -> None:
        self.engines[number].inbox.clear()

    @rule(number=engines)
    def reconnect(self, number: int) -> None:
        self.engines[number].inbox.clear()
        self.engines[number].memory.doubt_all()

    @rule(code=codes)
    def edit_with_a_late_store(self, code: str) -> None:
        """The API stalls between its commit and its store."""
        self.late.append(self.write(code))

    @rule()
    def land_late_stores(self) -> None:
        """What arrives later than the feed meets the newer version, which is why it is compared before it is set.

        Were that store lost as well, nobody could tell: three faults at once, and a store that takes longer than a
        second, where the time-out is 80 ms.
        """
        for snapshot in self.late:
            before = self.world.cached.get(snapshot.short_code)
            if before:
                self.run(Cache(self.world).store(snapshot))
                assert self.world.cached[snapshot.short_code].version >= before.version, "the cache went back"
        self.late.clear()

    @rule(number=engines)
    def late_stores_meet_a_new_engine(self, number: int) -> None:
        self.land_late_stores()
        self.restart(number)
        for code in CODES:
            self.visit(number, code)

    @rule()
    def flush_cache(self) -> None:
        self.world.cached.clear()
        self.late.clear()

    @rule(number=engines)
    def restart(self, number: int) -> None:
        """A new process knows nothing of the past."""
        self.end_slow_visits()
        self.run(self.engines[number].resolver.close())
        self.engines[number] = EngineModel(self.world)
        self.engines[number].poll_feed()  # which begins with the edits of the last minutes

    @rule(seconds=st.sampled_from([0.1, 0.5, 0.9, FEED_SECONDS]))
    def pass_time(self, seconds: float) -> None:
        """Time passes, and each second every engine looks at the change feed."""
        self.world.now += seconds
        if self.world.now - self.polled_at >= FEED_SECONDS:
            self.polled_at = self.world.now
            for engine in self.engines:
                engine.poll_feed()

    @rule()
    def pass_five_seconds(self) -> None:
        for _ in range(6):
            self.pass_time(FEED_SECONDS)

    @rule(number=engines, code=codes)
    def visit(self, number: int, code: str) -> None:
        engine = self.engines[number]
        if memory_key("", code) in engine.resolver._loading:
            return  # it would wait for the slow reader below
        self.check(engine, code, self.run(engine.resolver.resolve("", code)).snapshot, FRESH_SECONDS)
        self.settle()

    @rule(number=engines, code=codes)
    def visit_by_the_lane(self, number: int, code: str) -> None:
        """What `fastlane` does: the entry answers while its time lasts, whatever else goes on."""
        engine = self.engines[number]
        entry = engine.memory.links.get(memory_key("", code))
        if entry is not None and self.world.now < entry.lane_until:
            self.check(engine, code, entry.snapshot, FRESH_SECONDS)

    @rule(number=engines, code=codes)
    def begin_slow_visit(self, number: int, code: str) -> None:
        engine = self.engines[number]
        if memory_key("", code) not in engine.resolver._loading:
            engine.lookup.is_slow = True
            task = self.loop.create_task(engine.resolver.resolve("", code))
            self.settle()
            engine.lookup.is_slow = False
            if task.done():  # the cache had it
                self.check(engine, code, task.result().snapshot, FRESH_SECONDS)
            else:
                self.slow.append((engine, code, task))

    @rule()
    def end_slow_visits(self) -> None:
        """The row read long ago arrives now, in memory and in the cache."""
        for engine, code, task in self.slow:
            while engine.lookup.waiting:
                engine.lookup.waiting.pop().set()
            snapshot = self.run(task).snapshot
            self.remember(engine, code, snapshot)
        self.slow.clear()
        self.settle()

    @rule(number=engines, other=engines, code=codes)
    def edit_while_a_reader_is_slow(self, number: int, other: int, code: str) -> None:
        """The row that it read comes when the newer one has been served elsewhere and the cache has been emptied."""
        self.flush_cache()
        self.begin_slow_visit(number, code)
        self.edit_or_create(code, is_stored=True, heard_by={number, other}, repeats=1)
        for engine in sorted({number, other}):
            self.deliver_announcements(engine)
        self.visit(other, code)
        self.flush_cache()
        self.end_slow_visits()
        self.reconnect(other)
        self.visit(other, code)

    def check(self, engine: EngineModel, code: str, snapshot: LinkSnapshot | None, seconds: float) -> None:
        self.remember(engine, code, snapshot)
        # A cache that was not written after a commit is repaired by the feed, two polls later at most.
        assert self.world.was_true_within(code, snapshot, seconds + 2 * FEED_SECONDS), (
            f"{code}: {snapshot and snapshot.version} is older than five seconds"
        )

    def remember(self, engine: EngineModel, code: str, snapshot: LinkSnapshot | None) -> None:
        if snapshot is not None:
            assert snapshot.version >= engine.served.get(code, 0), f"{code}: went back to {snapshot.version}"
            engine.served[code] = snapshot.version

    @invariant()
    def the_cache_holds_nothing_from_the_future(self) -> None:
        for code, snapshot in self.world.cached.items():
            assert snapshot.version <= self.world.versions[code]

    def teardown(self) -> None:
        try:
            self.end_slow_visits()
        finally:
            for engine in self.engines:
                self.run(engine.resolver.close())
            self.loop.close()


def _same(state: LinkSnapshot | None, snapshot: LinkSnapshot | None) -> bool:
    if snapshot is None or snapshot.is_deleted:
        return state is None
    return state is not None and state.version == snapshot.version


QUIET = list(HealthCheck)


def run_machine(examples: int, steps: int = 40, **over: Any) -> None:
    run_state_machine_as_test(
        Coherence,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=QUIET, **over
        ),
    )


def test_no_engine_goes_back_or_serves_what_is_older_than_five_seconds() -> None:
    run_machine(400)


@contextmanager
def without_version_check_in_memory(patch: pytest.MonkeyPatch) -> Iterator[None]:
    patch.setattr(LinkMemory, "floor", lambda *_: 0)
    yield


@contextmanager
def without_version_check_in_cache(patch: pytest.MonkeyPatch) -> Iterator[None]:
    async def store(self: Cache, snapshot: LinkSnapshot) -> bool:
        self.world.cached[snapshot.short_code] = snapshot
        return True

    patch.setattr(Cache, "store", store)
    yield


@contextmanager
def without_absolute_lifetime(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each hit renews the entry."""
    real = LinkMemory.find

    def find(self: LinkMemory, key: bytes) -> memory_module.MemoryEntry | None:
        entry = real(self, key)
        if entry:
            entry.loaded_at = self._clock()
        return entry

    patch.setattr(LinkMemory, "find", find)
    patch.setattr(EngineModel, "poll_feed", lambda _: None)
    yield


@pytest.mark.parametrize(
    "guard", [without_version_check_in_memory, without_version_check_in_cache, without_absolute_lifetime]
)
def test_the_machine_finds_out_when_a_guard_is_taken_away(guard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with guard(monkeypatch), pytest.raises(AssertionError, match=r"went back|older than"):
        run_machine(1000, phases=[Phase.generate], derandomize=True, database=None)
