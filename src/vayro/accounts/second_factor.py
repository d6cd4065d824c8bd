"""The second factor: switched on, asked for, switched off; and the codes for who lost it."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import access_repository, audit, factor_repository, letters, tokens, totp
from vayro.accounts.credentials import generate_password
from vayro.accounts.mail import Outbox
from vayro.accounts.proof import prove, renew_others
from vayro.accounts.records import Caller
from vayro.accounts.sessions import Opened, Sessions, session_of
from vayro.database.engine import Database
from vayro.errors import Forbidden, ValidationFailed
from vayro.settings import Settings

if TYPE_CHECKING:
    from vayro.accounts.vault import Vault

RECOVERY_CODES = 10
_SWITCHED_ON = "The second factor of your account was switched on."
_SWITCHED_OFF = "The second factor of your account was switched off."
_USED = "A recovery code was used to sign in to your account: {left} are left."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app is told: by typing the secret, or by a QR code of the address."""

    secret: str
    address: str

    def __repr__(self) -> str:
        """Show nothing: both are the secret."""
        return "Enrolment()"


@dataclass(frozen=True, slots=True)
class FactorState:
    """Whether a user has a second factor, since when, and how many recovery codes are left."""

    is_on: bool
    since: dt.datetime | None
    recovery_codes_left: int


class SecondFactors:
    """TOTP (RFC 6238) and recovery codes. No code is accepted twice."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        sessions: Sessions,
        outbox: Outbox,
        clock: tokens.Clock = tokens.now,
    ) -> None:
        """Args: sessions, whose tokens change with the factor; outbox, for the mails that tell of it."""
        self._database = database
        self._settings = settings
        self._sessions = sessions
        self._outbox = outbox
        self._clock = clock
        self._opened: Vault | None = None

    async def read(self, caller: Caller) -> FactorState:
        """Return the state of the caller's second factor."""
        async with self._database.read() as connection:
            row = await factor_repository.find_second_factor(connection, caller.user_id)
            left = await factor_repository.count_recovery_codes(connection, caller.user_id)
        since = row.confirmed_at if row else None
        return FactorState(since is not None, since, left)

    async def begin(self, caller: Caller, password: str) -> Enrolment:
        """Make a secret, to be confirmed by a code of it. Raises Forbidden when there is a factor already."""
        person = await prove(self._database, caller, password, "password", self._clock)
        secret = totp.new_secret()
        sealed = (await self._vault()).seal(secret, str(caller.user_id))
        async with self._database.transaction() as connection:
            row = await factor_repository.find_second_factor(connection, caller.user_id, lock=True)
            if row and row.confirmed_at:
                raise Forbidden("There is a second factor already: switch it off first.")
            await factor_repository.replace_second_factor(connection, caller.user_id, sealed, self._clock())
        return Enrolment(totp.show_secret(secret), totp.describe(secret, person.email))

    async def confirm(self, caller: Caller, code: str) -> tuple[list[str], Opened]:
        """Switch the factor on, end all other sessions, renew this one; return recovery codes, shown this once."""
        session_of(caller)
        vault = await self._vault()
        async with self._database.transaction() as connection:
            row = await factor_repository.find_second_factor(connection, caller.user_id, lock=True)
            if row is None or row.confirmed_at:
                raise Forbidden("There is no second factor to be confirmed: begin with its secret.")
            if not await self._is_code(connection, caller.user_id, row, code, vault):
                raise ValidationFailed("The code is wrong.", field="code")
            await factor_repository.confirm_second_factor(connection, caller.user_id, self._clock())
            codes = await self._store_codes(connection, caller.user_id)
            await renew_others(connection, caller)
            await audit.note(connection, caller, "second_factor.on", caller.user_id)
            opened = await self._sessions.rotate(connection, caller)
            person = await access_repository.get_person(connection, caller.user_id)
        self._tell(person.email, _SWITCHED_ON)
        return codes, opened

    async def switch_off(self, caller: Caller, password: str) -> Opened:
        """Forget the factor and its recovery codes, end all other sessions, renew this one."""
        person = await prove(self._database, caller, password, "password", self._clock)
        async with self._database.transaction() as connection:
            await factor_repository.delete_second_factor(connection, caller.user_id)
            await renew_others(connection, caller)
            await audit.note(connection, caller, "second_factor.off", caller.user_id)
            opened = await self._sessions.rotate(connection, caller)
        if person.second_factor_at:
            self._tell(person.email, _SWITCHED_OFF)
        return opened

    async def renew_codes(self, caller: Caller, password: str) -> list[str]:
        """Return new recovery codes, shown this once; those before are void. Raises Forbidden without a factor."""
        person = await prove(self._database, caller, password, "password", self._clock)
        if not person.second_factor_at:
            raise Forbidden("There is no second factor.")
        async with self._database.transaction() as connection:
            await audit.note(connection, caller, "second_factor.renew_codes", caller.user_id)
            return await self._store_codes(connection, caller.user_id)

    async def accept(self, connection: AsyncConnection, person: Any, code: str) -> bool:
        """Use up a code of the app, or a recovery code; False when it is neither. Locks the user's factor."""
        vault = await self._vault()
        row = await factor_repository.find_second_factor(connection, person.id, lock=True)
        if row is None or not row.confirmed_at:
            return False
        if await self._is_code(connection, person.id, row, code, vault):
            return True
        is_recovery = await factor_repository.use_recovery_code(
            connection, person.id, tokens.hash_token(_plain(code)), self._clock()
        )
        if is_recovery:
            left = await factor_repository.count_recovery_codes(connection, person.id)
            self._tell(person.email, _USED.format(left=left))
        return is_recovery

    async def _is_code(self, connection: AsyncConnection, user_id: UUID, row: Any, code: str, vault: "Vault") -> bool:
        secret = vault.unseal(bytes(row.secret), str(user_id))
        step = totp.find_step(secret, code.replace(" ", ""), self._clock())
        return step is not None and await factor_repository.take_step(connection, user_id, step)

    async def _store_codes(self, connection: AsyncConnection, user_id: UUID) -> list[str]:
        """Make codes of 119 random bits, so that a plain hash of them is enough (ASVS 6.5.2)."""
        codes = [generate_password() for _ in range(RECOVERY_CODES)]
        hashes = [tokens.hash_token(_plain(code)) for code in codes]
        await factor_repository.insert_recovery_codes(connection, user_id, hashes, self._clock())
        return codes

    async def _vault(self) -> "Vault":
        if self._opened is None:
            from vayro.accounts.vault import open_vault  # noqa: PLC0415  # cryptography: 7 MB, for who has a factor

            self._opened = await asyncio.to_thread(open_vault, self._settings)
        return self._opened

    def _tell(self, email: str, what: str) -> None:
        self._outbox.post(letters.security_changed(self._settings.resolved_dashboard_url, email, what))


def _plain(code: str) -> str:
    """Return a recovery code as it is hashed, however it was typed."""
    return "".join(filter(str.isalnum, code.lower()))
