"""The rules of sites. A request only writes the row of what is to be generated; the jobs process does the rest."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.errors import NotFound, RequestError, SubdomainTaken, Unavailable, ValidationFailed
from vayro.links.service import LinkService
from vayro.settings import Settings
from vayro.sites import repository
from vayro.sites.address import SiteAddresses
from vayro.sites.editing import SiteEditing
from vayro.sites.generation import DESIGNS, choose_design
from vayro.sites.page_repository import is_served
from vayro.sites.progress import SiteFeed
from vayro.sites.repository import SiteFilter, SitePosition
from vayro.sites.site import FAILED, IN_FLIGHT, QUEUED, SiteRecord, site_from_row
from vayro.sites.subdomain import check_subdomain, list_candidates

MAX_BULK = 500


@dataclass(frozen=True, slots=True)
class SiteWish:
    """What a generation is to be like; None: as it was, or as fits."""

    generator: str | None = None
    design: str | None = None
    brief: str | None = None
    subdomain: str | None = None
    is_published: bool = True


@dataclass(frozen=True, slots=True)
class SitePage:
    """Some sites of a list; `next` is None on the last page."""

    sites: list[SiteRecord]
    next: SitePosition | None


class SiteService:
    """Asks for sites, shows them, changes them. Each method that changes something is one transaction."""

    def __init__(self, settings: Settings, database: Database, links: LinkService, feed: SiteFeed) -> None:
        """Args: links, which belong to sites; feed, of what is being generated."""
        self._database = database
        self._addresses = SiteAddresses(settings)
        self.feed = feed
        self.editing = SiteEditing(settings, database, links, self._addresses, self.get)

    async def serves(self, host: str) -> bool:
        """Return whether a published site is to be found under this host name."""
        key = self._addresses.find_key(host.lower().removesuffix("."))
        if key is None:
            return False
        async with self._database.read() as connection:
            return await is_served(connection, key)

    # ── asking for ──

    async def generate(self, caller: Caller, business_id: UUID, wish: SiteWish) -> SiteRecord:
        """Return the site of a business: asked for now, being generated, or there already, unchanged.

        One that failed is tried again. However many ask at once, the unique index gives one site. Raises NotFound,
        SubdomainTaken, ValidationFailed.
        """
        _check_design(wish.design)
        chosen = check_subdomain(wish.subdomain) if wish.subdomain else None
        async with self._database.transaction() as connection:
            found = await repository.find_site_of(connection, caller.workspace_id, business_id)
            if found is None:
                await self._insert(connection, caller, business_id, wish, chosen)
                found = await repository.find_site_of(connection, caller.workspace_id, business_id)
        if found is None:
            raise Unavailable("The site keeps changing.")
        if found["status"] == FAILED:
            return await self.regenerate(caller, found["id"], wish)
        return self._shown(found)

    async def generate_many(
        self, caller: Caller, business_ids: Sequence[UUID], wish: SiteWish
    ) -> list[SiteRecord | RequestError]:
        """As `generate`, for each of up to 500 businesses in order; one that cannot be spoils no other."""
        if len(business_ids) > MAX_BULK:
            sentence = f"There are {len(business_ids)} businesses; at most {MAX_BULK} are accepted."
            raise ValidationFailed(sentence, field="business_ids")
        _check_design(wish.design)
        outcomes: list[SiteRecord | RequestError] = []
        for business_id in business_ids:
            try:
                outcomes.append(await self.generate(caller, business_id, wish))
            except RequestError as error:
                outcomes.append(error)
        return outcomes

    async def regenerate(self, caller: Caller, site_id: UUID, wish: SiteWish) -> SiteRecord:
        """Have a site generated again; one that is being generated stays as it is. Its link stays in any case.

        Raises NotFound, ValidationFailed.
        """
        _check_design(wish.design)
        async with self._database.transaction() as connection:
            found = _required(await repository.lock_site(connection, caller.workspace_id, site_id))
            if found["status"] not in IN_FLIGHT:
                values = _asked_again(found, wish)
                await repository.update_site(connection, site_id, values)
                details = {"generator": values.get("generator", found["generator"])}
                await audit.note(connection, caller, "site.regenerate", site_id, details)
        return await self.get(caller.workspace_id, site_id)

    # ── finding ──

    async def get(self, workspace_id: UUID, site_id: UUID) -> SiteRecord:
        """Return the site. Raises NotFound, for another workspace's too."""
        async with self._database.read() as connection:
            return self._shown(_required(await repository.find_site(connection, workspace_id, site_id)))

    async def get_html(self, workspace_id: UUID, site_id: UUID) -> str:
        """Return the page that visitors get. Raises NotFound, for a site without a page, too."""
        async with self._database.read() as connection:
            found = _required(await repository.find_html(connection, workspace_id, site_id))
        if found["html"] is None:
            raise NotFound("The site has no page yet.")
        return str(found["html"])

    async def list_page(
        self, workspace_id: UUID, wanted: SiteFilter, *, limit: int = 50, after: SitePosition | None = None
    ) -> SitePage:
        """Return one page of a workspace's sites, newest first, without their contents."""
        async with self._database.read() as connection:
            rows = await repository.list_sites(connection, workspace_id, wanted, limit=limit + 1, after=after)
        page = [self._shown(row) for row in rows[:limit]]
        last = SitePosition(page[-1].created_at, page[-1].id) if len(rows) > limit else None
        return SitePage(page, last)

    async def list_without(self, workspace_id: UUID) -> list[UUID]:
        """Return the businesses of a workspace that have no site, oldest first."""
        async with self._database.read() as connection:
            return await repository.list_without_site(connection, workspace_id)

    # ── inside ──

    def _shown(self, row: RowMapping) -> SiteRecord:
        url = self._addresses.url_of(row["subdomain"], row["custom_domain"] if row["verified_at"] else None)
        return site_from_row(row, url)

    async def _insert(
        self, connection: AsyncConnection, caller: Caller, business_id: UUID, wish: SiteWish, chosen: str | None
    ) -> None:
        """Insert the row, or leave that to whoever did at the same moment. Raises NotFound, SubdomainTaken."""
        business = await repository.hold_business(connection, caller.workspace_id, business_id)
        if business is None:
            raise NotFound("There is no such business.")
        for subdomain in [chosen] if chosen else list_candidates(business["name"], business["locale"]):
            values = _new_row(caller, business, wish, subdomain)
            if await repository.insert_site(connection, values):
                details = {"business": str(business_id), "generator": values["generator"]}
                await audit.note(connection, caller, "site.generate", values["id"], details)
                return
            if await repository.find_site_of(connection, caller.workspace_id, business_id):
                return
        if chosen:
            raise SubdomainTaken(f"Another site has the subdomain {chosen}.", field="subdomain")


def _new_row(caller: Caller, business: RowMapping, wish: SiteWish, subdomain: str) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC)
    return {
        "id": uuid7(),
        "workspace_id": caller.workspace_id,
        "business_id": business["id"],
        "user_id": caller.user_id,
        "subdomain": subdomain,
        "generator": wish.generator or "template",
        "design": wish.design or choose_design(business["category"]),
        "brief": wish.brief,
        **_waiting(),
        "generations": 1,
        "is_published": wish.is_published,
        "cost_micros": 0,
        "created_at": now,
        "updated_at": now,
    }


def _waiting() -> dict[str, Any]:
    return {"status": QUEUED, "step": "waiting", "generation_id": uuid7(), "error": None, "note": None}


def _asked_again(found: RowMapping, wish: SiteWish) -> Mapping[str, Any]:
    wanted = {"generator": wish.generator, "design": wish.design, "brief": wish.brief}
    return {
        **{name: value for name, value in wanted.items() if value is not None},
        **_waiting(),
        "generations": found["generations"] + 1,
        "updated_at": dt.datetime.now(dt.UTC),
    }


def _check_design(design: str | None) -> None:
    if design is not None and design not in DESIGNS:
        raise ValidationFailed(f"The designs are {', '.join(DESIGNS)}.", field="design")


def _required(row: RowMapping | None) -> RowMapping:
    if row is None:
        raise NotFound("There is no such site.")
    return row
