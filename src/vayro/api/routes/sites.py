"""Sites: asked for, followed while they are generated, changed, deleted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from vayro.api.dependencies import CurrentServices, SitesReader, SitesWriter
from vayro.api.pagination import DEFAULT_PAGE, PageCursor, PageLimit, decode_cursor
from vayro.api.problems import document_problems
from vayro.api.schemas.links import FilterText
from vayro.api.schemas.sites import (
    BulkSites,
    BulkSitesResult,
    Site,
    SiteCreate,
    SiteDesign,
    SiteDesignList,
    SiteList,
    SitePreview,
    SiteRender,
    SiteSettingsView,
    SiteUpdate,
    SiteWishes,
    Status,
    encode_outcomes,
    encode_site,
    encode_sites,
)
from vayro.api.streaming import Stream
from vayro.api.vigil import while_allowed
from vayro.sites.generation import DESIGNS
from vayro.sites.repository import SiteFilter, SitePosition
from vayro.sites.site import COMPLETED

router = APIRouter(prefix="/v1/sites", tags=["sites"])
_FEED_EXAMPLE = 'event: site\ndata: {"id": "…", "business_id": "…", "status": "generating", "step": "write", …}\n\n'


@router.get("", summary="List sites", response_model=SiteList, responses=document_problems(403))
async def list_sites(
    *,
    caller: SitesReader,
    services: CurrentServices,
    status: Status | None = None,
    q: Annotated[FilterText, Query(description="Looked for in the business's name and in the subdomain.")] = None,
    business_id: UUID | None = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> Response:
    """Return the sites of the caller's workspace, newest first, without their contents."""
    after = decode_cursor(cursor, SitePosition) if cursor else None
    wanted = SiteFilter(q, status, business_id)
    return _json(encode_sites(await services.sites.list_page(caller.workspace_id, wanted, limit=limit, after=after)))


@router.post(
    "",
    summary="Generate a site",
    status_code=202,
    response_model=Site,
    responses={
        200: {"model": Site, "description": "It is there already, and was left as it is."},
        **document_problems(400, 403, 404, 409, 413),
    },
)
async def generate_site(wanted: SiteCreate, caller: SitesWriter, services: CurrentServices) -> Response:
    """Ask for the site of a business, and get the row that will become it; `GET /v1/sites/progress` tells of it.

    A business has one site: whoever asks again, at the same moment too, gets that one.
    """
    site = await services.sites.generate(caller, wanted.business_id, wanted.wish())
    return _json(encode_site(site), 200 if site.status == COMPLETED else 202)


@router.post(
    "/bulk",
    summary="Generate up to 500 sites",
    status_code=202,
    response_model=BulkSitesResult,
    responses=document_problems(400, 403, 413),
)
async def generate_sites(bulk: BulkSites, caller: SitesWriter, services: CurrentServices) -> Response:
    """As `POST /v1/sites` for each business in order; one that cannot be spoils no other."""
    return _json(encode_outcomes(await services.sites.generate_many(caller, bulk.business_ids, bulk.wish())), 202)


# These three before `/{site_id}`, which would take them for identifiers.
@router.get("/designs", summary="List the designs of sites", responses=document_problems(403))
async def list_designs(_caller: SitesReader) -> SiteDesignList:
    """Return the designs that there are."""
    shown = [
        SiteDesign(name=name, title=one.title, description=one.description, categories=[*one.categories])
        for name, one in DESIGNS.items()
    ]
    return SiteDesignList(data=shown)


@router.get("/settings", summary="Read what the operator decided of sites", responses=document_problems(403))
async def read_site_settings(_caller: SitesReader, services: CurrentServices) -> SiteSettingsView:
    """Return where sites are, and whether a language model may write them."""
    settings = services.settings
    return SiteSettingsView(
        sites_domain=settings.sites_domain or None,
        is_ai_available=settings.is_ai_available,
        ai_model=settings.ai_model or None,
    )


@router.get(
    "/progress",
    summary="Follow sites while they are generated",
    response_class=Response,
    responses={
        200: {
            "description": "Server-Sent Events: one `site` at each change.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _FEED_EXAMPLE}},
        },
        **document_problems(403, 404),
    },
)
async def follow_sites(
    *,
    caller: SitesReader,
    request: Request,
    services: CurrentServices,
    site_id: Annotated[UUID | None, Query(description="Only this site.")] = None,
) -> Response:
    """Send how far each site is at every change, until the client goes; a comment every 15 s.

    It begins with what is being generated now. A page of ours needs no header for it: its cookie will do.
    """
    if site_id is not None:
        await services.sites.get(caller.workspace_id, site_id)
    watched = while_allowed(services.sites.feed.follow(caller.workspace_id, site_id), request, caller, "sites:read")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(watched, media_type="text/event-stream", headers=headers)


@router.get("/{site_id}", summary="Read a site", response_model=Site, responses=document_problems(403, 404))
async def read_site(site_id: UUID, caller: SitesReader, services: CurrentServices) -> Response:
    """Return a site with its contents."""
    return _json(encode_site(await services.sites.get(caller.workspace_id, site_id)))


@router.patch(
    "/{site_id}",
    summary="Change a site",
    response_model=Site,
    responses=document_problems(400, 403, 404, 409, 413),
)
async def edit_site(site_id: UUID, edit: SiteUpdate, caller: SitesWriter, services: CurrentServices) -> Response:
    """Change what is sent. Where the address changes, the link leads to the new one from the same moment on."""
    return _json(encode_site(await services.sites.editing.edit(caller, site_id, edit.changes())))


@router.delete("/{site_id}", summary="Delete a site", status_code=204, responses=document_problems(403, 404))
async def delete_site(site_id: UUID, caller: SitesWriter, services: CurrentServices) -> Response:
    """Delete a site and deactivate its link, whose clicks stay."""
    await services.sites.editing.delete(caller, site_id)
    return Response(status_code=204)


@router.post(
    "/{site_id}/regenerate",
    summary="Generate a site again",
    status_code=202,
    response_model=Site,
    responses=document_problems(400, 403, 404, 413),
)
async def regenerate_site(
    site_id: UUID, wanted: SiteWishes, caller: SitesWriter, services: CurrentServices
) -> Response:
    """Have a site made anew, or once more after it failed. Its link stays, and visitors see the old page meanwhile."""
    return _json(encode_site(await services.sites.regenerate(caller, site_id, wanted.wish())), 202)


@router.post(
    "/{site_id}/verify-domain",
    summary="Verify the custom domain of a site",
    response_model=Site,
    responses=document_problems(403, 404, 409),
)
async def verify_site_domain(site_id: UUID, caller: SitesWriter, services: CurrentServices) -> Response:
    """Look for the proof in the DNS now. Not found is 422; the worker goes on looking for a week."""
    await services.limits.limiter.spend("domain_proof", str(caller.workspace_id))
    return _json(encode_site(await services.sites.editing.verify(caller, site_id)))


@router.get("/{site_id}/html", summary="Read the page of a site", responses=document_problems(403, 404))
async def read_site_html(site_id: UUID, caller: SitesReader, services: CurrentServices) -> SitePreview:
    """Return what visitors get, as text: for a preview in a sandboxed frame."""
    return SitePreview(html=await services.sites.get_html(caller.workspace_id, site_id))


@router.post("/{site_id}/render", summary="Preview a change of a site", responses=document_problems(400, 403, 404, 413))
async def render_site(site_id: UUID, wanted: SiteRender, caller: SitesWriter, services: CurrentServices) -> SitePreview:
    """Return the page as it would be with other words or another design. Nothing is written."""
    html = await services.sites.editing.render(caller.workspace_id, site_id, wanted.changes())
    return SitePreview(html=html)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status_code=status, media_type="application/json")
