"""Links in Redis: `url:{code}`, written by compare-and-set on the version only."""

import asyncio
import random
import time
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

import msgspec

from vayro.cache.announcements import STREAM, STREAM_ENTRIES, encode_announcement
from vayro.cache.commands import CommandRefused, RedisAway, RedisCommands
from vayro.cache.scripts import DROP_OLDER, STORE_NEWER, Script
from vayro.cache.snapshot import LinkSnapshot, decode_snapshot, encode_snapshot

TTL_SECONDS = 86_400
# Links stored together (an import) must not all expire together.
TTL_JITTER = 0.1
# Each chunk is one write and one wait: about 1 ms of Redis, far from the time-out.
CHUNK = 200


class RedisLinkCache:
    """The cache that engines and APIs share. Concurrent calls leave in one write, so they cost one round trip."""

    def __init__(self, commands: RedisCommands) -> None:
        """Args: commands, the way to the server or cluster."""
        self._commands = commands

    async def find(self, domain: str, code: str) -> LinkSnapshot | None:
        """Return the snapshot or tombstone, its life renewed; None when it is not there or Redis is away."""
        try:
            payload = await self._commands.execute(b"GETEX", link_key(domain, code), b"EX", _ttl_seconds())
        except (RedisAway, CommandRefused):
            return None
        return _decode(payload)

    async def store(self, snapshot: LinkSnapshot) -> bool:
        """Store it unless a newer version is there."""
        return await self.store_many((snapshot,))

    async def store_many(self, snapshots: Sequence[LinkSnapshot]) -> bool:
        """Store each unless a newer version is there: one script call a key, so a cluster takes them too."""
        return await self._run_all(
            STORE_NEWER,
            [
                (link_key(item.domain, item.short_code), item.version, encode_snapshot(item), _ttl_seconds())
                for item in snapshots
            ],
        )

    async def store_tombstone(self, snapshot: LinkSnapshot) -> bool:
        """Store what a deleted link leaves behind; it lives longer than any reader that still holds the old row."""
        return await self.store_many((snapshot,))

    async def drop_older(self, snapshots: Sequence[tuple[str, str, int]]) -> bool:
        """Remove what is older than the given versions: an API that died between commit and store left it."""
        return await self._run_all(
            DROP_OLDER, [(link_key(domain, code), version) for domain, code, version in snapshots]
        )

    async def announce(self, changes: Sequence[LinkSnapshot]) -> bool:
        """Add one entry to the stream; a bulk of 1,000 links is one entry, so that it does not push others out."""
        if not changes:
            return True
        payload = encode_announcement(changes)
        now = time.time_ns() // 1_000_000
        entry = (b"XADD", STREAM, b"MAXLEN", b"~", STREAM_ENTRIES, b"*", b"at", now, b"changes", payload)
        return await self._succeeds(self._commands.execute(*entry) for _ in range(1))

    async def close(self) -> None:
        """Close the connections."""
        await self._commands.close()

    async def _run_all(self, script: Script, calls: Sequence[tuple[Any, ...]]) -> bool:
        for start in range(0, len(calls), CHUNK):
            if not await self._succeeds(self._run(script, *call) for call in calls[start : start + CHUNK]):
                return False
        return True

    async def _run(self, script: Script, key: bytes, *arguments: Any) -> Any:
        try:
            return await self._commands.execute(b"EVALSHA", script.digest, 1, key, *arguments)
        except CommandRefused as error:
            if not error.detail.startswith("NOSCRIPT"):
                raise
        return await self._commands.execute(b"EVAL", script.text, 1, key, *arguments)

    async def _succeeds(self, calls: Iterable[Awaitable[Any]]) -> bool:
        try:
            results = await asyncio.gather(*calls, return_exceptions=True)
        except RedisAway:  # raised while the calls were made: the breaker is open
            return False
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, RedisAway | CommandRefused):
                raise result
        return not any(isinstance(result, BaseException) for result in results)


def link_key(domain: str, code: str) -> bytes:
    """Return `url:{code}` for the default domain, else `url:{domain}/{code}`."""
    return f"url:{domain}/{code}".encode() if domain else f"url:{code}".encode()


def _ttl_seconds() -> int:
    return int(TTL_SECONDS * (1 - TTL_JITTER + 2 * TTL_JITTER * random.random()))  # noqa: S311  # no secret


def _decode(payload: Any) -> LinkSnapshot | None:
    """None for what another program wrote in another form: the database knows better."""
    if payload is None:
        return None
    try:
        return decode_snapshot(payload)
    except (msgspec.DecodeError, TypeError):
        return None
