"""Links in Redis: `url:{code}`, written by compare-and-set on the version only."""

import random
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from vayro.cache.announcements import STREAM, STREAM_ENTRIES, encode_announcement
from vayro.cache.commands import CommandRefused, RedisAway, RedisCommands
from vayro.cache.scripts import DROP_OLDER, STORE_NEWER, Script
from vayro.cache.snapshot import LinkSnapshot, decode_snapshot, encode_snapshot

TTL_SECONDS = 86_400
# Links stored together (an import) must not all expire together.
TTL_JITTER = 0.1
# Each chunk is one write and one wait: about 2 ms of Redis, far from the time-out.
CHUNK = 500


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
        try:
            await self._commands.execute(*entry)
        except (RedisAway, CommandRefused):
            return False
        return True

    async def close(self) -> None:
        """Close the connections."""
        await self._commands.close()

    async def _run_all(self, script: Script, calls: Sequence[tuple[Any, ...]]) -> bool:
        try:
            for start in range(0, len(calls), CHUNK):
                if not await self._run(script, calls[start : start + CHUNK]):
                    return False
        except RedisAway:
            return False
        return True

    async def _run(self, script: Script, calls: Sequence[tuple[Any, ...]]) -> bool:
        """Call a script once for each key with its arguments; a server that does not know it yet is sent its text."""
        replies = await self._commands.execute_many([(b"EVALSHA", script.digest, 1, *call) for call in calls])
        refusals = [(reply, call) for reply, call in zip(replies, calls, strict=True) if _is_refusal(reply)]
        if not all(reply.detail.startswith("NOSCRIPT") for reply, _ in refusals):
            return False
        replies = await self._commands.execute_many([(b"EVAL", script.text, 1, *call) for _, call in refusals])
        return not any(map(_is_refusal, replies))


def link_key(domain: str, code: str) -> bytes:
    """Return `url:{code}` for the default domain, else `url:{domain}/{code}`."""
    return f"url:{domain}/{code}".encode() if domain else f"url:{code}".encode()


def _is_refusal(reply: Any) -> bool:
    return isinstance(reply, CommandRefused)


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
