"""The businesses of a workspace: kept, found, changed, deleted, exported."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.errors import InUse, NotFound, QuotaExceeded
from vayro.settings import Settings
from vayro.sites.address import SiteAddresses
from vayro.sites.business import BusinessRecord, business_from_row
from vayro.sites.business_draft import BusinessDraft, BusinessEdit, complete
from vayro.sites.business_import import MAX_BUSINESSES, BusinessImport
from vayro.sites.business_repository import (
    BusinessFilter,
    BusinessPosition,
    CategoryCount,
    count_businesses,
    delete_business,
    find_business,
    has_site,
    insert_businesses,
    list_businesses,
    list_categories,
    lock_business,
    update_businesses,
    was_written_to,
)

EXPORT_PAGE = 1_000


class BusinessPage(NamedTuple):
    """Some businesses of a list; `next` is None on the last page."""

    businesses: list[BusinessRecord]
    next: BusinessPosition | None


class BusinessService:
    """What can be done with businesses. `bulk` brings many in at once."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Args: settings, which say where sites are; database."""
        self._database = database
        self._url_of = SiteAddresses(settings).url_of
        self.bulk = BusinessImport(database, self._url_of)

    async def create(self, caller: Caller, draft: BusinessDraft) -> BusinessRecord:
        """Keep a business. Raises ValidationFailed, and QuotaExceeded when there are 100,000."""
        now = dt.datetime.now(dt.UTC)
        row: dict[str, Any] = {"id": uuid7(), **draft.columns(), "created_at": now, "updated_at": now}
        async with self._database.transaction() as connection:
            if await count_businesses(connection, caller.workspace_id) >= MAX_BUSINESSES:
                raise QuotaExceeded(f"A workspace has {MAX_BUSINESSES:,} businesses at most; delete some first.")
            await insert_businesses(connection, [row | {"workspace_id": caller.workspace_id}])
            await audit.note(connection, caller, "business.create", row["id"])
        return BusinessRecord(**row, site=None)

    async def get(self, workspace_id: UUID, business_id: UUID) -> BusinessRecord:
        """Return a business. Raises NotFound."""
        async with self._database.read() as connection:
            row = await find_business(connection, workspace_id, business_id)
        if row is None:
            raise _unknown()
        return business_from_row(row, self._url_of)

    async def list_page(
        self, workspace_id: UUID, wanted: BusinessFilter, *, limit: int, after: BusinessPosition | None = None
    ) -> BusinessPage:
        """Return one page, newest first."""
        async with self._database.read() as connection:
            rows = await list_businesses(connection, workspace_id, wanted, limit=limit + 1, after=after)
        page = [business_from_row(row, self._url_of) for row in rows[:limit]]
        return BusinessPage(page, _place_of(page[-1]) if len(rows) > limit else None)

    async def list_categories(self, workspace_id: UUID) -> list[CategoryCount]:
        """Return the categories that are used, the most used first."""
        async with self._database.read() as connection:
            return await list_categories(connection, workspace_id)

    async def edit(self, caller: Caller, business_id: UUID, edit: BusinessEdit) -> BusinessRecord:
        """Change what is named. Raises NotFound and ValidationFailed."""
        changes = edit.changes()
        async with self._database.transaction() as connection:
            old = await lock_business(connection, caller.workspace_id, business_id)
            if old is None:
                raise _unknown()
            if changes:
                row = dict(old) | _completed(old, changes)
                await update_businesses(connection, [row | {"updated_at": dt.datetime.now(dt.UTC)}])
                await audit.note(connection, caller, "business.update", business_id, {"fields": sorted(changes)})
            new = await find_business(connection, caller.workspace_id, business_id)
        return business_from_row(new, self._url_of)

    async def delete(self, caller: Caller, business_id: UUID) -> None:
        """Delete a business. Raises NotFound, and InUse while it has a site or when it was written to."""
        async with self._database.transaction() as connection:
            if await lock_business(connection, caller.workspace_id, business_id) is None:
                raise _unknown()
            if await has_site(connection, business_id):
                raise _has_site()
            if await was_written_to(connection, business_id):
                raise InUse("A campaign has written to the business, and its report needs it.")
            try:
                await delete_business(connection, business_id)
            except IntegrityError:  # a site was made meanwhile
                raise _has_site() from None
            await audit.note(connection, caller, "business.delete", business_id)

    async def export_pages(
        self, workspace_id: UUID, wanted: BusinessFilter
    ) -> AsyncGenerator[list[BusinessRecord], None]:
        """Yield all businesses of a list, oldest first, 1,000 at a time. No transaction stays open between two."""
        after: BusinessPosition | None = None
        while True:
            # A cancelled read would throw its connection away: it ends by itself within milliseconds.
            page = await asyncio.shield(self._read_export(workspace_id, wanted, after))
            if page:
                yield page
            if len(page) < EXPORT_PAGE:
                return
            after = _place_of(page[-1])

    async def _read_export(
        self, workspace_id: UUID, wanted: BusinessFilter, after: BusinessPosition | None
    ) -> list[BusinessRecord]:
        async with self._database.replica_read("export") as connection:
            rows = await list_businesses(
                connection, workspace_id, wanted, limit=EXPORT_PAGE, after=after, is_oldest_first=True
            )
        return [business_from_row(row, self._url_of) for row in rows]


def _completed(old: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the changes; a new phone number is read with the country, and may tell a time zone that is not known."""
    if not changes.keys() & {"phone", "country"}:
        return changes
    new = complete({name: changes.get(name, old[name]) for name in ("phone", "country", "time_zone")})
    if "time_zone" in changes:
        new["time_zone"] = changes["time_zone"]
    return changes | new


def _place_of(business: BusinessRecord) -> BusinessPosition:
    return BusinessPosition(business.created_at, business.id)


def _unknown() -> NotFound:
    return NotFound("There is no such business.")


def _has_site() -> InUse:
    return InUse("The business has a site; delete that first.")
