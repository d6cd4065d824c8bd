"""Telling the owners of a workspace that its links were reported: a chore of the worker."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.mail import Mail, MailSender
from vayro.database.engine import Database
from vayro.database.models import link_reports, links, users, workspace_members
from vayro.settings import Settings

AT_ONCE = 100
# What could not be told within a day stays in the list of `vayro links reports`, and in the audit log.
TOLD_FOR = dt.timedelta(days=1)
_TOLD = {"told": True}


async def tell_owners(database: Database, sender: MailSender, settings: Settings) -> int:
    """Mail each owner about the reports that nobody told them of; return how many reports.

    Killed between the mail and the note that it was sent, it sends it again. Raises OSError, smtplib.SMTPException.
    """
    async with database.read() as connection:
        reports = await _find_untold(connection)
        owners = {report["id"]: await _find_owners(connection, report) for report in reports}
    for report in reports:
        for email in owners[report["id"]]:
            await sender.send(_write(email, report, settings))
        async with database.transaction() as connection:
            await connection.execute(
                update(link_reports).where(link_reports.c.id == report["id"]).values(details=_TOLD)
            )
    return len(reports)


async def _find_untold(connection: AsyncConnection) -> list[RowMapping]:
    told = link_reports.c
    columns = (told.id, told.workspace_id, told.reason, told.details, links.c.domain, links.c.short_code)
    query = (
        select(*columns, links.c.target_url)
        .join(links, links.c.id == told.link_id)
        .where(told.closed_at.is_(None), told.created_at > dt.datetime.now(dt.UTC) - TOLD_FOR)
        .order_by(told.created_at)
    )
    return [row for row in (await connection.execute(query)).mappings() if row["details"] != _TOLD][:AT_ONCE]


async def _find_owners(connection: AsyncConnection, report: RowMapping) -> Sequence[str]:
    query = (
        select(users.c.email)
        .join(workspace_members, workspace_members.c.user_id == users.c.id)
        .where(workspace_members.c.workspace_id == report["workspace_id"], workspace_members.c.role == "owner")
    )
    return (await connection.execute(query)).scalars().all()


def _write(email: str, report: RowMapping, settings: Settings) -> Mail:
    """Return the mail. What the stranger wrote is not in it: it would be a way to mail to anybody."""
    scheme = settings.short_url_base.partition("://")[0]
    base = f"{scheme}://{report['domain']}" if report["domain"] else settings.short_url_base
    text = (
        f"Somebody reported a link of your workspace for {report['reason']}:\n\n"
        f"    {base}/{report['short_code']}\n    leads to {report['target_url']}\n\n"
        "Please look whether the link still leads where you want it to. An administrator sees the report, too, and\n"
        "may take the link down.\n"
    )
    return Mail(email, "One of your links was reported", text)
