"""The provider that carries nothing: each message is a line of JSON in a file of its campaign.

A message handed over again writes no second line, whichever process does it and whoever died before: under the file's
lock everybody reads what others have added, cuts off a last line that a dying process did not finish, and adds only
what is missing. Messages that come together are written by one `write` and one `fsync`.
"""

import asyncio
import datetime as dt
import fcntl
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import orjson

from vayro.campaigns.providers.port import Accepted, Outgoing, TryLater
from vayro.settings import Settings

# An index of 10,000 messages takes 1 MB; those of campaigns long over need not stay.
INDEXES_KEPT = 32
_DIRECTORY_MODE, _FILE_MODE = 0o700, 0o600


@dataclass
class _Index:
    """What is known of a file: how far it was read, and whose lines are in there."""

    until: int = 0
    ids: set[str] = field(default_factory=set)


@dataclass
class _Waiting:
    message: Outgoing
    written: "asyncio.Future[None]"


class Outbox:
    """Writes messages to `outbox/{campaign}.jsonl`. Belongs to one event loop."""

    is_idempotent = True
    at_once = 500
    seconds = 30.0

    def __init__(self, settings: Settings) -> None:
        """Args: settings, which name the directory; it is made when the first message comes."""
        self._directory = Path(settings.sms_outbox_directory or settings.data_dir / "outbox")
        self._indexes: OrderedDict[UUID, _Index] = OrderedDict()
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def send(self, message: Outgoing) -> Accepted:
        """Return once the line is on the disk. Raises TryLater when the disk does not take it."""
        waiting = _Waiting(message, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_groups())
        await waiting.written
        return Accepted(str(message.id))

    async def find(self, message: Outgoing, since: dt.datetime) -> Accepted | None:
        """Return nothing: it is idempotent, so nobody needs to ask."""
        del message, since
        return None

    async def close(self) -> None:
        """Write what waits."""
        if self._writer:
            await self._writer

    async def _write_groups(self) -> None:
        await asyncio.sleep(0)  # so that all that are handed over in one turn of the loop are one group
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                campaign_ids = dict.fromkeys(waiting.message.campaign_id for waiting in group)
                for campaign_id in campaign_ids:
                    own = [waiting for waiting in group if waiting.message.campaign_id == campaign_id]
                    await self._write_group(campaign_id, own)
        finally:
            self._writer = None

    async def _write_group(self, campaign_id: UUID, group: Sequence[_Waiting]) -> None:
        failed: TryLater | None = None
        try:
            await asyncio.to_thread(self._append, campaign_id, [waiting.message for waiting in group])
        except OSError as error:
            self._indexes.pop(campaign_id, None)  # what of it was written is read again
            failed = TryLater(f"The outbox cannot be written: {error.strerror}.", seconds=5, is_for_all=True)
        for waiting in group:
            if waiting.written.done():  # whoever waited is gone
                continue
            if failed:
                waiting.written.set_exception(failed)
            else:
                waiting.written.set_result(None)

    def _append(self, campaign_id: UUID, messages: Sequence[Outgoing]) -> None:
        index = self._index_of(campaign_id)
        self._directory.mkdir(_DIRECTORY_MODE, parents=True, exist_ok=True)
        descriptor = os.open(self._directory / f"{campaign_id}.jsonl", os.O_RDWR | os.O_CREAT, _FILE_MODE)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
            _read_on(file, index)
            new = {str(message.id): message for message in messages if str(message.id) not in index.ids}
            lines = b"".join(map(_line, new.values()))
            file.seek(index.until)
            file.truncate()
            written = 0
            while written < len(lines):
                written += file.write(lines[written:])
            os.fsync(file.fileno())
            index.until += len(lines)
            index.ids.update(new)

    def _index_of(self, campaign_id: UUID) -> _Index:
        index = self._indexes.pop(campaign_id, None) or _Index()
        self._indexes[campaign_id] = index
        while len(self._indexes) > INDEXES_KEPT:
            self._indexes.popitem(last=False)
        return index


def _read_on(file: BinaryIO, index: _Index) -> None:
    """Learn of the lines behind `until`; a last one without its end belongs to nobody: it was never acknowledged."""
    size = file.seek(0, os.SEEK_END)
    if size < index.until:  # somebody has emptied the file
        index.until, index.ids = 0, set()
    file.seek(index.until)
    read = b"".join(iter(lambda: file.read(1 << 20), b""))
    complete, newline, _ = read.rpartition(b"\n")
    for line in complete.split(b"\n") if complete else ():
        index.ids.add(str(orjson.loads(line)["id"]))
    index.until += len(complete) + len(newline)


def _line(message: Outgoing) -> bytes:
    values = {
        "id": str(message.id),
        "campaign_id": str(message.campaign_id),
        "to": message.phone,
        "body": message.body,
        "segments": message.segments,
        "written_at": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
    }
    return orjson.dumps(values) + b"\n"
