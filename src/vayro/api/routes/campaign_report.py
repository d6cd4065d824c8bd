"""Reports: of a campaign, of a business, and of all. To be routed before `/v1/campaigns/{campaign_id}`."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response

from vayro.api.dependencies import CampaignsReader, CurrentServices, Services
from vayro.api.pagination import PageCursor, decode_cursor, encode_cursor
from vayro.api.problems import document_problems
from vayro.api.schemas.campaign_report import CampaignReport
from vayro.campaigns.report import MAX_EXPORTED, MAX_SHOWN, ReportPosition, write_report
from vayro.campaigns.report_repository import Scope
from vayro.links.draft import ExpiresAt as Instant

router = APIRouter(prefix="/v1", tags=["campaigns"])

_BOTH: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report; with `format=csv` its businesses as a file, all of them.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
ReportFormat = Annotated[Literal["json", "csv"], Query(alias="format")]
ReportLimit = Annotated[int, Query(ge=1, le=MAX_SHOWN, description="How many businesses are shown at most.")]


@router.get(
    "/campaigns/report",
    summary="Report of all campaigns",
    response_model=CampaignReport,
    responses={**_BOTH, **document_problems(403)},
)
async def read_overall_report(
    *,
    caller: CampaignsReader,
    services: CurrentServices,
    start: Annotated[
        Instant | None, Query(alias="from", description="Only messages from this instant on (ISO 8601).")
    ] = None,
    end: Annotated[
        Instant | None, Query(alias="to", description="Only messages and clicks before this instant (ISO 8601).")
    ] = None,
    form: ReportFormat = "json",
    limit: ReportLimit = MAX_SHOWN,
    cursor: PageCursor = None,
) -> Response:
    """Count the messages of the workspace, and the clicks on each site's link since the first message with it."""
    scope = Scope(caller.workspace_id, start=start, end=end)
    return await _answer(services, scope, form, limit, cursor)


@router.get(
    "/campaigns/{campaign_id}/report",
    summary="Report of a campaign",
    response_model=CampaignReport,
    responses={**_BOTH, **document_problems(403, 404)},
)
async def read_campaign_report(
    *,
    campaign_id: UUID,
    caller: CampaignsReader,
    services: CurrentServices,
    form: ReportFormat = "json",
    limit: ReportLimit = MAX_SHOWN,
    cursor: PageCursor = None,
) -> Response:
    """Count the messages of a campaign, and the clicks on each site's link since this campaign's message to it."""
    return await _answer(services, Scope(caller.workspace_id, campaign_id=campaign_id), form, limit, cursor)


@router.get(
    "/businesses/{business_id}/report",
    summary="Report of a business",
    response_model=CampaignReport,
    responses={**_BOTH, **document_problems(403, 404)},
)
async def read_business_report(
    business_id: UUID, caller: CampaignsReader, services: CurrentServices, form: ReportFormat = "json"
) -> Response:
    """Count all messages to a business, and the clicks on its site's link since the first of them."""
    return await _answer(services, Scope(caller.workspace_id, business_id=business_id), form, MAX_SHOWN, None)


async def _answer(services: Services, scope: Scope, form: str, limit: int, cursor: str | None) -> Response:
    if form == "csv":
        report, _ = await services.sending.reports.read(scope, MAX_EXPORTED)
        headers = {"Content-Disposition": 'attachment; filename="report.csv"', "Cache-Control": "no-store"}
        return Response(write_report(report), media_type="text/csv; charset=utf-8", headers=headers)
    after = decode_cursor(cursor, ReportPosition) if cursor else None
    report, following = await services.sending.reports.read(scope, limit, after)
    shown = msgspec.structs.replace(report, next_cursor=encode_cursor(following) if following else None)
    return Response(msgspec.json.encode(shown), media_type="application/json")
