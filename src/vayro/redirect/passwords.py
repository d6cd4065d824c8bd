"""Links with a password: who knows it is let through.

The hash is never in Redis: it is read from the database when somebody tries, and remembered by this process for the
link's version. A right password costs 25 ms of argon2id, so one is checked at a time, few wait, and tries are counted
before they are checked: what is guessed at once is counted at once.
"""

import asyncio
from collections import OrderedDict
from uuid import UUID

from sqlalchemy import select

from vayro.cache.snapshot import LinkSnapshot
from vayro.database.engine import Database
from vayro.database.models import links
from vayro.errors import Unavailable
from vayro.limits.limiter import Limiter, address_key
from vayro.links.password import PASSWORD_MAX, is_password

FIELD = "password"
# A password of 128 characters, each of four bytes, each byte written as %XX; and the name.
MAX_FORM_BYTES = PASSWORD_MAX * 12 + 256
MAX_WAITING = 32
MAX_REMEMBERED = 1_000


class PasswordGate:
    """Checks passwords of links."""

    def __init__(self, database: Database, limiter: Limiter) -> None:
        """Args: limiter, which keeps the budgets of each link and of each address."""
        self._database = database
        self._limiter = limiter
        self._one_at_a_time = asyncio.Semaphore(1)
        self._waiting = 0
        self._hashes: OrderedDict[tuple[str, int], str | None] = OrderedDict()

    async def opens(self, snapshot: LinkSnapshot, address: str, password: str) -> bool:
        """Return whether this is the password. Raises RateLimited, and Unavailable when it cannot be known.

        What was spent on a right password is given back: many may follow a link that many know the password of.
        """
        link, visitor = snapshot.link_id, address_key(address)
        spent = [("link_password_address", visitor, 1), ("link_password", link, 1)]
        await self._limiter.spend_all(spent)
        password_hash = await self._find_hash(snapshot)
        is_right = password_hash is None or await self._verify(password, password_hash)
        if is_right:
            await self._limiter.give_back(spent)
        return is_right

    async def _verify(self, password: str, password_hash: str) -> bool:
        if self._waiting >= MAX_WAITING:
            raise Unavailable("Too many passwords wait to be checked.")
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                return await asyncio.to_thread(is_password, password, password_hash)
        finally:
            self._waiting -= 1

    async def _find_hash(self, snapshot: LinkSnapshot) -> str | None:
        """Return the hash; None when the link lost its password since the snapshot was made."""
        place = snapshot.link_id, snapshot.version
        if place not in self._hashes:
            query = select(links.c.password_hash).where(links.c.id == UUID(snapshot.link_id))
            async with self._database.read() as connection:
                row = (await connection.execute(query)).first()
            if row is None:
                raise Unavailable("The link has just been deleted.")
            self._hashes[place] = row.password_hash
            if len(self._hashes) > MAX_REMEMBERED:
                self._hashes.popitem(last=False)
        return self._hashes[place]
