"""Import and export: links as CSV or as JSON lines, in constant memory."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError

from vayro.errors import VayroError
from vayro.links.domains import DomainDirectory
from vayro.links.draft import ArchivedLink
from vayro.links.excerpt import excerpt
from vayro.links.preparation import Owner
from vayro.links.record import LinkRecord
from vayro.links.search import LinkFilter, Position
from vayro.links.service import MAX_BULK, LinkService

TransferFormat = Literal["csv", "jsonl"]

COLUMNS = (
    "short_code",
    "domain",
    "target_url",
    "link_type",
    "canonical",
    "title",
    "tags",
    "is_active",
    "redirect_status",
    "cache_seconds",
    "expires_at",
    "expired_url",
    "max_clicks",
    "metadata",
)
READ_ONLY = ("id", "short_url", "has_password", "disabled_reason", "version", "clicks", "created_at", "updated_at")
"""Written by an export for people to read; an import passes over them."""

_EXPORT_PAGE = 1_000
_NUMBERS = {"redirect_status", "cache_seconds", "max_clicks"}
_BOOLEANS = {"canonical", "is_active", "has_password"}
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
# A spreadsheet would take such a cell for a formula (OWASP, CSV injection); a ' before it says that it is text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What became of one row: the link, or one sentence that says what is wrong with the row."""

    number: int
    link: LinkRecord | None
    error: str


async def import_links(service: LinkService, owner: Owner, rows: Iterable[Any]) -> AsyncIterator[ImportedRow]:
    """Make links of rows, 1,000 at a time, and tell what became of each. `rows` come from `read_rows`."""
    numbered = enumerate(rows, start=1)
    while chunk := list(islice(numbered, MAX_BULK)):
        checked = [(number, _check(row)) for number, row in chunk]
        drafts = [draft for _, draft in checked if isinstance(draft, ArchivedLink)]
        outcomes = iter(await service.create_many(owner, drafts))
        for number, draft in checked:
            outcome = next(outcomes) if isinstance(draft, ArchivedLink) else draft
            if isinstance(outcome, LinkRecord):
                yield ImportedRow(number, outcome, "")
            else:
                yield ImportedRow(number, None, outcome.detail if isinstance(outcome, VayroError) else outcome)


def read_rows(lines: Iterable[str], form: TransferFormat) -> Iterator[Any]:
    """Return the rows of a file, as they are read; a line that is no JSON comes back as it is, to be refused."""
    if form == "csv":
        yield from (_from_cells(row) for row in csv.DictReader(lines))
        return
    for line in lines:
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield line


async def export_links(
    service: LinkService, workspace_id: UUID | None, wanted: LinkFilter, form: TransferFormat
) -> AsyncGenerator[str, None]:
    """Return the file in pieces, oldest link first: pages of 1,000, so that memory does not grow with the links."""
    if form == "csv":
        yield _write_cells(COLUMNS + READ_ONLY)
    write = _csv_line if form == "csv" else _json_line
    async with aclosing(export_pages(service, workspace_id, wanted)) as pages:
        async for records in pages:
            yield "".join(write(_row(record, service.domains)) for record in records)


async def export_pages(
    service: LinkService, workspace_id: UUID | None, wanted: LinkFilter
) -> AsyncGenerator[list[LinkRecord], None]:
    """Yield all links of a list, oldest first, 1,000 at a time. No transaction stays open between two pages."""
    after: Position | None = None
    while True:
        # A cancelled read would throw its connection away: it ends by itself within milliseconds.
        page = await asyncio.shield(
            service.list_page(workspace_id, wanted, sort="created_at", limit=_EXPORT_PAGE, after=after)
        )
        if page.links:
            yield page.links
        if (after := page.next) is None:
            return


def _check(row: Any) -> ArchivedLink | str:
    if not isinstance(row, dict):
        return f"The row is no JSON object: {excerpt(str(row).strip())}."
    if row.get("has_password") is True and not row.get("password"):
        return (
            "The link had a password, which an export does not know: give it one in `password`, or clear has_password."
        )
    wanted = {name: value for name, value in row.items() if name not in READ_ONLY}
    try:
        return ArchivedLink.model_validate(wanted)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        return f"{excerpt(place)[1:-1]}: {str(first['msg']).removeprefix('Value error, ')}"


def _row(record: LinkRecord, domains: DomainDirectory) -> dict[str, Any]:
    shown = {name: getattr(record, name) for name in (*COLUMNS, "disabled_reason", "version", "clicks")}
    shown["domain"] = record.domain or None
    shown["expires_at"] = record.expires_at and record.expires_at.isoformat()
    shown["id"] = str(record.id)
    shown["has_password"] = record.password_hash is not None
    shown["short_url"] = domains.short_url(record.domain, record.short_code)
    shown["created_at"], shown["updated_at"] = record.created_at.isoformat(), record.updated_at.isoformat()
    return shown


def _json_line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"


def _csv_line(row: dict[str, Any]) -> str:
    return _write_cells(_cell(row[name]) for name in COLUMNS + READ_ONLY)


def _write_cells(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _cell(value: Any) -> str:
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _from_cells(row: dict[str | None, Any]) -> Any:
    """Return what the cells mean: an empty one nothing, `tags` a JSON list or words between commas."""
    if None in row:
        return f"The row has {len(row[None])} cells more than the header."
    cells = {str(name).strip(): _plain(cell or "") for name, cell in row.items()}
    return {name: _meaning(name, cell) for name, cell in cells.items() if cell != ""}


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _meaning(name: str, cell: str) -> Any:
    """Return the value, or the cell itself when it is none, so that the check can say what is wrong."""
    if name in _BOOLEANS:
        return _TRUTH.get(cell.strip().lower(), cell)
    if name == "tags" and not cell.startswith("["):
        return [tag.strip() for tag in cell.split(",") if tag.strip()]
    if name in _NUMBERS or name in {"tags", "metadata"}:
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            return cell
    return cell
