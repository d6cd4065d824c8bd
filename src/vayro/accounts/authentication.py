"""Which caller an API key stands for."""

import asyncio
import datetime as dt
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from vayro.accounts import credentials, repository
from vayro.accounts.permissions import scopes_of
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.database.shared_reads import SharedReads
from vayro.errors import Unauthenticated, Unavailable

MEMORY_SECONDS = 1.0
"""How long an accepted key is believed without asking again.

Revoking it in another process takes effect within this, as does a change of its user's role or their leaving.

The query costs the API more CPU than the rest of creating a link; a client that sends 100 requests a second now pays
it once.
"""

RENEWED_SECONDS = 0.5
"""When a key is believed for no longer than this, a request with it has it asked for, and does not wait."""

MEMORY_MAX_KEYS = 10_000
NOTED_AT_MOST_EVERY = dt.timedelta(minutes=1)

_log = structlog.get_logger(__name__)
_REFUSED = "The API key is not valid: it is unknown, revoked or expired."


@dataclass(frozen=True, slots=True)
class _Accepted:
    caller: Caller
    until: float  # monotonic seconds


class KeyAuthenticator:
    """Accepts and refuses API keys, remembers the accepted for a second, and notes now and then that they were used."""

    def __init__(self, database: Database) -> None:
        """Args: database, where the hashes are."""
        self._database = database
        self._accepted: dict[bytes, _Accepted] = {}
        self._forgotten = 0
        self._finding: SharedReads[bytes, Caller] = SharedReads(self._find)
        self._renewing: set[bytes] = set()
        self._noted: dict[UUID, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def authenticate(self, secret: str, *, is_use: bool = True) -> Caller:
        """Return the caller. Raises Unauthenticated, without a query when the secret cannot be a key.

        Args: is_use, whether this is noted as a use of the key.
        """
        caller = await self._recognise(secret)
        if is_use:
            self._note_use(caller)
        return caller

    async def _recognise(self, secret: str) -> Caller:
        if not credentials.is_plausible_key(secret):
            raise Unauthenticated(_REFUSED)
        key_hash = credentials.hash_key(secret)
        known = self._accepted.get(key_hash)
        if known and (left := known.until - time.monotonic()) > 0:
            if left < RENEWED_SECONDS and key_hash not in self._renewing:
                self._renewing.add(key_hash)
                self._begin(self._renew(key_hash))
            return known.caller
        # A busy client's requests would all ask at once, every time the second is over.
        return await self._finding.ask(key_hash)

    def forget(self, identifier: UUID) -> None:
        """Ask again at once for a key that was revoked in this process, or for all keys of a user who has changed."""
        self._forgotten += 1
        self._accepted = {
            key: known
            for key, known in self._accepted.items()
            if identifier not in (known.caller.key_id, known.caller.user_id)
        }

    async def close(self) -> None:
        """Wait for what is done beside requests."""
        await asyncio.gather(*self._tasks)

    async def _renew(self, key_hash: bytes) -> None:
        try:
            await self._finding.ask(key_hash)
        except Unauthenticated:
            self._accepted.pop(key_hash, None)
        except (Unavailable, SQLAlchemyError) as error:  # whoever comes after the second asks for themselves
            _log.warning("An API key could not be looked up again.", error=type(error).__name__)
        finally:
            self._renewing.discard(key_hash)

    async def _find(self, key_hash: bytes) -> Caller:
        forgotten = self._forgotten
        async with self._database.glance() as connection:
            row = await repository.find_caller(connection, key_hash)
        if row is None or not credentials.is_same_hash(bytes(row.key_hash), key_hash):
            raise Unauthenticated(_REFUSED)
        if row.revoked_at or row.disabled_at or (row.expires_at and row.expires_at <= dt.datetime.now(dt.UTC)):
            raise Unauthenticated(_REFUSED)
        scopes = scopes_of(row.role, row.scopes)
        caller = Caller(row.workspace_id, row.user_id, row.id, row.is_admin, scopes, plan=row.plan)
        if forgotten == self._forgotten:  # else what was read may be what was to be forgotten
            self._remember(key_hash, caller, row.expires_at)
        return caller

    def _remember(self, key_hash: bytes, caller: Caller, expires_at: dt.datetime | None) -> None:
        seconds = MEMORY_SECONDS
        if expires_at:
            seconds = min(seconds, (expires_at - dt.datetime.now(dt.UTC)).total_seconds())
        if len(self._accepted) >= MEMORY_MAX_KEYS:
            self._accepted.clear()
        self._accepted[key_hash] = _Accepted(caller, time.monotonic() + seconds)

    def _note_use(self, caller: Caller) -> None:
        """Write `last_used_at` beside the request, never in its way, and at most once a minute."""
        key_id, now = caller.key_id, time.monotonic()
        if key_id is None or now < self._noted.get(key_id, 0.0):
            return
        if len(self._noted) >= MEMORY_MAX_KEYS:
            self._noted.clear()
        self._noted[key_id] = now + NOTED_AT_MOST_EVERY.total_seconds()
        self._begin(self._write_use(key_id))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Have it done beside the request."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_use(self, key_id: UUID) -> None:
        try:
            async with self._database.transaction() as connection:
                await repository.touch_key(connection, key_id, dt.datetime.now(dt.UTC), NOTED_AT_MOST_EVERY)
        except (Unavailable, SQLAlchemyError) as error:
            _log.warning("The last use of an API key was not noted.", key_id=str(key_id), error=type(error).__name__)
