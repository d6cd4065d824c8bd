"""The stream of link changes: written by whoever edits, followed by every engine."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from vayro.cache.commands import CommandRefused, RedisCommands
from vayro.cache.snapshot import LinkSnapshot

STREAM = b"stream:link-changes"
STREAM_ENTRIES = 10_000
BLOCK_SECONDS = 1.0
BATCH = 1_000


class Change(msgspec.Struct, frozen=True, array_like=True):
    """This version of this link exists; older ones must not be served any more."""

    domain: str
    short_code: str
    version: int


class Announcements(NamedTuple):
    """What was read. `has_gap`: some may have been missed, so nothing that is held can be trusted as fresh."""

    changes: list[Change]
    has_gap: bool
    oldest_ms: int | None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Change])


def encode_announcement(snapshots: Sequence[LinkSnapshot]) -> bytes:
    """Return the field `changes` of an entry: a JSON list of [domain, code, version]."""
    return _encoder.encode([Change(item.domain, item.short_code, item.version) for item in snapshots])


class AnnouncementReader:
    """Follows the stream. `commands` is a connection of its own, for reads block it for up to a second."""

    def __init__(self, commands: RedisCommands) -> None:
        """Start before the first connection: the first read reports a gap."""
        self._commands = commands
        self._position: bytes | None = None

    def forget_position(self) -> None:
        """The connection was lost: announcements may have been missed, or the server may be another one."""
        self._position = None

    async def read(self) -> Announcements:
        """Return what was announced, waiting up to a second. Raises RedisAway."""
        if self._position is None:
            self._position = await self._last_id()
            return Announcements([], has_gap=True, oldest_ms=None)
        before = self._position
        entries = await self._read_after(before)
        if not entries:
            return Announcements([], has_gap=False, oldest_ms=None)
        self._position = entries[-1][0]
        has_gap = len(entries) == BATCH and await self._was_trimmed_after(before)
        changes = [change for _, fields in entries for change in _changes_of(fields)]
        return Announcements(changes, has_gap, min(_milliseconds(fields) for _, fields in entries))

    async def close(self) -> None:
        """Close the connection."""
        await self._commands.close()

    async def _last_id(self) -> bytes:
        entries = await self._commands.execute(b"XREVRANGE", STREAM, b"+", b"-", b"COUNT", 1)
        return bytes(entries[0][0]) if entries else b"0-0"

    async def _read_after(self, position: bytes) -> list[tuple[bytes, list[bytes]]]:
        block = int(BLOCK_SECONDS * 1000)
        try:
            reply: Any = await self._commands.execute(
                b"XREAD", b"COUNT", BATCH, b"BLOCK", block, b"STREAMS", STREAM, position
            )
        except CommandRefused as error:
            if not error.detail.startswith("UNBLOCKED"):  # the stream was deleted while we waited
                raise
            reply = None
        return reply[0][1] if reply else []

    async def _was_trimmed_after(self, position: bytes) -> bool:
        """Whether entries after `position` are gone: possible only when so many came that a batch was full."""
        first = await self._commands.execute(b"XRANGE", STREAM, b"-", b"+", b"COUNT", 1)
        return not first or _order(first[0][0]) > _order(position)


def _order(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, sequence = entry_id.partition(b"-")
    return int(milliseconds), int(sequence)


def _fields(fields: list[bytes]) -> dict[bytes, bytes]:
    return dict(zip(fields[::2], fields[1::2], strict=True))


def _changes_of(fields: list[bytes]) -> list[Change]:
    return _decoder.decode(_fields(fields)[b"changes"])


def _milliseconds(fields: list[bytes]) -> int:
    return int(_fields(fields)[b"at"])
