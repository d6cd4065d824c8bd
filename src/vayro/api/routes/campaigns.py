"""Campaigns: what their messages would be, who would get them, and how they go."""

from fastapi import APIRouter, Response

from vayro.api.dependencies import CampaignsLooker, CurrentServices
from vayro.api.problems import document_problems
from vayro.api.schemas.campaigns import MessagePreview, PreviewRequest, encode_preview

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])


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
    preview = await services.previews.show(caller.workspace_id, wanted.wanted())
    return Response(encode_preview(preview), media_type="application/json")
