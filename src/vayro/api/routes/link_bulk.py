"""Many links at once: made, changed, deleted, restored, exported. To be routed before `/v1/links/{link_id}`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter, ValidationError

from vayro.api.dependencies import CurrentServices, LinksReader, LinksWriter, Services
from vayro.api.error_handlers import describe_invalid
from vayro.api.problems import document_problems
from vayro.api.routes.link_list import WantedLinks
from vayro.api.schemas.link_bulk import (
    BulkCreate,
    BulkCreateResult,
    BulkDeleteResult,
    BulkEdit,
    BulkIds,
    BulkResult,
    encode_deletions,
    encode_results,
    shown,
)
from vayro.api.schemas.links import LinkCreate, LinkPage
from vayro.api.streaming import Stream
from vayro.links.draft import LinkDraft
from vayro.links.record import LinkRecord
from vayro.links.search import LinkFilter
from vayro.links.several import SharedEdit
from vayro.links.transfer import export_links, export_pages
from vayro.links.view import view

LARGE_BODIES = {"/v1/links/bulk": 4 << 20}
"""How many bytes a body may have where that is more than elsewhere."""

ExportFormat = Literal["csv", "json"]

router = APIRouter(prefix="/v1/links", tags=["links"])
_drafts: TypeAdapter[LinkCreate] = TypeAdapter(LinkCreate)


@router.post(
    "/bulk",
    summary="Make up to 1,000 links",
    response_model=BulkCreateResult,
    responses=document_problems(400, 403, 413),
)
async def create_links(bulk: BulkCreate, caller: LinksWriter, services: CurrentServices) -> Response:
    """Make many links; the answer says in order what became of each, and a bad one spoils no other.

    With `dry_run` nothing is made: a link that would be is answered with its destination in canonical form.
    """
    checked = [_check(row) for row in bulk.links]
    drafts = [one for one in checked if isinstance(one, LinkDraft)]
    make = services.links.rehearsal.judge_many if bulk.dry_run else services.links.create_many
    made = iter(await make(caller, drafts))
    outcomes: list[LinkRecord | str | dict[str, Any]] = [
        shown(next(made)) if isinstance(one, LinkDraft) else one for one in checked
    ]
    return _json(encode_results(outcomes, services.links.domains))


@router.patch(
    "/bulk",
    summary="Change up to 1,000 links",
    response_model=BulkResult,
    responses=document_problems(400, 403, 413),
)
async def edit_links(wanted: BulkEdit, caller: LinksWriter, services: CurrentServices) -> Response:
    """Add and remove tags, activate and deactivate; a link that cannot be changed spoils no other."""
    shared = SharedEdit(wanted.add_tags, wanted.remove_tags, wanted.is_active)
    outcomes = await services.links.several.edit(caller.workspace_id, wanted.ids, shared, by=caller)
    return _json(encode_results([*map(shown, outcomes)], services.links.domains))


@router.post(
    "/bulk/delete",
    summary="Delete up to 1,000 links",
    response_model=BulkDeleteResult,
    responses=document_problems(400, 403, 413),
)
async def delete_links(wanted: BulkIds, caller: LinksWriter, services: CurrentServices) -> Response:
    """Delete many links; for half an hour they may be restored."""
    several = services.links.several
    outcomes = await several.delete(caller.workspace_id, wanted.ids, even_if_taken_down=caller.is_admin, by=caller)
    return _json(encode_deletions(wanted.ids, [*map(shown, outcomes)]))


@router.post(
    "/bulk/restore",
    summary="Restore up to 1,000 links",
    response_model=BulkResult,
    responses=document_problems(400, 403, 413),
)
async def restore_links(wanted: BulkIds, caller: LinksWriter, services: CurrentServices) -> Response:
    """Take back deletions of the last half hour; a link that cannot be restored spoils no other."""
    outcomes = await services.links.several.restore(caller.workspace_id, wanted.ids, by=caller)
    return _json(encode_results([*map(shown, outcomes)], services.links.domains))


@router.get(
    "/export",
    summary="Export links",
    response_model=LinkPage,
    responses={
        200: {
            "description": "All links that the filters let through, oldest first.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        },
        **document_problems(403),
    },
)
async def export_all_links(
    wanted: WantedLinks,
    caller: LinksReader,
    services: CurrentServices,
    form: Annotated[ExportFormat, Query(alias="format")] = "csv",
) -> Response:
    """Stream links as a file: as CSV with the columns that an import takes, or as the JSON of a list on one page.

    In the CSV, what a spreadsheet would take for a formula begins with an apostrophe.
    """
    write = _write_csv if form == "csv" else _write_json
    headers = {"Content-Disposition": f'attachment; filename="links.{form}"', "Cache-Control": "no-store"}
    media_type = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    return Stream(write(services, caller.workspace_id, wanted), media_type=media_type, headers=headers)


async def _write_csv(services: Services, workspace_id: UUID, wanted: LinkFilter) -> AsyncGenerator[bytes, None]:
    async with aclosing(export_links(services.links, workspace_id, wanted, "csv")) as pieces:
        async for piece in pieces:
            yield piece.encode()


async def _write_json(services: Services, workspace_id: UUID, wanted: LinkFilter) -> AsyncGenerator[bytes, None]:
    separator = b""
    yield b'{"data":['
    async with aclosing(export_pages(services.links, workspace_id, wanted)) as pages:
        async for records in pages:
            shown_links = [view(record, services.links.domains) for record in records]
            yield separator + msgspec.json.encode(shown_links)[1:-1]
            separator = b","
    yield b'],"next_cursor":null}'


def _check(row: Any) -> LinkDraft | dict[str, Any]:
    """Return the draft, or the problem document that says what is wrong with it."""
    try:
        return _drafts.validate_python(row)
    except ValidationError as error:
        return describe_invalid(error.errors())


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
