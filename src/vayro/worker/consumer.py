"""Read, enrich, write, acknowledge: in this order, for ever."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from vayro.clicks.click import Click
from vayro.clicks.repository import ClickBatch, ClickRepository, DeadLetter, Written
from vayro.errors import Unavailable
from vayro.observability import Metrics, get_tracing, observe_many
from vayro.stream.port import ClickSource, Delivery
from vayro.stream.suspicion import fatal_attempt
from vayro.worker.preparation import DROPPED, MAX_DELIVERIES, Outcome, Preparer, event_id_of, parse_id
from vayro.worker.traces import traced_batch

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
_log = structlog.get_logger(__name__)

# What a row can be guilty of. All other errors of the database are its own: it is asked again until it takes them.
BAD_ROW = (psycopg.DataError, psycopg.IntegrityError, DataError, IntegrityError, UnicodeError, OverflowError)
AWAY = (Unavailable, psycopg.Error, DBAPIError, OSError, TimeoutError)

Prepared = tuple[Delivery, list[Outcome]]


class Consumer:
    """Moves clicks from a source into the database. While one batch is written, the next is read and enriched."""

    def __init__(
        self, source: ClickSource, preparer: Preparer, repository: ClickRepository, metrics: Metrics, batch_size: int
    ) -> None:
        """Args: batch_size, clicks in one transaction."""
        self._source = source
        self._preparer = preparer
        self._repository = repository
        self._metrics = metrics
        self._batch_size = batch_size
        self._is_away = False
        self._tracing = get_tracing()
        metrics.breaker_open.labels("database").set(0)

    async def run(self, stopped: asyncio.Event) -> None:
        """Work until `stopped`, then finish what is in hand. Whatever fails is tried again; it never dies of it."""
        prepared: asyncio.Queue[Prepared | None] = asyncio.Queue(1)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read(prepared, stopped))
            tasks.create_task(self._write(prepared))

    async def close(self) -> None:
        """Release the source."""
        await self._source.close()

    async def _read(self, prepared: asyncio.Queue[Prepared | None], stopped: asyncio.Event) -> None:
        while not stopped.is_set():
            delivery = Delivery()
            try:
                delivery = await self._source.read(self._batch_size)
                if delivery:
                    await prepared.put((delivery, await self._prepare(delivery)))
            except Exception:  # noqa: BLE001 -- the pipeline outlives every surprise; none is acknowledged
                _log.exception("clicks could not be read; trying again")
                await self._source.reject(delivery)
                await asyncio.sleep(1)
        await prepared.put(None)

    async def _prepare(self, delivery: Delivery) -> list[Outcome]:
        pause = FIRST_PAUSE_SECONDS
        fatal = fatal_attempt(self._batch_size)
        while True:
            try:
                buried = await self._repository.find_buried(_repeated(delivery))
                return await self._preparer.prepare(delivery, buried=buried, fatal=fatal)
            except AWAY as error:
                pause = await self._pause(pause, error)

    async def _write(self, prepared: asyncio.Queue[Prepared | None]) -> None:
        while (item := await prepared.get()) is not None:
            delivery, outcomes = item
            try:
                with traced_batch(self._tracing, outcomes):
                    await self._settle(*await self._set_apart(delivery, outcomes))
            except Exception:  # noqa: BLE001 -- the pipeline outlives every surprise; none is acknowledged
                _log.exception("a batch could not be settled; it will come again")
                await self._source.reject(delivery)

    async def _set_apart(self, delivery: Delivery, outcomes: list[Outcome]) -> Prepared:
        """Reject what could not be prepared; return the rest."""
        if None not in outcomes:
            return delivery, outcomes
        for index, outcome in enumerate(outcomes):
            if outcome is None:
                await self._source.reject(delivery.part(index, index + 1))
        kept = [index for index, outcome in enumerate(outcomes) if outcome is not None]
        rest = Delivery(*([values[index] for index in kept] for values in _columns(delivery)))
        return rest, [outcomes[index] for index in kept]

    async def _settle(self, delivery: Delivery, outcomes: Sequence[Outcome]) -> None:
        """Write and acknowledge; of a batch that is refused, first one half, then the other."""
        if not delivery:
            return
        try:
            written = await self._commit(delivery, outcomes)
        except BAD_ROW as error:
            if len(delivery) == 1:
                await self._refuse(delivery, error)
                return
            middle = len(delivery) // 2
            await self._settle(delivery.part(0, middle), outcomes[:middle])
            await self._settle(delivery.part(middle, len(delivery)), outcomes[middle:])
        else:
            self._count(written)
            self._measure(written, outcomes)
            await self._source.acknowledge(delivery)

    async def _commit(self, delivery: Delivery, outcomes: Sequence[Outcome]) -> Written:
        batch = ClickBatch(
            clicks=[outcome for outcome in outcomes if isinstance(outcome, Click)],
            letters=[outcome for outcome in outcomes if isinstance(outcome, DeadLetter)],
            positions=self._source.positions(delivery),
        )
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                written = await self._repository.write(batch)
            except BAD_ROW:
                raise
            except AWAY as error:
                pause = await self._pause(pause, error)
            else:
                if self._is_away:
                    _log.info("the database takes clicks again")
                    self._is_away = False
                    self._metrics.breaker_open.labels("database").set(0)
                return written

    async def _refuse(self, delivery: Delivery, error: Exception) -> None:
        """One row that the database does not accept: again later, and after five times a dead letter."""
        if delivery.attempts[0] < MAX_DELIVERIES:
            await self._source.reject(delivery)
            return
        letter = self._preparer.bury(delivery, 0, f"refused: {type(error).__name__}")
        self._count(await self._commit(delivery, [letter]))
        await self._source.acknowledge(delivery)

    def _count(self, written: Written) -> None:
        self._metrics.clicks_committed.inc(written.clicks)
        for letter in written.letters:
            _log.error("an event could not be written", reason=letter.reason, event_id=str(letter.id))
            if letter.reason.startswith(DROPPED):
                self._metrics.clicks_dropped.labels(letter.reason.removeprefix(DROPPED)).inc()
            else:
                self._metrics.dead_letters.inc()
        if written.newest:
            age = (dt.datetime.now(dt.UTC) - written.newest).total_seconds()
            self._metrics.click_lag.set(max(0.0, age))

    def _measure(self, written: Written, outcomes: Sequence[Outcome]) -> None:
        """Observe how long each new click took. Of a batch with repetitions only the newest new one is known."""
        if not written.clicks or written.newest is None:
            return
        now = dt.datetime.now(dt.UTC)
        times = [outcome.timestamp for outcome in outcomes if isinstance(outcome, Click)]
        if len(times) != written.clicks:
            times = [written.newest] * written.clicks
        observe_many(self._metrics.click_delay, [max(0.0, (now - time).total_seconds()) for time in times])

    async def _pause(self, seconds: float, error: BaseException) -> float:
        """Wait for the database; return how long to wait the next time."""
        if not self._is_away:
            _log.warning("the database does not take clicks: they wait", error=str(error), kind=type(error).__name__)
            self._is_away = True
            self._metrics.breaker_open.labels("database").set(1)
        await asyncio.sleep(seconds)
        return min(LONGEST_PAUSE_SECONDS, seconds * 2)


def _repeated(delivery: Delivery) -> list[UUID]:
    """Return the identifiers of the events that were delivered before."""
    if max(delivery.attempts, default=1) == 1:
        return []
    pairs = zip(delivery.entries, delivery.attempts, strict=True)
    return [found for entry, attempt in pairs if attempt > 1 and (found := parse_id(event_id_of(entry)))]


def _columns(delivery: Delivery) -> tuple[list, list, list]:  # type: ignore[type-arg]  # each of its own type
    return delivery.entries, delivery.marks, delivery.attempts
