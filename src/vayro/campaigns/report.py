"""What came of messages: how many went, what they cost, who clicked since, and what it was worth."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import exists, select

from vayro.campaigns import report_repository as repository
from vayro.campaigns.report_repository import Scope
from vayro.clicks.event_list import neutralise, write_rows
from vayro.database.engine import Database
from vayro.database.models import businesses, campaigns
from vayro.errors import NotFound

MAX_SHOWN = 200
# As one file; a report of a campaign has 10,000 at most.
MAX_EXPORTED = 50_000


class BusinessReport(msgspec.Struct, frozen=True):
    """One business. `is_won`: a deal value is entered."""

    business_id: UUID
    name: str | None
    sent: int
    delivered: int
    failed: int
    unknown: int
    opted_out: int
    cost_micros: int
    clicks: int
    visitors: int
    first_sent_at: dt.datetime | None
    short_url: str | None
    deal_value_micros: int | None
    is_won: bool


class Report(msgspec.Struct, frozen=True):
    """The sums, and a page of businesses. `sent`: all that a provider took, whatever became of it.

    Costs per click are null without clicks, a return without a cost or without any deal.
    """

    currency: str
    sent: int
    delivered: int
    failed: int
    unknown: int
    opted_out: int
    cost_micros: int
    clicks: int
    visitors: int
    cost_per_click_micros: int | None
    deal_value_micros: int | None
    return_on_investment: float | None
    businesses: list[BusinessReport]
    next_cursor: str | None = None


class ReportPosition(NamedTuple):
    """The last business of a page: its clicks, and which it is."""

    clicks: int
    business_id: UUID


class Reports:
    """Reports of campaigns, of businesses, and of all. A replica may answer, which can be a little behind."""

    def __init__(self, database: Database, currency: str) -> None:
        """Args: currency, of all amounts."""
        self._database = database
        self._currency = currency

    async def read(
        self, scope: Scope, limit: int = MAX_SHOWN, after: ReportPosition | None = None
    ) -> tuple[Report, ReportPosition | None]:
        """Return the report, and where the next page of businesses begins. Raises NotFound."""
        await self._check(scope)
        async with self._database.replica_read() as connection:
            sums = await repository.count_messages(connection, scope)
            clicks, visitors = 0, 0
            if sums.first_sent_at:
                clicks, visitors = await repository.count_clicks(connection, scope, sums.first_sent_at)
            rows = await repository.list_businesses(connection, scope, sums.first_sent_at, limit + 1, after)
        shown = [
            BusinessReport(**row._mapping, is_won=row.deal_value_micros is not None)  # noqa: SLF001  # its public name
            for row in rows[:limit]
        ]
        cost, deals = int(sums.cost_micros), None if sums.deal_value_micros is None else int(sums.deal_value_micros)
        report = Report(
            self._currency,
            sent=int(sums.sent),
            delivered=int(sums.delivered),
            failed=int(sums.failed),
            unknown=int(sums.unknown),
            opted_out=int(sums.opted_out),
            cost_micros=cost,
            clicks=clicks,
            visitors=visitors,
            cost_per_click_micros=(cost + clicks // 2) // clicks if clicks else None,
            deal_value_micros=deals,
            return_on_investment=(deals - cost) / cost if cost and deals is not None else None,
            businesses=shown,
        )
        last = ReportPosition(shown[-1].clicks, shown[-1].business_id) if len(rows) > limit else None
        return report, last

    async def _check(self, scope: Scope) -> None:
        async with self._database.read() as connection:
            if scope.campaign_id:
                own = (campaigns.c.id == scope.campaign_id) & (campaigns.c.workspace_id == scope.workspace_id)
                if not await connection.scalar(select(exists().where(own))):
                    raise NotFound("There is no such campaign.")
            if scope.business_id:
                own = (businesses.c.id == scope.business_id) & (businesses.c.workspace_id == scope.workspace_id)
                if not await connection.scalar(select(exists().where(own))):
                    raise NotFound("There is no such business.")


COLUMNS = (
    "business_id", "name", "short_url", "sent", "delivered", "failed", "unknown", "opted_out", "cost", "clicks",
    "visitors", "first_sent_at", "deal_value", "currency",
)  # fmt: skip


def write_report(report: Report) -> bytes:
    """Return the businesses of a report as CSV, amounts in whole units of the currency.

    What a spreadsheet would take for a formula is kept from being one: names are written by strangers.
    """
    return write_rows([COLUMNS, *_rows(report)])


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for one in report.businesses:
        yield (
            str(one.business_id),
            neutralise(one.name or ""),
            neutralise(one.short_url or ""),
            *(str(count) for count in (one.sent, one.delivered, one.failed, one.unknown, one.opted_out)),
            _amount(one.cost_micros),
            str(one.clicks),
            str(one.visitors),
            one.first_sent_at.isoformat() if one.first_sent_at else "",
            "" if one.deal_value_micros is None else _amount(one.deal_value_micros),
            report.currency,
        )


def _amount(micros: int) -> str:
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
