"""All ways to get in, on a test's database: with a clock that the test moves, and mails that it reads."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from vayro.accounts import totp
from vayro.accounts.access import Access, build_access
from vayro.accounts.mail import Mail, Outbox
from vayro.accounts.quotas import Quotas
from vayro.accounts.records import Caller
from vayro.accounts.service import AccountService
from vayro.accounts.sessions import Opened
from vayro.accounts.sign_in import SecondStep
from vayro.database.engine import Database
from vayro.database.models import audit_log
from vayro.observability import get_metrics
from vayro.settings import Settings

PASSWORD = "correct horse battery"
EMAIL = "ada@example.com"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at

    def advance(self, **time: float) -> None:
        self.at += dt.timedelta(**time)


@dataclass
class Letterbox:
    """Keeps mails instead of sending them."""

    mails: list[Mail] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    def token(self) -> str:
        """The token in the last mail's link."""
        return token_in(self.mails[-1].text)


@dataclass
class Ways:
    """What a test needs to get in."""

    access: Access
    outbox: Outbox
    letters: Letterbox
    clock: Clock
    database: Database

    async def settle(self) -> None:
        """Return once nothing goes on beside the requests."""
        while self.outbox._tasks or self.access.sessions._tasks:
            await asyncio.gather(*self.outbox._tasks, *self.access.sessions._tasks)

    async def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> Opened:
        opened = await self.access.sign_in.with_password(email, password, "a test")
        assert isinstance(opened, Opened)
        return opened

    async def begin(self, email: str = EMAIL, password: str = PASSWORD) -> SecondStep:
        """The first step of who has a second factor."""
        step = await self.access.sign_in.with_password(email, password, "a test")
        assert isinstance(step, SecondStep)
        return step

    async def caller(self, opened: Opened) -> Caller:
        return await self.access.sessions.find_caller(opened.token)

    async def switch_factor_on(self, caller: Caller) -> tuple[bytes, list[str], Opened]:
        """The secret, recovery codes, and the session with its new token; the code of this moment is used up."""
        secret = secret_of((await self.access.second_factors.begin(caller, PASSWORD)).secret)
        codes, opened = await self.access.second_factors.confirm(caller, self.code(secret))
        return secret, codes, opened

    def code(self, secret: bytes) -> str:
        return totp.code_of(secret, totp.step_of(self.clock()))

    async def audited(self) -> list[str]:
        async with self.database.read() as connection:
            return list(await connection.scalars(select(audit_log.c.action).order_by(audit_log.c.id)))


def token_in(text: str) -> str:
    return text.partition("#")[2].split()[0]


def secret_of(shown: str) -> bytes:
    import base64

    return base64.b32decode(shown + "=" * (-len(shown) % 8))


@asynccontextmanager
async def open_ways(settings: Settings, database: Database) -> AsyncIterator[Ways]:
    clock, letters = Clock(), Letterbox()
    outbox = Outbox(letters)
    access = build_access(settings, database, outbox, Quotas(settings.plan_table), get_metrics(), clock=clock)
    yield Ways(access, outbox, letters, clock, database)
    await outbox.close()
    await access.close()


async def make_ada(database: Database, **over: Any) -> Any:
    service = AccountService(database)
    user = await service.create_user(over.get("email", EMAIL), over.get("password", PASSWORD))
    await service.close()
    return user
