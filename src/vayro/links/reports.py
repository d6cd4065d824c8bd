"""Reports of the public: somebody thinks that a link does harm."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit
from vayro.database.engine import Database
from vayro.database.models import link_reports, links
from vayro.errors import NotFound

REPORT_REASONS = ("phishing", "malware", "spam", "illegal", "other")
TEXT_MAX = 2_000
# What more of them say is known by then; whoever reports for fun fills no table.
MAX_OPEN = 20


@dataclass(frozen=True, slots=True)
class LinkReport:
    """A report, with the link as it is now. `text` is what a stranger wrote: escape it where it is shown."""

    id: UUID
    link_id: UUID
    workspace_id: UUID
    domain: str
    short_code: str
    target_url: str
    reason: str
    text: str
    created_at: dt.datetime
    closed_at: dt.datetime | None


class ReportDesk:
    """Takes reports in, and shows them to administrators. Nothing of who reported is kept."""

    def __init__(self, database: Database) -> None:
        """Args: database, the primary."""
        self._database = database

    async def take(self, link_id: UUID, reason: str, text: str) -> bool:
        """Keep a report and note it in the audit log; False when the link has enough of them, or is gone.

        Raises Unavailable.
        """
        async with self._database.transaction() as connection:
            link = (await connection.execute(select(links).where(links.c.id == link_id))).one_or_none()
            if link is None or await count_open_reports(connection, link_id) >= MAX_OPEN:
                return False
            report = {
                "id": uuid7(),
                "link_id": link_id,
                "workspace_id": link.workspace_id,
                "reason": reason,
                "text": text[:TEXT_MAX],
                "details": {},
                "created_at": dt.datetime.now(dt.UTC),
            }
            await connection.execute(insert(link_reports).values(report))
            about = {"reason": reason, "short_code": link.short_code}
            await audit.note(connection, None, "link.report", link_id, about, workspace_id=link.workspace_id)
        return True

    async def list_reports(self, *, is_open: bool = True, limit: int = 200) -> Sequence[LinkReport]:
        """Return reports about links that are still there, newest first."""
        told = link_reports.c
        columns = (told.id, told.link_id, told.workspace_id, links.c.domain, links.c.short_code, links.c.target_url)
        query = select(*columns, told.reason, told.text, told.created_at, told.closed_at).join(
            links, links.c.id == told.link_id
        )
        if is_open:
            query = query.where(told.closed_at.is_(None))
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(told.created_at.desc(), told.id.desc()).limit(limit))
            return [LinkReport(**row) for row in rows.mappings()]

    async def close(self, link_id: UUID) -> int:
        """Close the open reports about a link; return how many. Raises NotFound when there is none."""
        is_meant = (link_reports.c.link_id == link_id) & link_reports.c.closed_at.is_(None)
        async with self._database.transaction() as connection:
            statement = update(link_reports).where(is_meant).values(closed_at=dt.datetime.now(dt.UTC))
            closed = (await connection.execute(statement)).rowcount
        if not closed:
            raise NotFound("There is no open report about this link.")
        return int(closed)


async def count_open_reports(connection: AsyncConnection, link_id: UUID) -> int:
    """Return how many open reports there are about a link."""
    is_meant = (link_reports.c.link_id == link_id) & link_reports.c.closed_at.is_(None)
    return int(await connection.scalar(select(func.count()).select_from(link_reports).where(is_meant)) or 0)
