"""Pages with the analytics of one link, which anybody may read who has the address. Off until somebody asks for it.

The address ends in `#` and a token of 256 random bits. What stands behind `#` is sent to no server, so no log and no
`Referer` holds it; the page sends it in a header. The database has its hash, by which it is found, and the token sealed
under the installation's key, so that who may can see the address again.
"""

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import audit, tokens
from vayro.accounts.records import Caller
from vayro.clicks.service import check_own
from vayro.database.dialect import insert_ignoring
from vayro.database.engine import Database
from vayro.database.models import link_shares, links
from vayro.errors import NotFound, VayroError
from vayro.settings import Settings

if TYPE_CHECKING:
    from vayro.accounts.vault import Vault

PAGE = "/shared"


@dataclass(frozen=True)
class Share:
    """A page that is there. `url` is None when the key that its token is sealed under is lost."""

    url: str | None
    created_at: dt.datetime


@dataclass(frozen=True)
class SharedLink:
    """The link that a page is about, and as much of it as the page tells."""

    id: UUID
    workspace_id: UUID
    domain: str
    short_code: str
    title: str | None


class ShareService:
    """Begins, ends and finds the pages."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: settings, for the page's address and the key; database."""
        self._settings = settings
        self._database = database
        self._opened: Vault | None = None

    async def find(self, workspace_id: UUID, link_id: UUID) -> Share | None:
        """Return the page of a link; None when there is none. Raises NotFound when the workspace has no such link."""
        async with self._database.read() as connection:
            await check_own(connection, workspace_id, link_id)
            row = await _find_row(connection, link_id)
        return await self._show(row) if row else None

    async def begin(self, caller: Caller, link_id: UUID) -> Share:
        """Return the page of a link, made if need be; the same one however many ask. Raises NotFound."""
        token = tokens.new_token()
        sealed = (await self._vault()).seal(token.encode(), _owner(link_id))
        async with self._database.transaction() as connection:
            await check_own(connection, caller.workspace_id, link_id)
            row = await _find_row(connection, link_id)
            if row and (await self._show(row)).url is None:
                await _end(connection, caller, link_id)
                row = None
            if row is None:
                values = {
                    "link_id": link_id,
                    "workspace_id": caller.workspace_id,
                    "token_hash": tokens.hash_token(token),
                    "sealed_token": sealed,
                    "created_at": dt.datetime.now(dt.UTC),
                }
                made = await connection.execute(insert_ignoring(link_shares, connection.dialect.name).values(values))
                if made.rowcount:
                    await audit.note(connection, caller, "share.begin", link_id)
                row = await _find_row(connection, link_id)
        if row is None:
            raise NotFound("The page was ended at this moment.")
        return await self._show(row)

    async def end(self, caller: Caller, link_id: UUID) -> None:
        """End the page of a link, if there is one: its address leads nowhere from now on. Raises NotFound."""
        async with self._database.transaction() as connection:
            await check_own(connection, caller.workspace_id, link_id)
            await _end(connection, caller, link_id)

    async def get_link(self, token: str) -> SharedLink:
        """Return the link whose page has this token.

        Raises NotFound for a token that is unknown or was ended, and when the link was deleted or taken down.
        """
        if tokens.is_plausible_token(token):
            shown = (links.c.id, links.c.workspace_id, links.c.domain, links.c.short_code, links.c.title)
            query = select(*shown).join(link_shares, link_shares.c.link_id == links.c.id)
            query = query.where(link_shares.c.token_hash == tokens.hash_token(token), links.c.disabled_reason.is_(None))
            async with self._database.read() as connection:  # not a replica: what was ended has ended
                row = (await connection.execute(query)).one_or_none()
            if row:
                return SharedLink(*row)
        raise NotFound("There is no such page, or not any more.")

    async def _show(self, row: Row[Any]) -> Share:
        vault = await self._vault()
        try:
            token = vault.unseal(row.sealed_token, _owner(row.link_id)).decode()
        except VayroError:  # the vault has logged it
            return Share(None, row.created_at)
        return Share(f"{self._settings.resolved_dashboard_url}{PAGE}#{token}", row.created_at)

    async def _vault(self) -> "Vault":
        if self._opened is None:
            from vayro.accounts.vault import open_vault  # noqa: PLC0415  # cryptography: 7 MB, for who shares a page

            self._opened = await asyncio.to_thread(open_vault, self._settings)
        return self._opened


def _owner(link_id: UUID) -> str:
    """Return what a token is sealed for: one that is copied to another link's row cannot be read."""
    return f"share {link_id}"


async def _find_row(connection: AsyncConnection, link_id: UUID) -> Row[Any] | None:
    query = select(link_shares).where(link_shares.c.link_id == link_id)
    return (await connection.execute(query)).one_or_none()


async def _end(connection: AsyncConnection, caller: Caller, link_id: UUID) -> None:
    ended = await connection.execute(delete(link_shares).where(link_shares.c.link_id == link_id))
    if ended.rowcount:
        await audit.note(connection, caller, "share.end", link_id)
