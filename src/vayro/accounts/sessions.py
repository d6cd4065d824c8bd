"""Sessions: a signed-in browser, known by a random token of which only the hash is kept.

Nothing is remembered in the process, so a session that was ended is refused by every process at once.
"""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import access_repository as repository
from vayro.accounts import audit, identity_repository, tokens
from vayro.accounts.credentials import UNUSABLE_PASSWORD
from vayro.accounts.permissions import Scope, scopes_of
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from vayro.settings import Settings

SESSIONS_MAX = 50
"""Of one user; a sign-in beyond them ends the oldest."""

NOTED_AT_MOST_EVERY = dt.timedelta(minutes=1)
BROWSER_MAX = 120
_log = structlog.get_logger(__name__)
_NOWHERE = "You belong to no workspace."
_REFUSED = "The session has ended: sign in again."


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as its person may see it."""

    id: UUID
    browser: str
    created_at: dt.datetime
    last_seen_at: dt.datetime
    expires_at: dt.datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """Who a caller is, and where they may go. `workspaces`: rows of id, name, plan, role; their own first."""

    email: str
    has_password: bool
    has_second_factor: bool
    is_linked: bool
    workspaces: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was just opened, or given a new token. The token goes into the cookie and nowhere else."""

    token: str
    caller: Caller

    def __repr__(self) -> str:
        """Show no more than may be logged."""
        return f"Opened({self.caller.session_id})"


class Sessions:
    """Opens, recognises and ends sessions."""

    def __init__(self, database: Database, settings: Settings, clock: tokens.Clock = tokens.now) -> None:
        """Args: settings, for the lifetimes; clock, what time it is."""
        self._database = database
        self._idle = dt.timedelta(seconds=settings.session_idle_seconds)
        self._longest = dt.timedelta(seconds=settings.session_max_seconds)
        self._needs_factor = settings.second_factor == "required"
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(
        self, connection: AsyncConnection, person: Any, browser: str, *, by: str, workspace_id: UUID | None = None
    ) -> Opened:
        """Open a session for a user who has proved who they are, in that transaction.

        Args: person, their row; browser, what the session is called in lists; by, how they did, for the audit log;
        workspace_id, where it begins, if not at home.
        """
        theirs = await repository.find_workspaces(connection, person.id)
        home = next((row for row in theirs if row.id == workspace_id), next(iter(theirs), None))
        if home is None:
            raise Forbidden(_NOWHERE)
        at, token = self._clock(), tokens.new_token()
        session = {"id": uuid7(), "token_hash": tokens.hash_token(token), "user_id": person.id}
        session |= {"workspace_id": home.id, "browser": _printable(browser)}
        session |= {"created_at": at, "authenticated_at": at, "last_seen_at": at, "expires_at": at + self._longest}
        await repository.insert_session(connection, session)
        await repository.delete_oldest_sessions(connection, person.id, SESSIONS_MAX)
        scopes = scopes_of(home.role) if self._is_strong(person) else frozenset[Scope]()
        caller = Caller(home.id, person.id, None, person.is_admin, scopes, session["id"], plan=home.plan)
        await audit.note(connection, caller, "session.open", person.id, {"by": by})
        return Opened(token, caller)

    async def find_caller(self, token: str, *, is_use: bool = True) -> Caller:
        """Return whom a session's token stands for, with what their role allows now. Raises Unauthenticated.

        Without a second factor where one is required, nothing is allowed but what `/v1/auth` does.
        Args: is_use, whether it keeps the session from ending; without, nothing is written, and Forbidden is raised for
        who has left the workspace, where a use would go on in another.
        """
        if not tokens.is_plausible_token(token):
            raise Unauthenticated(_REFUSED)
        async with self._database.read() as connection:
            row = await repository.find_session(connection, tokens.hash_token(token))
        if row is None or not self._is_alive(row) or row.disabled_at:
            raise Unauthenticated(_REFUSED)
        if row.role is None:
            if not is_use:
                raise Forbidden("You do not belong to this workspace any more.")
            row = await self._move_home(row, tokens.hash_token(token))
        if is_use:
            self._note_use(row)
        scopes = scopes_of(row.role) if self._is_strong(row) else frozenset[Scope]()
        return Caller(row.workspace_id, row.user_id, None, row.is_admin, scopes, row.id, plan=row.plan)

    async def rotate(self, connection: AsyncConnection, caller: Caller, **changes: Any) -> Opened:
        """Give a session a new token, so that whoever had the old one is out. Raises Unauthenticated when it ended."""
        token = tokens.new_token()
        session_id = session_of(caller)
        if not await repository.update_session(
            connection, session_id, token_hash=tokens.hash_token(token), last_seen_at=self._clock(), **changes
        ):
            raise Unauthenticated(_REFUSED)
        return Opened(token, caller)

    async def switch(self, caller: Caller, workspace_id: UUID) -> Opened:
        """Go on in another workspace of the user, with another token. Raises NotFound when they are no member."""
        async with self._database.transaction() as connection:
            theirs = await repository.find_workspaces(connection, caller.user_id)
            chosen = next((row for row in theirs if row.id == workspace_id), None)
            if chosen is None:
                raise NotFound("There is no such workspace.")
            opened = await self.rotate(connection, caller, workspace_id=workspace_id)
        scopes = scopes_of(chosen.role) if caller.scopes else caller.scopes
        there = replace(caller, workspace_id=workspace_id, scopes=scopes, plan=chosen.plan)
        return replace(opened, caller=there)

    async def end(self, token: str) -> None:
        """End the session with this token, if there is one."""
        if tokens.is_plausible_token(token):
            async with self._database.transaction() as connection:
                await repository.delete_session_by_token(connection, tokens.hash_token(token))

    async def end_all(self, caller: Caller) -> int:
        """End all sessions of the caller, this one too; return how many there were."""
        async with self._database.transaction() as connection:
            ended = await repository.delete_sessions(connection, caller.user_id)
            await audit.note(connection, caller, "session.end_all", caller.user_id, {"sessions": ended})
        return ended

    async def end_one(self, caller: Caller, session_id: UUID) -> None:
        """End a session of the caller. Raises NotFound."""
        async with self._database.transaction() as connection:
            if not await repository.delete_sessions(connection, caller.user_id, only=session_id):
                raise NotFound("There is no such session.")
            await audit.note(connection, caller, "session.end", session_id)

    async def list_sessions(self, caller: Caller) -> list[SessionRecord]:
        """Return the caller's sessions that could still be used, newest first."""
        async with self._database.read() as connection:
            rows = await repository.find_sessions(connection, caller.user_id, self._clock())
        return [self._record(row, caller) for row in rows if self._is_alive(row)]

    async def describe(self, caller: Caller) -> Profile:
        """Return who the caller is."""
        async with self._database.read() as connection:
            person = await repository.get_person(connection, caller.user_id)
            theirs = await repository.find_workspaces(connection, caller.user_id)
            identities = await identity_repository.count_identities(connection, caller.user_id)
        has_factor = person.second_factor_at is not None
        return Profile(person.email, has_password(person), has_factor, identities > 0, theirs)

    async def close(self) -> None:
        """Wait until all uses are noted."""
        await asyncio.gather(*self._tasks)

    def _is_alive(self, row: Any) -> bool:
        at = self._clock()
        return bool(at < row.expires_at and at < row.last_seen_at + self._idle)

    def _is_strong(self, row: Any) -> bool:
        """Return whether this person signs in as VAYRO_SECOND_FACTOR wants. A provider sees to it for its own."""
        return not self._needs_factor or row.second_factor_at is not None or not has_password(row)

    def _record(self, row: Any, caller: Caller) -> SessionRecord:
        ends = min(row.expires_at, row.last_seen_at + self._idle)
        return SessionRecord(
            row.id, row.browser, row.created_at, row.last_seen_at, ends, is_current=row.id == caller.session_id
        )

    async def _move_home(self, row: Any, token_hash: bytes) -> Any:
        """Have a session whose user left its workspace go on in one of theirs."""
        async with self._database.transaction() as connection:
            home = await repository.find_home(connection, row.user_id)
            if home is None:
                raise Forbidden(_NOWHERE)
            await repository.update_session(connection, row.id, workspace_id=home.id)
            moved = await repository.find_session(connection, token_hash)
        if moved is None:
            raise Unauthenticated(_REFUSED)
        return moved

    def _note_use(self, row: Any) -> None:
        """Write `last_seen_at` beside the request, never in its way, and at most once a minute."""
        at = self._clock()
        if row.last_seen_at > at - min(NOTED_AT_MOST_EVERY, self._idle / 4):
            return
        task = asyncio.create_task(self._write_use(row.id, at))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_use(self, session_id: UUID, at: dt.datetime) -> None:
        older = at - min(NOTED_AT_MOST_EVERY, self._idle / 4)
        try:
            async with self._database.transaction() as connection:
                await repository.touch_session(connection, session_id, at, older)
        except (Unavailable, SQLAlchemyError) as error:
            _log.warning("The last use of a session was not noted.", error=type(error).__name__)


def session_of(caller: Caller) -> UUID:
    """Return the caller's session. Raises Forbidden for who sent a key: a key manages no person's sign-in."""
    if caller.session_id is None:
        raise Forbidden("This is for people who are signed in; an API key cannot do it.")
    return caller.session_id


def has_password(person: Any) -> bool:
    """Return whether this person, a row, can sign in with a password at all."""
    return bool(person.password_hash) and person.password_hash != UNUSABLE_PASSWORD


def _printable(browser: str) -> str:
    return "".join(filter(str.isprintable, browser))[:BROWSER_MAX]
