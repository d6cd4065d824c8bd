"""Analytics: what clicks add up to, the clicks themselves, and the live feed."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from vayro.api.dependencies import AnalyticsReader, CurrentServices
from vayro.api.pagination import DEFAULT_PAGE, MAX_PAGE, PageCursor, decode_cursor
from vayro.api.problems import document_problems
from vayro.api.schemas.analytics import (
    ClickEventPage,
    LinkAnalytics,
    Question,
    TagName,
    WorkspaceAnalytics,
    encode_analytics,
    encode_events,
)
from vayro.api.streaming import Stream
from vayro.api.vigil import while_allowed
from vayro.clicks.event_list import EventPosition, write_csv, write_json
from vayro.clicks.live_events import Interest
from vayro.clicks.service import Analytics
from vayro.clicks.summary_csv import write_summary

router = APIRouter(prefix="/v1/analytics", tags=["analytics"])

_CSV_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "A CSV file."}
}
_LIVE_EXAMPLE = (
    'event: click\nid: 17.0199e8a4-7d3c-7b21-9c55-3f2e8a6d1b07\ndata: {"link_id": "…", "short_code": "…"}\n\n'
)


@router.get("", summary="Analytics of all links", response_model=WorkspaceAnalytics, responses=document_problems(403))
async def read_workspace_analytics(question: Question, caller: AnalyticsReader, services: CurrentServices) -> Response:
    """Count the clicks of all links of the caller's workspace, and name the links with most of them."""
    return _json(encode_analytics(await services.analytics.read_workspace(caller.workspace_id, question)))


# These two before `/{link_id}`, which would take them for identifiers.
@router.get(
    "/export",
    summary="Export the analytics of all links",
    response_class=Response,
    responses={**_CSV_ANSWER, **document_problems(403)},
)
async def export_workspace_analytics(
    question: Question, caller: AnalyticsReader, services: CurrentServices
) -> Response:
    """Return what `GET /v1/analytics` answers as a CSV file: totals, series and breakdowns, told apart by `section`."""
    return _csv(await services.analytics.read_workspace(caller.workspace_id, question), "analytics.csv")


@router.get(
    "/live",
    summary="Follow clicks as they happen",
    response_class=Response,
    responses={
        200: {
            "description": "Server-Sent Events: one `click` for each committed click, within 2 s.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _LIVE_EXAMPLE}},
        },
        **document_problems(403, 404),
    },
)
async def follow_clicks(
    *,
    caller: AnalyticsReader,
    request: Request,
    services: CurrentServices,
    link_id: Annotated[UUID | None, Query(description="Only clicks of this link.")] = None,
    tag: TagName = None,
    last_event_id: Annotated[
        str | None,
        Header(max_length=80, description="Sent by browsers that reconnect: begin after this event of the last hour."),
    ] = None,
) -> Response:
    """Send every click of the caller's links once it is committed, until the client goes; a comment every 15 s.

    Each is a `ClickEvent` with the link's `short_code`. A page of ours needs no header for it: its cookie will do.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if link_id is not None:
        await services.analytics.check_link(caller.workspace_id, link_id)
    events = services.analytics.live.listen(Interest(caller.workspace_id, link_id, tag), last_event_id)
    watched = while_allowed(events, request, caller, "analytics:read")
    return Stream(watched, media_type="text/event-stream", headers=headers)


@router.get(
    "/{link_id}",
    summary="Analytics of one link",
    response_model=LinkAnalytics,
    responses=document_problems(403, 404),
)
async def read_link_analytics(
    link_id: UUID, question: Question, caller: AnalyticsReader, services: CurrentServices
) -> Response:
    """Count the clicks of a link: in time, by place, by program, by where they came from."""
    return _json(encode_analytics(await services.analytics.read_link(caller.workspace_id, link_id, question)))


@router.get(
    "/{link_id}/export",
    summary="Export the analytics of one link",
    response_class=Response,
    responses={**_CSV_ANSWER, **document_problems(403, 404)},
)
async def export_link_analytics(
    link_id: UUID, question: Question, caller: AnalyticsReader, services: CurrentServices
) -> Response:
    """Return what `GET /v1/analytics/{link_id}` answers as a CSV file."""
    answer = await services.analytics.read_link(caller.workspace_id, link_id, question)
    return _csv(answer, f"analytics-{link_id}.csv")


@router.get(
    "/{link_id}/events",
    summary="List or export the clicks of a link",
    response_model=ClickEventPage,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The clicks, newest first."},
        **document_problems(403, 404),
    },
)
async def list_click_events(
    *,
    link_id: UUID,
    caller: AnalyticsReader,
    services: CurrentServices,
    form: Annotated[
        Literal["json", "csv"] | None,
        Query(alias="format", description="All clicks at once, streamed; without it, or with a limit, JSON pages."),
    ] = None,
    limit: Annotated[int | None, Query(ge=1, le=MAX_PAGE, description="How many clicks a page holds at most.")] = None,
    cursor: PageCursor = None,
) -> Response:
    """Return raw clicks, newest first. A page never moves when new clicks come."""
    await services.analytics.check_link(caller.workspace_id, link_id)
    if form == "csv":
        disposition = f'attachment; filename="clicks-{link_id}.csv"'
        events = write_csv(services.analytics.events.export(link_id))
        return Stream(events, media_type="text/csv", headers={"Content-Disposition": disposition})
    if form == "json" and limit is None and cursor is None:
        return Stream(write_json(services.analytics.events.export(link_id)), media_type="application/json")
    after = decode_cursor(cursor, EventPosition) if cursor else None
    return _json(encode_events(*await services.analytics.events.read_page(link_id, limit or DEFAULT_PAGE, after)))


def _csv(answer: Analytics, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write_summary(answer), media_type="text/csv", headers=headers)


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
