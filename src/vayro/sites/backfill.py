"""Links for completed sites that have none: what older systems left, and what the migration could not find."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from vayro.database.engine import Database
from vayro.database.models import businesses, sites
from vayro.errors import CodeTaken, RequestError
from vayro.links.draft import LinkDraft
from vayro.links.service import LinkService
from vayro.links.writer import MAX_TRIES
from vayro.settings import Settings
from vayro.sites import repository
from vayro.sites.address import SiteAddresses
from vayro.sites.site import COMPLETED, SITE_LINK
from vayro.sites.workflow import SiteOwner

AT_ONCE = 200


class Totals(NamedTuple):
    """How many completed sites there are, and how many have their link."""

    completed: int
    with_link: int

    @property
    def without_link(self) -> int:
        """How many lack it."""
        return self.completed - self.with_link


class Filled(NamedTuple):
    """What became of a site: its link now, or why it has none."""

    site_id: UUID
    short_url: str | None
    error: str | None


class SiteBackfill:
    """Makes what is missing, each site in a transaction of its own: it may be killed anywhere, and run again."""

    def __init__(self, settings: Settings, database: Database, links: LinkService) -> None:
        """Args: links, which make them."""
        self._database = database
        self._links = links
        self._addresses = SiteAddresses(settings)

    async def count(self) -> Totals:
        """Count them."""
        query = select(func.count(), func.count(sites.c.link_id)).where(sites.c.status == COMPLETED)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one()
        return Totals(row[0], row[1])

    async def fill(self) -> AsyncIterator[Filled]:
        """Make the missing links; yield each site as it is done. One that cannot have a link spoils no other."""
        after: UUID | None = None
        while rows := await self._read_some(after):
            for row in rows:
                yield await self._fill(row)
            after = rows[-1]["id"]

    async def _read_some(self, after: UUID | None) -> list[RowMapping]:
        query = select(sites, businesses.c.name).join(businesses, businesses.c.id == sites.c.business_id)
        query = query.where(sites.c.status == COMPLETED, sites.c.link_id.is_(None))
        if after is not None:
            query = query.where(sites.c.id > after)
        async with self._database.read() as connection:
            return list((await connection.execute(query.order_by(sites.c.id).limit(AT_ONCE))).mappings())

    async def _fill(self, row: RowMapping) -> Filled:
        try:
            for _ in range(MAX_TRIES):
                try:
                    return Filled(row["id"], await self._give_link(row), None)
                except CodeTaken:  # a generated code that somebody chose: the next one
                    continue
        except RequestError as error:
            return Filled(row["id"], None, error.detail)
        return Filled(row["id"], None, "No free short code was found.")

    async def _give_link(self, row: RowMapping) -> str | None:
        url = self._addresses.url_of(row["subdomain"], row["custom_domain"] if row["verified_at"] else None)
        about = {"site_id": str(row["id"]), "business_id": str(row["business_id"])}
        draft = LinkDraft(target_url=url, link_type=SITE_LINK, title=row["name"], metadata=about)
        owner = SiteOwner(row["workspace_id"], row["user_id"])
        prepared = await self._links.belonging.prepare(owner, draft)
        async with self._database.transaction() as connection:
            site = await repository.lock_site(connection, row["workspace_id"], row["id"])
            if site is None or site["link_id"] is not None:
                return None if site is None else str(site["short_url"])
            link, is_new = await self._links.belonging.put(connection, prepared)
            short_url = self._links.domains.short_url(link.domain, link.short_code)
            values: dict[str, Any] = {"link_id": link.id, "short_url": short_url}
            await repository.update_site(connection, row["id"], values)
        if is_new:
            await self._links.belonging.announce(link)
        return short_url
