"""The production adapter: a consumer group on a Redis stream."""

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

import structlog
from redis.exceptions import ResponseError

from vayro.stream.claiming import choose_piece, claim, find_overdue
from vayro.stream.names import GROUP, STREAM
from vayro.stream.port import Delivery
from vayro.stream.redis_client import AWAY, BLOCK_MS, RedisClient, is_without_group
from vayro.stream.suspicion import SUSPECT_ATTEMPT
from vayro.stream.trimming import remove_idle_consumers, trim_acknowledged

CLAIM_IDLE_SECONDS = 10.0
CLAIM_EVERY_SECONDS = 2.0
TRIM_EVERY_SECONDS = 1.0
TIDY_EVERY_SECONDS = 60.0
# Of each claiming period, for entries that may have killed workers: while one is in hand, nothing else is read.
ALONE_SECONDS = 1.0
_ALONE_POLL_SECONDS = 0.01
_LONGEST_PAUSE_SECONDS = 2.0
_log = structlog.get_logger(__name__)


class RedisClickSource:
    """Delivers the entries of one stream to one consumer of the group `analytics`; any number may run.

    Reading costs 1.3 us an entry: redis-py's answer is taken as hiredis parsed it (3.1 us with its dictionaries).
    """

    def __init__(
        self,
        client: RedisClient,
        stream: str = STREAM,
        *,
        claim_idle_seconds: float = CLAIM_IDLE_SECONDS,
        is_busy_elsewhere: Callable[[], bool] = lambda: False,
    ) -> None:
        """Args: claim_idle_seconds, after which a consumer that did not acknowledge an entry is taken for dead.

        is_busy_elsewhere, whether this process has entries of other streams in hand.
        """
        self._client = client
        self.stream = stream
        self._is_busy_elsewhere = is_busy_elsewhere
        self._claim_idle_ms = int(claim_idle_seconds * 1000)
        self._claim_every = min(CLAIM_EVERY_SECONDS, claim_idle_seconds)
        self.consumer = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._in_hand: set[str] = set()
        self._settled_at = time.monotonic()
        self._due = {"claim": 0.0, "trim": 0.0, "tidy": 0.0}
        self._pause = 0.0
        self._is_alone = False
        self._alone_until = 0.0
        for command in ("XREADGROUP", "XCLAIM"):
            self._client.response_callbacks.pop(command, None)

    @property
    def is_alone(self) -> bool:
        """Whether nothing else may be in this process's hands, because what is may end it."""
        return self._is_alone

    @property
    def is_busy(self) -> bool:
        """Whether entries of this stream are in hand."""
        return bool(self._in_hand)

    async def read(self, limit: int) -> Delivery:
        """Return entries as soon as there are any; none after half a second without, or when Redis is away."""
        try:
            delivery = await self._read(limit)
        except AWAY as error:
            await self._recover(error)
            return Delivery()
        if self._pause:
            _log.info("redis answers again")
            self._pause = 0.0
        return delivery

    def positions(self, delivery: Delivery) -> dict[str, int]:  # noqa: ARG002 -- the port's signature
        """Return nothing: the group remembers what is pending."""
        return {}

    async def acknowledge(self, delivery: Delivery) -> None:
        """XACK, in one command. When it fails, the entries come again and change nothing."""
        self._settle(delivery)
        if not delivery:
            return
        try:
            await self._client.xack(self.stream, GROUP, *delivery.marks)
        except AWAY as error:
            _log.warning("clicks were written but not acknowledged; they will come again", error=str(error))

    async def reject(self, delivery: Delivery) -> None:
        """Leave them pending: they are claimed once they have been idle."""
        self._settle(delivery)

    async def hand_back(self, delivery: Delivery) -> None:
        """Let another worker claim these at once: they were read, and nobody will look at them here."""
        if delivery:
            idle = ("IDLE", self._claim_idle_ms, "JUSTID")
            with contextlib.suppress(*AWAY):
                await self._client.execute_command(
                    "XCLAIM", self.stream, GROUP, self.consumer, 0, *delivery.marks, *idle
                )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _read(self, limit: int) -> Delivery:
        if self._is_due("trim", TRIM_EVERY_SECONDS):
            await trim_acknowledged(self._client, self.stream)
        if self._is_due("tidy", TIDY_EVERY_SECONDS):
            await remove_idle_consumers(self._client, self.consumer, self.stream)
        if not self._is_held_up() and self._may_claim() and (claimed := await self._claim(limit)):
            self._due["claim"] = 0.0  # there may be more
            return claimed
        if self._is_held_up():
            await asyncio.sleep(_ALONE_POLL_SECONDS)
            return Delivery()
        reply = await self._client.execute_command(
            "XREADGROUP", "GROUP", GROUP, self.consumer, "COUNT", limit, "BLOCK", BLOCK_MS, "STREAMS", self.stream, ">"
        )
        return self._deliver(reply[0][1]) if reply else Delivery()

    async def _claim(self, limit: int) -> Delivery:
        """Take over what others (or we, before a lost answer) have left pending for too long.

        Of what may have killed them a piece at a time, once our hands are empty, and not for longer than a second.
        """
        overdue = await find_overdue(self._client, self.stream, self._claim_idle_ms, limit, self._in_hand)
        piece = choose_piece(overdue, limit) if overdue else None
        self._be_alone(is_needed=piece is not None and piece.attempt >= SUSPECT_ATTEMPT)
        if self._is_held_up():
            self._due["claim"] = 0.0  # as soon as our hands are empty
        if piece is None or self._is_held_up() or (piece.attempt >= SUSPECT_ATTEMPT and not self._is_alone):
            return Delivery()
        entries = await claim(self._client, self.stream, self.consumer, self._claim_idle_ms, piece)
        if self._is_alone:
            self._alone_until = self._alone_until or time.monotonic() + ALONE_SECONDS
        return self._deliver(entries, [piece.attempt] * len(entries))

    def _be_alone(self, *, is_needed: bool) -> None:
        """Begin to keep everything else out of our hands, or end it: after a second it is the others' turn."""
        is_over = self._is_alone and 0.0 < self._alone_until < time.monotonic()
        if not self._is_alone:
            self._alone_until = 0.0
        self._is_alone = is_needed and not is_over

    def _is_held_up(self) -> bool:
        """Whether a suspect is in hand, or waits for what is."""
        return self._is_alone and (bool(self._in_hand) or self._is_busy_elsewhere())

    def _may_claim(self) -> bool:
        """Not while our own entries wait for a database that is away: claiming them would only count attempts."""
        is_stuck = self._in_hand and (time.monotonic() - self._settled_at) * 2000 > self._claim_idle_ms
        return not is_stuck and self._is_due("claim", self._claim_every)

    def _settle(self, delivery: Delivery) -> None:
        self._in_hand.difference_update(delivery.marks)
        self._settled_at = time.monotonic()

    def _deliver(self, entries: list[Any], attempts: list[int] | None = None) -> Delivery:
        marks = [entry[0] for entry in entries]
        if not self._in_hand:
            self._settled_at = time.monotonic()
        self._in_hand.update(marks)
        return Delivery([entry[1] for entry in entries], marks, attempts or [1] * len(marks))

    def _is_due(self, what: str, every_seconds: float) -> bool:
        now = time.monotonic()
        if now < self._due[what]:
            return False
        self._due[what] = now + every_seconds
        return True

    async def _recover(self, error: BaseException) -> None:
        """Make the group if that is what is missing; otherwise wait, longer each time."""
        if is_without_group(error):
            await self._create_group()
            return
        if not self._pause:
            _log.warning("redis does not answer: clicks wait in the spools", error=str(error))
        self._pause = min(_LONGEST_PAUSE_SECONDS, self._pause * 2 or 0.1)
        await asyncio.sleep(self._pause)

    async def _create_group(self) -> None:
        """From 0: what was shipped before the group existed is to be read, too."""
        try:
            await self._client.xgroup_create(self.stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                _log.warning("the consumer group cannot be made", error=str(error))
        except AWAY as error:
            _log.warning("the consumer group cannot be made", error=str(error))
        else:
            self._in_hand.clear()
            _log.info("made the consumer group", stream=self.stream, group=GROUP)
