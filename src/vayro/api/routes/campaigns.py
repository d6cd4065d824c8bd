"""Campaigns: what their messages would be, who would get them, and how they go."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response

from vayro.api.dependencies import CampaignsLooker, CampaignsReader, CampaignsWriter, CurrentServices
from vayro.api.idempotency import OnceKey
from vayro.api.pagination import DEFAULT_PAGE, PageCursor, PageLimit, decode_cursor
from vayro.api.problems import document_problems
from vayro.api.schemas.campaigns import (
    AudienceEstimate,
    AudienceQuestion,
    Campaign,
    CampaignCreate,
    CampaignList,
    CampaignMessageList,
    CampaignUpdate,
    MessageStatus,
    encode_campaign,
    encode_campaigns,
    encode_messages,
)
from vayro.api.schemas.message_previews import MessagePreview, PreviewRequest, encode_preview
from vayro.api.streaming import Stream
from vayro.api.vigil import while_allowed
from vayro.campaigns.service import CampaignPosition, MessagePosition
from vayro.campaigns.wordings import Wordings

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

_EVENT_EXAMPLE = 'event: campaign\ndata: {"id": "…", "status": "running", "totals": {"queued": 12, "sent": 88}}\n\n'


@router.post(
    "/preview-sms",
    summary="Preview a message",
    response_model=MessagePreview,
    responses=document_problems(400, 403, 404, 413),
)
async def preview_message(wanted: PreviewRequest, caller: CampaignsLooker, services: CurrentServices) -> Response:
    """Show the message that a business would get, with the link that its site has. It writes nothing, ever.

    A site without a short link is shown with its whole address, and with the warning `no_short_url`. Not even the last
    use of the key or session is noted.
    """
    return _json(encode_preview(await services.previews.show(caller.workspace_id, wanted.wanted())))


@router.post(
    "/audience",
    summary="Estimate an audience",
    response_model=AudienceEstimate,
    responses=document_problems(400, 403, 413),
)
async def estimate_audience(question: AudienceQuestion, caller: CampaignsLooker, services: CurrentServices) -> Response:
    """Say how many would get a message, why the others would not, and what it would cost. It writes nothing."""
    wordings = Wordings(question.variant, question.texts)
    found = await services.campaigns.estimate(caller.workspace_id, question.audience.stored(), wordings)
    return _json(msgspec.json.encode(found))


@router.post(
    "",
    summary="Make a campaign",
    status_code=201,
    response_model=Campaign,
    responses=document_problems(400, 403, 413),
)
async def create_campaign(
    wanted: CampaignCreate, caller: CampaignsWriter, services: CurrentServices, idempotency_key: OnceKey = None
) -> Response:
    """Make a campaign and begin with its messages: each with the link of the site, no number twice.

    Refused when nobody would get one, with the counts that say why.
    """
    return _json(encode_campaign(await services.campaigns.create(caller, wanted.draft(), idempotency_key)), 201)


@router.get("", summary="List campaigns", response_model=CampaignList, responses=document_problems(403))
async def list_campaigns(
    caller: CampaignsReader, services: CurrentServices, limit: PageLimit = DEFAULT_PAGE, cursor: PageCursor = None
) -> Response:
    """Return the campaigns of the workspace, newest first; identifiers of their audiences are left out."""
    after = decode_cursor(cursor, CampaignPosition) if cursor else None
    return _json(encode_campaigns(await services.campaigns.list_page(caller.workspace_id, limit=limit, after=after)))


# Before `/{campaign_id}`, which would take it for an identifier.
@router.get(
    "/progress",
    summary="Follow campaigns as they go",
    response_class=Response,
    responses={
        200: {
            "description": "Server-Sent Events: a `campaign` at each change, at most twice a second.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENT_EXAMPLE}},
        },
        **document_problems(403, 404),
    },
)
async def follow_campaigns(
    *,
    caller: CampaignsReader,
    request: Request,
    services: CurrentServices,
    campaign_id: Annotated[UUID | None, Query(description="Only this campaign.")] = None,
) -> Response:
    """Send state and totals of campaigns until the client goes: of one, or of the newest twenty that are not over.

    Each comes once at the beginning. A page of ours needs no header for it: its cookie will do.
    """
    events = await services.campaign_progress.listen(caller.workspace_id, campaign_id)
    watched = while_allowed(events, request, caller, "campaigns:read")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(watched, media_type="text/event-stream", headers=headers)


@router.get("/{campaign_id}", summary="Show a campaign", response_model=Campaign, responses=document_problems(403, 404))
async def get_campaign(campaign_id: UUID, caller: CampaignsReader, services: CurrentServices) -> Response:
    """Return a campaign with its totals as they are now."""
    return _json(encode_campaign(await services.campaigns.get(caller.workspace_id, campaign_id)))


@router.patch(
    "/{campaign_id}",
    summary="Change a campaign",
    response_model=Campaign,
    responses=document_problems(400, 403, 404, 409, 413),
)
async def edit_campaign(
    campaign_id: UUID, wanted: CampaignUpdate, caller: CampaignsWriter, services: CurrentServices
) -> Response:
    """Change what is sent, until the campaign is over; its schedule, until it has begun."""
    return _json(encode_campaign(await services.campaigns.edit(caller, campaign_id, wanted.changes())))


_Changed: dict[str, Any] = {"response_model": Campaign, "responses": document_problems(403, 404, 409)}


@router.post("/{campaign_id}/pause", summary="Pause a campaign", **_Changed)
async def pause_campaign(campaign_id: UUID, caller: CampaignsWriter, services: CurrentServices) -> Response:
    """Hold it: once this answers, no further message is handed to the provider. Pausing twice is no error."""
    return _json(encode_campaign(await services.campaigns.pause(caller, campaign_id)))


@router.post("/{campaign_id}/resume", summary="Resume a campaign", **_Changed)
async def resume_campaign(campaign_id: UUID, caller: CampaignsWriter, services: CurrentServices) -> Response:
    """Let a paused campaign go on where it was."""
    return _json(encode_campaign(await services.campaigns.resume(caller, campaign_id)))


@router.post("/{campaign_id}/cancel", summary="Cancel a campaign", **_Changed)
async def cancel_campaign(campaign_id: UUID, caller: CampaignsWriter, services: CurrentServices) -> Response:
    """End it, and all messages that wait. What the provider has taken is not called back."""
    return _json(encode_campaign(await services.campaigns.cancel(caller, campaign_id)))


@router.get(
    "/{campaign_id}/messages",
    summary="List the messages of a campaign",
    response_model=CampaignMessageList,
    responses=document_problems(403, 404),
)
async def list_campaign_messages(
    *,
    campaign_id: UUID,
    caller: CampaignsReader,
    services: CurrentServices,
    status: Annotated[MessageStatus | None, Query(description="Only messages in this state.")] = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> Response:
    """Return the messages in the order in which they were made."""
    after = decode_cursor(cursor, MessagePosition) if cursor else None
    page = await services.campaigns.list_messages(
        caller.workspace_id, campaign_id, status=status, limit=limit, after=after
    )
    return _json(encode_messages(page))


def _json(content: bytes, status: int = 200) -> Response:
    return Response(content, status_code=status, media_type="application/json")
