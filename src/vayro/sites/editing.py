"""Changing and deleting sites. What moves a site moves its link, in the same transaction."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.database.dialect import is_violation_of
from vayro.database.engine import Database
from vayro.database.models import sites
from vayro.errors import NotFound, SiteBusy, SubdomainTaken, Unavailable, ValidationFailed
from vayro.links.domain_proof import DnsProof, proof_token
from vayro.links.record import LinkRecord
from vayro.links.registration import parse_domain_name
from vayro.links.service import LinkService
from vayro.settings import Settings
from vayro.sites import repository
from vayro.sites.address import SiteAddresses
from vayro.sites.content import Facts, SiteContent, SiteRefused
from vayro.sites.generation import DESIGNS, check_page, lay_out
from vayro.sites.site import IN_FLIGHT, SiteRecord
from vayro.sites.subdomain import check_subdomain
from vayro.sites.workflow import etag_of

_TRIES = 5
Find = Callable[[UUID, UUID], Awaitable[SiteRecord]]


class SiteEditing:
    """Each method is one transaction; engines hear of the link after its commit."""

    def __init__(
        self, settings: Settings, database: Database, links: LinkService, addresses: SiteAddresses, find: Find
    ) -> None:
        """Args: find, which returns a site as it is shown."""
        self._database = database
        self._links = links
        self._addresses = addresses
        self._find = find
        self.proof = DnsProof(settings.domain_resolver)

    async def edit(self, caller: Caller, site_id: UUID, changes: Mapping[str, Any]) -> SiteRecord:
        """Change what is named: subdomain, custom_domain, is_published, content (SiteContent), design.

        Raises NotFound, SubdomainTaken, SiteBusy, CanonicalTaken, ValidationFailed.
        """
        before = await self._read(caller.workspace_id, site_id)
        values = {name: changes[name] for name in ("is_published",) if name in changes}
        if "subdomain" in changes:
            values["subdomain"] = check_subdomain(changes["subdomain"])
        if "custom_domain" in changes:
            values |= await self._claim(caller.workspace_id, before, changes["custom_domain"])
        if "content" in changes or "design" in changes:
            values |= await self._lay_out_again(before, changes)
        if values:
            await self._write(caller, caller.workspace_id, site_id, values, fields=sorted(changes))
        return await self._find(caller.workspace_id, site_id)

    async def render(self, workspace_id: UUID, site_id: UUID, changes: Mapping[str, Any]) -> str:
        """Return the page as these changes would make it; nothing is written. Raises NotFound, ValidationFailed."""
        laid = await self._lay_out_again(await self._read(workspace_id, site_id), changes)
        if "html" not in laid:
            raise NotFound("The site has no content yet.")
        return str(laid["html"])

    async def verify(self, caller: Caller, site_id: UUID) -> SiteRecord:
        """Look for the proof of the custom domain; from then on the site is there. Raises ValidationFailed."""
        site = await self._read(caller.workspace_id, site_id)
        domain, token = site["custom_domain"], site["verification_token"]
        if not domain or not token:
            raise ValidationFailed("The site has no custom domain.", field="custom_domain")
        if not await self.proof.is_there(domain, token):
            raise ValidationFailed(f"The DNS has no proof for {domain} yet.", field="custom_domain")
        now = dt.datetime.now(dt.UTC)
        await self.note_proof(site, {"verified_at": site["verified_at"] or now, "checked_at": now}, by=caller)
        return await self._find(caller.workspace_id, site_id)

    async def note_proof(self, site: RowMapping, values: Mapping[str, Any], *, by: Caller | None = None) -> None:
        """Write what was found of a custom domain, unless the site has another meanwhile; the link follows."""
        still = {"custom_domain": site["custom_domain"]}
        await self._write(by, site["workspace_id"], site["id"], values, fields=["custom_domain"], still=still)

    async def delete(self, caller: Caller, site_id: UUID) -> None:
        """Delete the site and deactivate its link, whose clicks stay. Raises NotFound."""
        async with self._database.transaction() as connection:
            site = _required(await repository.lock_site(connection, caller.workspace_id, site_id))
            await repository.delete_site(connection, site_id)
            link = await self._change_link(connection, caller, site, {"is_active": False})
            await audit.note(connection, caller, "site.delete", site_id, {"subdomain": site["subdomain"]})
        if link is not None:
            await self._links.belonging.republish(link)

    # ── inside ──

    async def _read(self, workspace_id: UUID, site_id: UUID) -> RowMapping:
        async with self._database.read() as connection:
            return _required(await repository.find_for_layout(connection, workspace_id, site_id))

    async def _claim(self, workspace_id: UUID, site: RowMapping, name: str | None) -> dict[str, Any]:
        """Return the columns of a claimed domain, not proved yet; of none for None. Raises ValidationFailed."""
        if name is None:
            return {"custom_domain": None, "verification_token": None, "verified_at": None, "checked_at": None}
        try:
            domain = parse_domain_name(name)
        except ValidationFailed as error:
            error.field = "custom_domain"
            raise
        if domain == site["custom_domain"]:
            return {}
        if self._addresses.is_own(domain) or await self._links.domains.serves(domain):
            raise ValidationFailed(f"{domain} is an address of this service itself.", field="custom_domain")
        token = proof_token(workspace_id, domain)
        return {"custom_domain": domain, "verification_token": token, "verified_at": None, "checked_at": None}

    async def _lay_out_again(self, site: RowMapping, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns of the page in new words or a new design. Raises ValidationFailed."""
        design = changes.get("design") or site["design"]
        if design not in DESIGNS:
            raise ValidationFailed(f"The designs are {', '.join(DESIGNS)}.", field="design")
        content: SiteContent | None = changes.get("content")
        if content is None and site["content"] is None:
            return {"design": design}
        content = content or SiteContent.model_validate(site["content"])
        facts = msgspec.convert({name: site[name] for name in Facts.__struct_fields__}, Facts)
        try:
            html = await asyncio.to_thread(lay_out, design, facts, content)
            await asyncio.to_thread(check_page, html)
        except SiteRefused as error:
            raise ValidationFailed(str(error), field="content") from None
        return {"design": design, "content": content.model_dump(mode="json"), "html": html, "etag": etag_of(html)}

    async def _write(
        self,
        by: Caller | None,
        workspace_id: UUID,
        site_id: UUID,
        values: Mapping[str, Any],
        *,
        fields: list[str],
        still: Mapping[str, Any] | None = None,
    ) -> None:
        """Write columns, and have the link follow the address. Args: still, what must not have changed meanwhile."""
        for _ in range(_TRIES):
            before = await self._read(workspace_id, site_id)
            url = self._url({**before, **values})
            target = await self._links.belonging.check_target(url)
            async with self._database.transaction() as connection:
                site = _required(await repository.lock_site(connection, workspace_id, site_id))
                if self._url({**site, **values}) != url or any(
                    site[name] != one for name, one in (still or {}).items()
                ):
                    continue
                if site["status"] in IN_FLIGHT and {"html", "design"} & values.keys():
                    raise SiteBusy("The site is being generated: change it when that is done.")
                await _update(connection, site_id, values)
                is_moved = self._url({**site}) != url
                link = await self._change_link(connection, by, site, {"target_url": target}) if is_moved else None
                await audit.note(connection, by, "site.update", site_id, {"fields": fields}, workspace_id=workspace_id)
            if link is not None:
                await self._links.belonging.republish(link)
            return
        raise Unavailable("The site keeps changing.")

    async def _change_link(
        self, connection: AsyncConnection, by: Caller | None, site: RowMapping, changes: Mapping[str, Any]
    ) -> LinkRecord | None:
        if site["link_id"] is None:
            return None
        try:
            return await self._links.belonging.change(connection, site["workspace_id"], site["link_id"], changes, by=by)
        except NotFound:  # erased by hand: the site goes on without it
            return None

    def _url(self, site: Mapping[str, Any]) -> str:
        return self._addresses.url_of(site["subdomain"], site["custom_domain"] if site["verified_at"] else None)


async def _update(connection: AsyncConnection, site_id: UUID, values: Mapping[str, Any]) -> None:
    if values.get("custom_domain"):
        await repository.drop_unproved_claims(connection, values["custom_domain"], but=site_id)
    try:
        await repository.update_site(connection, site_id, {**values, "updated_at": dt.datetime.now(dt.UTC)})
    except IntegrityError as error:
        if is_violation_of(error, sites, "subdomain"):
            raise SubdomainTaken(f"Another site has the subdomain {values['subdomain']}.", field="subdomain") from None
        if is_violation_of(error, sites, "custom_domain"):
            raise ValidationFailed("Another site has this domain.", field="custom_domain") from None
        raise


def _required(row: RowMapping | None) -> RowMapping:
    if row is None:
        raise NotFound("There is no such site.")
    return row
