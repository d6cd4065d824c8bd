"""Links: make, find, change, delete, and their QR codes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import TypeAdapter, ValidationError

from vayro.api.dependencies import CurrentServices, LinksReader, LinksWriter
from vayro.api.error_handlers import describe_invalid
from vayro.api.pagination import DEFAULT_PAGE, PageCursor, PageLimit, decode_cursor
from vayro.api.problems import document_problems, problem_of
from vayro.api.schemas.checks import LinkCheck, show_safety
from vayro.api.schemas.links import (
    BulkCreate,
    BulkResult,
    CanonicalCreate,
    FilterText,
    Link,
    LinkCreate,
    LinkPage,
    LinkUpdate,
    encode_link,
    encode_page,
    encode_results,
)
from vayro.errors import VayroError
from vayro.links.draft import LinkDraft
from vayro.links.once import HEADER, MAX_KEY_CHARACTERS
from vayro.links.qr_code import COLOR, DEFAULT_SIZE, MAX_SIZE, MEDIA_TYPES, MIN_SIZE, QrFormat, render_qr_code
from vayro.links.record import LinkRecord
from vayro.links.search import LinkFilter, Position, Sort

BULK_PATH = "/v1/links/bulk"
MAX_BULK_BODY_BYTES = 4 << 20

Color = Annotated[
    str,
    Query(description="Hexadecimal, like 1a2b3c or #fff.", json_schema_extra={"pattern": f"^{COLOR}$"}),
]

router = APIRouter(prefix="/v1/links", tags=["links"])
_drafts: TypeAdapter[LinkCreate] = TypeAdapter(LinkCreate)


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
    idempotency_key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="Repeat a request with the same key, and it makes one link.",
            json_schema_extra={"pattern": f"^[ -~]{{1,{MAX_KEY_CHARACTERS}}}$"},
        ),
    ] = None,
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


@router.post(
    "/bulk",
    summary="Make up to 1,000 links",
    response_model=BulkResult,
    responses=document_problems(400, 403, 413),
)
async def create_links(bulk: BulkCreate, caller: LinksWriter, services: CurrentServices) -> Response:
    """Make many links; the answer says in order what became of each, and a bad one spoils no other."""
    checked = [_check(row) for row in bulk.links]
    made = iter(await services.links.create_many(caller, [one for one in checked if isinstance(one, LinkDraft)]))
    outcomes = [_outcome(next(made)) if isinstance(one, LinkDraft) else one for one in checked]
    return _json(encode_results(outcomes, services.links.domains))


@router.get("", summary="List links", response_model=LinkPage, responses=document_problems(403))
async def list_links(
    *,
    caller: LinksReader,
    services: CurrentServices,
    q: Annotated[FilterText, Query(description="Looked for in code, title and destination.")] = None,
    tag: FilterText = None,
    link_type: FilterText = None,
    domain: FilterText = None,
    short_code: FilterText = None,
    is_active: bool | None = None,
    sort: Sort = "-created_at",
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> Response:
    """Return the links of the caller's workspace, newest first unless `sort` says otherwise."""
    stored = services.links.domains.stored_name(domain) if domain is not None else None
    page = await services.links.list_page(
        caller.workspace_id,
        LinkFilter(q, tag, link_type, stored, short_code, is_active),
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


@router.delete("/{link_id}", summary="Delete a link", status_code=204, responses=document_problems(403, 404))
async def delete_link(link_id: UUID, caller: LinksWriter, services: CurrentServices) -> Response:
    """Delete a link; its code is free again, its clicks are purged later."""
    await services.links.delete(caller.workspace_id, link_id, even_if_taken_down=caller.is_admin, by=caller)
    return Response(status_code=204)


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
    size: Annotated[int, Query(ge=MIN_SIZE, le=MAX_SIZE, description="Width in pixels, at most.")] = DEFAULT_SIZE,
    color: Color = "000000",
    background: Color = "ffffff",
) -> Response:
    """Return a picture of the short address."""
    record = await services.links.get(caller.workspace_id, link_id)
    url = services.links.domains.short_url(record.domain, record.short_code)
    picture = render_qr_code(url, form, size=size, color=color, background=background)
    return Response(picture, media_type=MEDIA_TYPES[form], headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{link_id}/check", summary="Read what is known of a link's safety", responses=document_problems(403, 404))
async def read_check(link_id: UUID, caller: LinksReader, services: CurrentServices) -> LinkCheck:
    """Return what was found about the destination, and how many people reported the link."""
    return show_safety(await services.links.checks.read(caller.workspace_id, link_id))


def _check(row: Any) -> LinkDraft | dict[str, Any]:
    """Return the draft, or the problem document that says what is wrong with it."""
    try:
        return _drafts.validate_python(row)
    except ValidationError as error:
        return describe_invalid(error.errors())


def _outcome(outcome: LinkRecord | VayroError) -> LinkRecord | dict[str, Any]:
    return outcome if isinstance(outcome, LinkRecord) else problem_of(outcome)


def _json(body: bytes, status_code: int = 200) -> Response:
    return Response(body, status_code, media_type="application/json")
