"""The shipper process: a child of `vayro redirect` that moves clicks from the spools to the stream.

Not a task in the engine: there, shipping raised the p99 of a redirect from 2 to 7 ms.
"""

import asyncio
import contextlib
import ctypes
import gc
import queue
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vayro.cache.cluster import ClusterCommands, Place
from vayro.cache.commands import RedisAway
from vayro.database.engine import Database, open_database
from vayro.errors import Unavailable
from vayro.observability import Metrics, get_metrics
from vayro.settings import Settings
from vayro.spool.directory import consumer_lock
from vayro.spool.reader import SpoolReader
from vayro.stream.failover import CommittedWatch
from vayro.stream.lane import Lane
from vayro.stream.names import stream_names
from vayro.stream.oversight import Patience, StreamWatch, count_entries, has_lost, is_quiet
from vayro.stream.pipe import PipeBroken, PipeMoved, RedisPipe, parse_address
from vayro.stream.redis_client import open_redis
from vayro.stream.shipping import Shipper
from vayro.waiting import pause

BUSY_SECONDS = 0.02
IDLE_SECONDS = 0.1
AWAY_SECONDS = 0.5
OVERSEE_SECONDS = 2.0
PUBLISH_SECONDS = 1.0
STAND_BY_SECONDS = 0.5
LOCATE_SECONDS = 1.0
DRAIN_SECONDS = 3.0
_MALLOPT_TRIM_THRESHOLD, _MALLOPT_MMAP_THRESHOLD, _KEPT_BYTES = -1, -3, 64 << 20
Answer = TypeVar("Answer")
_log = structlog.get_logger(__name__)


class ShippingLoop:
    """Ships in a thread. Others hand it what to do between two passes, so the segments belong to one thread alone."""

    def __init__(self, shipper: Shipper, metrics: Metrics, spool_limit_bytes: int = 0) -> None:
        """Args: shipper, used by the thread alone from now on; spool_limit_bytes, for the metric."""
        self._shipper = shipper
        self._metrics = metrics
        self._is_away = metrics.breaker_open.labels("stream")
        self._is_away.set(0)
        metrics.spool_limit.set(spool_limit_bytes)
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._published_at = 0.0
        self._is_held_back = False

    def hold_back(self, *, is_needed: bool) -> None:
        """Leave the clicks in the spools from now on, or no longer: memory of Redis is dearer than disk."""
        if is_needed != self._is_held_back:
            _log.warning("clicks wait in the spools: the stream is full" if is_needed else "clicks are shipped again")
        self._is_held_back = is_needed

    def start(self) -> None:
        """Start the thread."""
        self._running = asyncio.create_task(asyncio.to_thread(self._run))

    async def ask(self, order: Callable[[], Answer]) -> Answer:
        """Run `order` in the thread, between two passes; return what it returns. Raises what ended the thread."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()

        def obey() -> None:
            result = order()
            loop.call_soon_threadsafe(answer.set_result, result)

        self._orders.put(obey)
        either: set[asyncio.Future[Any]] = {answer, self._running}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            self._running.result()
        return await answer

    async def stop(self) -> None:
        """Ship once more what is there, and end; wait for that a few seconds."""
        self._stop.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._running, DRAIN_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._obey()
            self._stop.wait(self._pass())
        self._obey()
        self._pass()
        with contextlib.suppress(PipeBroken):
            self._shipper.confirm()

    def _obey(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._orders.get_nowait()()

    def _pass(self) -> float:
        """Ship what is new; return how long to sleep."""
        self._publish()
        try:
            if self._is_held_back:
                self._shipper.confirm()
                return IDLE_SECONDS
            rest = BUSY_SECONDS if self._shipper.ship() else IDLE_SECONDS
        except PipeMoved:
            return BUSY_SECONDS
        except PipeBroken:
            self._is_away.set(1)
        except OSError:
            _log.exception("the spool cannot be read")
        else:
            self._is_away.set(0)
            return rest
        return AWAY_SECONDS

    def _publish(self) -> None:
        if time.monotonic() - self._published_at >= PUBLISH_SECONDS:
            size, age = self._shipper.backlog()
            self._metrics.spool_bytes.set(size)
            self._metrics.spool_oldest.set(age)
            self._published_at = time.monotonic()


async def oversee(
    loop: ShippingLoop, shipper: Shipper, watches: Sequence[StreamWatch], committed: CommittedWatch, patience: Patience
) -> None:
    """Look once at Redis and the database: resend what may be lost, delete what is committed."""
    if await has_lost(watches):
        await loop.ask(shipper.resend)
    waiting = await loop.ask(shipper.shipped)
    if not waiting:
        return
    with contextlib.suppress(Unavailable, SQLAlchemyError):  # the segments wait for the database
        progress = await committed.read([segment.name for segment in waiting])
        if committed.has_failed_over:
            await loop.ask(shipper.resend)
            return
        await loop.ask(partial(shipper.delete_committed, committed.droppable(waiting, progress)))
        rest = [segment for segment in waiting if segment.name not in progress
                or progress[segment.name].committed < segment.events]  # fmt: skip
        if overdue := patience.overdue(rest, is_quiet=await is_quiet(watches)):
            _log.warning("segments are not complete though the stream is read: sent again", segments=len(overdue))
            await loop.ask(partial(shipper.resend, overdue))


async def ship_until(stopped: asyncio.Event, settings: Settings, database: Database) -> None:
    """Be the one shipper of this spool until `stopped`."""
    lock = consumer_lock(settings.spool_dir)
    while not lock.acquire():
        if await pause(stopped, STAND_BY_SECONDS):
            return
    address = parse_address(settings.redis_url)
    lanes = [Lane(RedisPipe(address), stream) for stream in stream_names(settings.stream_shards)]
    shipper = Shipper(SpoolReader(settings.spool_dir), lanes)
    loop = ShippingLoop(shipper, get_metrics(), settings.spool_max_bytes * settings.redirect_workers)
    clients = [open_redis(settings, lane.stream) for lane in lanes]
    watches = [StreamWatch(client, lane, lane.stream) for client, lane in zip(clients, lanes, strict=True)]
    patience = Patience()
    committed = CommittedWatch(database)
    cluster = ClusterCommands(settings.redis_url, LOCATE_SECONDS, "stream") if settings.redis_cluster else None
    loop.start()
    try:
        while not await pause(stopped, OVERSEE_SECONDS):
            await _find_lost_lanes(cluster, loop, lanes)
            await oversee(loop, shipper, watches, committed, patience)
            loop.hold_back(is_needed=await count_entries(watches) >= settings.stream_max_events)
    finally:
        await loop.stop()
        for lane in lanes:
            lane.pipe.close()
        if cluster:
            await cluster.close()
        for client in clients:
            await client.aclose()
        lock.release()


async def _find_lost_lanes(cluster: ClusterCommands | None, loop: ShippingLoop, lanes: Sequence[Lane]) -> None:
    """Ask the cluster where the streams are now whose node does not answer; others tell by themselves (MOVED)."""
    for lane in lanes:
        if cluster and not lane.pipe.is_connected:
            with contextlib.suppress(RedisAway):
                await loop.ask(partial(_lead, lane, await cluster.locate(lane.stream)))


def _lead(lane: Lane, place: Place) -> None:
    if not lane.pipe.is_connected:
        lane.pipe.address = lane.pipe.address._replace(host=place.host, port=place.port, is_asking=False)


def run_shipper(settings: Settings) -> None:
    """Ship until SIGTERM or SIGINT. Blocks. Waits while another shipper serves this data directory."""
    _keep_memory()
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stopped = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, stopped.set)
    database = open_database(settings, pool_size=1)
    try:
        await ship_until(stopped, settings, database)
    finally:
        await database.close()


def _keep_memory() -> None:
    """Reuse memory: mapping a buffer anew for every batch cost 0.5 us an event, more than parsing it."""
    gc.freeze()
    with contextlib.suppress(AttributeError, OSError):  # another C library than glibc
        libc = ctypes.CDLL(None)
        libc.mallopt(_MALLOPT_MMAP_THRESHOLD, _KEPT_BYTES)
        libc.mallopt(_MALLOPT_TRIM_THRESHOLD, _KEPT_BYTES)
