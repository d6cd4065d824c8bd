"""Signing in: a password, and a code where there is a second factor."""

import asyncio
import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import access_repository as repository
from vayro.accounts import audit, credentials, letters, tokens
from vayro.accounts.email import normalise_email
from vayro.accounts.mail import Outbox
from vayro.accounts.second_factor import SecondFactors
from vayro.accounts.sessions import Opened, Sessions
from vayro.database.engine import Database
from vayro.errors import RateLimited, Unauthenticated, ValidationFailed
from vayro.observability import Metrics
from vayro.settings import Settings

CODES_MAX = 10
CODES_WITHIN = dt.timedelta(hours=1)
"""Wrong codes of one account: 240 a day, of 3 in a million that fit, find one in four years on average."""

WARN_AT = 5
_WRONG = "The e-mail address or the password is wrong."
_WARNING = "Somebody who knows your password sent five wrong codes of the second factor."


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The password was right, and a code is asked for: `token` says in the second step which password that was."""

    token: str

    def __repr__(self) -> str:
        """Show no more than may be logged."""
        return "SecondStep()"


class SignIn:
    """Turns proofs of who somebody is into sessions."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        sessions: Sessions,
        outbox: Outbox,
        *,
        factors: SecondFactors,
        metrics: Metrics,
        clock: tokens.Clock = tokens.now,
    ) -> None:
        """Args: outbox, for warnings, and for what is noted beside the answer; metrics, where outcomes are counted."""
        self._database = database
        self._base = settings.resolved_dashboard_url
        self._sessions = sessions
        self._factors = factors
        self._outbox = outbox
        self._count = metrics.sign_ins.labels
        self._clock = clock

    async def with_password(self, email: str, password: str, browser: str) -> Opened | SecondStep:
        """Return a session, or what the second step needs.

        Raises Unauthenticated, with the same words and after the same work whether there is such an account or not.
        """
        async with self._database.read() as connection:
            person = await repository.find_person(connection, _normal(email))
        hashed = person.password_hash if person else None
        is_right = await asyncio.to_thread(credentials.is_password, password, hashed)
        if person is None or not is_right or person.disabled_at:
            self._refuse(person, "password")
            raise Unauthenticated(_WRONG)
        if person.second_factor_at:
            return await self._ask_for_code(person)
        async with self._database.transaction() as connection:
            opened = await self._sessions.open(connection, person, browser, by="password")
        self._count("success").inc()
        return opened

    async def with_code(self, token: str, code: str, browser: str) -> Opened:
        """Return a session. Raises Unauthenticated for a wrong code or an old token, RateLimited after ten codes."""
        async with self._database.transaction() as connection:
            step = await tokens.look_at(connection, "second_factor", token, self._clock())
            if step is None or step.user_id is None:
                raise Unauthenticated("This sign-in has expired: begin again with the password.")
            person = await repository.get_person(connection, step.user_id)
            opened = await self._check_code(connection, person, token, code, browser)
        if opened is None:
            self._refuse(person, "code")
            raise Unauthenticated("The code is wrong.")
        self._count("success").inc()
        return opened

    async def _ask_for_code(self, person: Any) -> SecondStep:
        async with self._database.transaction() as connection:
            await self._check_budget(connection, person)
            token = await tokens.issue(connection, "second_factor", self._clock(), user_id=person.id)
        return SecondStep(token)

    async def _check_code(
        self, connection: AsyncConnection, person: Any, token: str, code: str, browser: str
    ) -> Opened | None:
        """Use the code up; None when it is wrong, which is then counted. Attempts of one account come in turn."""
        is_right = await self._factors.accept(connection, person, code)
        wrong = await self._check_budget(connection, person)
        if is_right and not person.disabled_at and await tokens.use(connection, "second_factor", token, self._clock()):
            return await self._sessions.open(connection, person, browser, by="password and code")
        await self._note_wrong_code(connection, token)
        if wrong + 1 == WARN_AT:
            self._outbox.post(letters.security_changed(self._base, person.email, _WARNING))
        return None

    async def _check_budget(self, connection: AsyncConnection, person: Any) -> int:
        """Return how many codes were wrong of late. Raises RateLimited when they were too many."""
        since = self._clock() - CODES_WITHIN
        held = await repository.find_payloads(connection, person.id, "second_factor", since)
        wrong = sum(int(payload.get("wrong", 0)) for payload in held)
        if wrong >= CODES_MAX:
            seconds = int(CODES_WITHIN.total_seconds())
            raise RateLimited("Too many wrong codes: wait an hour.", retry_after_seconds=seconds)
        return wrong

    async def _note_wrong_code(self, connection: AsyncConnection, token: str) -> None:
        step = await tokens.look_at(connection, "second_factor", token, self._clock())
        payload = {"wrong": int(step.payload.get("wrong", 0)) + 1} if step else {}
        await repository.update_payload(connection, tokens.hash_token(token), payload)

    def _refuse(self, person: Any, factor: str) -> None:
        """Count a refusal; for an account that exists note it, too, beside the answer, whose time must not tell."""
        self._count("refused").inc()
        if person is not None:
            self._outbox.start(lambda: self._note_refusal(person, factor))

    async def _note_refusal(self, person: Any, factor: str) -> None:
        async with self._database.transaction() as connection:
            home = await repository.find_home(connection, person.id)
            workspace_id = home.id if home else None
            details = {"wrong": factor}
            await audit.note(connection, None, "session.refuse", person.id, details, workspace_id=workspace_id)


def account_budget_key(email: str) -> str:
    """Return what tries to sign in to an account are counted under: it tells neither the address nor whether it exists.

    Every spelling of an address that sign-in takes for the same gives the same key.
    """
    return hashlib.blake2b(_normal(email).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _normal(email: str) -> str:
    """Return the address as it is stored; nothing, which nobody has, for what is none."""
    try:
        return normalise_email(email)
    except ValidationFailed:
        return ""
