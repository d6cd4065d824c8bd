"""Pages that show a link's analytics to whoever has their address: begun, ended, and read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response

from vayro.api.dependencies import AnalyticsReader, CurrentServices, LinksWriter
from vayro.api.problems import document_problems
from vayro.api.schemas.analytics import Question
from vayro.api.schemas.shares import Share, SharedAnalytics, encode_shared, show_share

TOKEN_HEADER = "X-Share-Token"  # noqa: S105  # the name of a header

router = APIRouter(tags=["analytics"])


async def _spend_shared(request: Request, services: CurrentServices) -> None:
    """Dependency of the public route: a budget of its own, for each question may read a million clicks."""
    await services.limits.count_stranger(request, "shared")


@router.get("/v1/links/{link_id}/share", summary="See whether a link is shared", responses=document_problems(403, 404))
async def read_share(link_id: UUID, caller: AnalyticsReader, services: CurrentServices) -> Share:
    """Return whether strangers may read the link's analytics, and at which address."""
    return show_share(await services.shares.find(caller.workspace_id, link_id))


@router.put("/v1/links/{link_id}/share", summary="Share a link's analytics", responses=document_problems(403, 404))
async def begin_share(link_id: UUID, caller: LinksWriter, services: CurrentServices) -> Share:
    """Let whoever has the address read the link's analytics; sharing it again changes nothing.

    They see its short address, title and sums, and may filter them: not its destination, tags or single clicks.
    """
    return show_share(await services.shares.begin(caller, link_id))


@router.delete(
    "/v1/links/{link_id}/share",
    summary="Share a link's analytics no more",
    status_code=204,
    responses=document_problems(403, 404),
)
async def end_share(link_id: UUID, caller: LinksWriter, services: CurrentServices) -> Response:
    """End it at once. Sharing it later gives another address."""
    await services.shares.end(caller, link_id)
    return Response(status_code=204)


@router.get(
    "/v1/shared",
    summary="Read shared analytics",
    response_model=SharedAnalytics,
    responses=document_problems(404, always=(422, 429, 503)),
    dependencies=[Depends(_spend_shared)],
)
async def read_shared(
    question: Question,
    services: CurrentServices,
    token: Annotated[
        str, Header(alias=TOKEN_HEADER, max_length=100, description="What stands behind `#` in the page's address.")
    ] = "",
) -> Response:
    """Answer a question about a link that is shared; no account is needed."""
    link = await services.shares.get_link(token)
    answer = await services.analytics.read_link(link.workspace_id, link.id, question)
    short_url = services.links.domains.short_url(link.domain, link.short_code)
    return Response(encode_shared(link, short_url, answer), media_type="application/json")
