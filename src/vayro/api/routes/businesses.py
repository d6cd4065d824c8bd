"""Businesses: kept, found, changed, deleted; many at once, and as a file."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import TypeAdapter, ValidationError

from vayro.api.dependencies import CurrentServices, SitesReader, SitesWriter
from vayro.api.error_handlers import describe_invalid
from vayro.api.pagination import DEFAULT_PAGE, PageCursor, PageLimit, decode_cursor
from vayro.api.problems import document_problems
from vayro.api.routes.link_bulk import ExportFormat
from vayro.api.schemas.businesses import (
    BulkBusinesses,
    BulkBusinessesResult,
    Business,
    BusinessCreate,
    BusinessList,
    BusinessUpdate,
    CategoryList,
    CategoryUse,
    encode_business,
    encode_businesses,
    encode_outcomes,
)
from vayro.api.schemas.links import FilterText
from vayro.api.streaming import Stream
from vayro.sites.business_draft import BusinessDraft
from vayro.sites.business_export import write_csv, write_json
from vayro.sites.business_import import PIECE
from vayro.sites.business_repository import BusinessFilter, BusinessPosition

LARGE_BODIES = {"/v1/businesses/bulk": 4 << 20}
"""How many bytes a body may have where that is more than elsewhere."""

router = APIRouter(prefix="/v1/businesses", tags=["businesses"])
_drafts: TypeAdapter[BusinessCreate] = TypeAdapter(BusinessCreate)


async def _read_filter(  # FastAPI runs plain functions in threads
    *,
    q: Annotated[FilterText, Query(description="Looked for in name, phone number and e-mail address.")] = None,
    category: FilterText = None,
    country: FilterText = None,
    has_site: bool | None = None,
) -> BusinessFilter:
    """Return what the query asks for."""
    return BusinessFilter(q, category, country and country.upper(), has_site)


WantedBusinesses = Annotated[BusinessFilter, Depends(_read_filter)]


@router.get("", summary="List businesses", response_model=BusinessList, responses=document_problems(403))
async def list_businesses(
    *,
    caller: SitesReader,
    services: CurrentServices,
    wanted: WantedBusinesses,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> Response:
    """Return the businesses of the caller's workspace, newest first, each with its site."""
    after = decode_cursor(cursor, BusinessPosition) if cursor else None
    page = await services.businesses.list_page(caller.workspace_id, wanted, limit=limit, after=after)
    return _json(encode_businesses(page))


@router.post(
    "", summary="Keep a business", status_code=201, response_model=Business, responses=document_problems(400, 403, 413)
)
async def create_business(draft: BusinessCreate, caller: SitesWriter, services: CurrentServices) -> Response:
    """Keep a business; a workspace has 100,000 at most. It may be there already: only an import looks for that."""
    return _json(encode_business(await services.businesses.create(caller, draft)), 201)


@router.post(
    "/bulk",
    summary="Keep up to 1,000 businesses",
    response_model=BulkBusinessesResult,
    responses=document_problems(400, 403, 413),
)
async def create_businesses(bulk: BulkBusinesses, caller: SitesWriter, services: CurrentServices) -> Response:
    """Bring many in; the answer says in order what became of each, and a bad one spoils no other.

    With `dry_run` nothing is stored. Two imports at once into one workspace make no duplicates together.
    """
    checked = await _check_all(bulk.businesses)
    drafts = [one for one in checked if isinstance(one, BusinessDraft)]
    bring = services.businesses.bulk.rehearse if bulk.dry_run else services.businesses.bulk.store
    stored = iter(await bring(caller, drafts, bulk.on_duplicate))
    return _json(encode_outcomes([next(stored) if isinstance(one, BusinessDraft) else one for one in checked]))


@router.get("/categories", summary="List the categories of businesses", responses=document_problems(403))
async def list_categories(caller: SitesReader, services: CurrentServices) -> CategoryList:
    """Return the categories that businesses have, the most used first."""
    found = await services.businesses.list_categories(caller.workspace_id)
    return CategoryList(data=[CategoryUse(**one._asdict()) for one in found], next_cursor=None)


@router.get(
    "/export",
    summary="Export businesses",
    response_model=BusinessList,
    responses={
        200: {
            "description": "All businesses that the filters let through, oldest first.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        **document_problems(403),
    },
)
async def export_businesses(
    wanted: WantedBusinesses,
    caller: SitesReader,
    services: CurrentServices,
    form: Annotated[ExportFormat, Query(alias="format")] = "csv",
) -> Response:
    """Stream businesses as a file: as CSV with the columns that an import takes, or as the JSON of a list on one page.

    In the CSV, what a spreadsheet would take for a formula begins with an apostrophe; phone numbers do.
    """
    pages = services.businesses.export_pages(caller.workspace_id, wanted)
    headers = {"Content-Disposition": f'attachment; filename="businesses.{form}"', "Cache-Control": "no-store"}
    if form == "csv":
        return Stream(write_csv(pages), media_type="text/csv; charset=utf-8", headers=headers)
    return Stream(write_json(pages), media_type="application/json", headers=headers)


@router.get("/{business_id}", summary="Read a business", response_model=Business, responses=document_problems(403, 404))
async def read_business(business_id: UUID, caller: SitesReader, services: CurrentServices) -> Response:
    """Return a business of the caller's workspace."""
    return _json(encode_business(await services.businesses.get(caller.workspace_id, business_id)))


@router.patch(
    "/{business_id}",
    summary="Change a business",
    response_model=Business,
    responses=document_problems(400, 403, 404, 413),
)
async def edit_business(
    business_id: UUID, edit: BusinessUpdate, caller: SitesWriter, services: CurrentServices
) -> Response:
    """Change what is sent. A site that is there keeps what was written on it until it is generated again."""
    return _json(encode_business(await services.businesses.edit(caller, business_id, edit)))


@router.delete(
    "/{business_id}", summary="Delete a business", status_code=204, responses=document_problems(403, 404, 409)
)
async def delete_business(business_id: UUID, caller: SitesWriter, services: CurrentServices) -> Response:
    """Delete a business that has no site and that no campaign has written to."""
    await services.businesses.delete(caller, business_id)
    return Response(status_code=204)


async def _check_all(rows: list[Any]) -> list[BusinessCreate | dict[str, Any]]:
    """Check each row; others have their turn between, for a thousand take 40 ms."""
    checked: list[BusinessCreate | dict[str, Any]] = []
    for number, row in enumerate(rows):
        checked.append(_check(row))
        if number % PIECE == 0:
            await asyncio.sleep(0)
    return checked


def _check(row: Any) -> BusinessCreate | dict[str, Any]:
    """Return the draft, or the problem document that says what is wrong with it."""
    try:
        return _drafts.validate_python(row)
    except ValidationError as error:
        return describe_invalid(error.errors())


def _json(body: bytes, status_code: int = 200) -> Response:
    return Response(body, status_code, media_type="application/json")
