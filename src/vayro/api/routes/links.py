"""Links: make, find, change, delete, and their QR codes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from vayro.api.dependencies import CurrentServices, LinksReader, LinksWriter
from vayro.api.idempotency import OnceKey
from vayro.api.pagination import DEFAULT_PAGE, PageCursor, PageLimit, decode_cursor
from vayro.api.problems import document_problems
from vayro.api.routes.link_list import WantedLinks
from vayro.api.schemas.checks import LinkCheck, show_safety
from vayro.api.schemas.links import (
    CanonicalCreate,
    Link,
    LinkCreate,
    LinkPage,
    LinkUpdate,
    encode_link,
    encode_page,
)
from vayro.links.qr_code import (
    COLOR,
    DEFAULT_CORRECTION,
    DEFAULT_MARGIN,
    DEFAULT_SIZE,
    MAX_MARGIN,
    MAX_SIZE,
    MEDIA_TYPES,
    MIN_SIZE,
    ErrorCorrection,
    QrFormat,
    render_qr_code,
)
from vayro.links.search import Position, Sort

Color = Annotated[
    str,
    Query(description="Hexadecimal, like 1a2b3c or #fff.", json_schema_extra={"pattern": f"^{COLOR}$"}),
]

router = APIRouter(prefix="/v1/links", tags=["links"])


@router.post(
    "",
    summary="Make a link",
    status_code=201,
    response_model=Link,
    responses=document_problems(400, 403, 404, 409, 413),
)
async def create_link(
    draft: LinkCreate,
    caller: LinksWriter,
    services: CurrentServices,
    idempotency_key: OnceKey = None,
) -> Response:
    """Make a new link; it may repeat a destination."""
    record = await services.links.create(caller, draft, idempotency_key)
    return _json(encode_link(record, services.links.domains), 201)


@router.put(
    "/canonical",
    summary="Get the canonical link, made if need be",
    response_model=Link,
    responses={
        201: {"model": Link, "description": "It was made now."},
        **document_problems(400, 403, 409, 413),
    },
    response_description="It was there.",
)
async def put_canonical_link(draft: CanonicalCreate, caller: LinksWriter, services: CurrentServices) -> Response:
    """Return the one active canonical link for this destination and type; however many ask at once, there is one."""
    record, is_new = await services.links.put_canonical(caller, draft)
    return _json(encode_link(record, services.links.domains), 201 if is_new else 200)


@router.get("", summary="List links", response_model=LinkPage, responses=document_problems(403))
async def list_links(
    *,
    caller: LinksReader,
    services: CurrentServices,
    wanted: WantedLinks,
    sort: Sort = "-created_at",
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> Response:
    """Return the links of the caller's workspace, newest first unless `sort` says otherwise."""
    page = await services.links.list_page(
        caller.workspace_id,
        wanted,
        sort=sort,
        limit=limit,
        after=decode_cursor(cursor, Position) if cursor else None,
    )
    return _json(encode_page(page, services.links.domains))


@router.get("/{link_id}", summary="Read a link", response_model=Link, responses=document_problems(403, 404))
async def read_link(link_id: UUID, caller: LinksReader, services: CurrentServices) -> Response:
    """Return a link of the caller's workspace."""
    record = await services.links.get(caller.workspace_id, link_id)
    return _json(encode_link(record, services.links.domains))


@router.patch(
    "/{link_id}",
    summary="Change a link",
    response_model=Link,
    responses=document_problems(400, 403, 404, 409, 413),
)
async def edit_link(link_id: UUID, edit: LinkUpdate, caller: LinksWriter, services: CurrentServices) -> Response:
    """Change what is sent; every redirect engine follows within a second."""
    record = await services.links.edit(caller.workspace_id, link_id, edit, by=caller)
    return _json(encode_link(record, services.links.domains))


@router.delete("/{link_id}", summary="Delete a link", status_code=204, responses=document_problems(403, 404, 409))
async def delete_link(link_id: UUID, caller: LinksWriter, services: CurrentServices) -> Response:
    """Delete a link; its code is free again. For half an hour it may be restored, then its clicks are purged."""
    await services.links.delete(caller.workspace_id, link_id, even_if_taken_down=caller.is_admin, by=caller)
    return Response(status_code=204)


@router.post(
    "/{link_id}/restore",
    summary="Restore a link",
    response_model=Link,
    responses=document_problems(403, 404, 409),
)
async def restore_link(link_id: UUID, caller: LinksWriter, services: CurrentServices) -> Response:
    """Take back a deletion of the last half hour, clicks and all, unless another link has its code now."""
    record = await services.links.restore(caller.workspace_id, link_id, by=caller)
    return _json(encode_link(record, services.links.domains))


@router.get(
    "/{link_id}/qr",
    summary="Draw a link's QR code",
    response_class=Response,
    responses={
        200: {"content": {"image/svg+xml": {}, "image/png": {}}, "description": "The picture."},
        **document_problems(403, 404),
    },
)
async def draw_qr_code(
    *,
    link_id: UUID,
    caller: LinksReader,
    services: CurrentServices,
    form: Annotated[QrFormat, Query(alias="format")] = "svg",
    size: Annotated[
        int,
        Query(ge=MIN_SIZE, le=MAX_SIZE, description="Width in pixels, at most; a PNG has a pixel a module at least."),
    ] = DEFAULT_SIZE,
    color: Color = "000000",
    background: Color = "ffffff",
    margin: Annotated[
        int, Query(ge=0, le=MAX_MARGIN, description="Empty modules around it; readers count on 4.")
    ] = DEFAULT_MARGIN,
    error_correction: Annotated[
        ErrorCorrection, Query(description="How much may be covered, at least: 7, 15, 25 or 30 %.")
    ] = DEFAULT_CORRECTION,
) -> Response:
    """Return a picture of the short address."""
    record = await services.links.get(caller.workspace_id, link_id)
    url = services.links.domains.short_url(record.domain, record.short_code)
    picture = render_qr_code(
        url, form, size=size, color=color, background=background, margin=margin, correction=error_correction
    )
    return Response(picture, media_type=MEDIA_TYPES[form], headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{link_id}/check", summary="Read what is known of a link's safety", responses=document_problems(403, 404))
async def read_check(link_id: UUID, caller: LinksReader, services: CurrentServices) -> LinkCheck:
    """Return what was found about the destination, and how many people reported the link."""
    return show_safety(await services.links.checks.read(caller.workspace_id, link_id))


def _json(body: bytes, status_code: int = 200) -> Response:
    return Response(body, status_code, media_type="application/json")
