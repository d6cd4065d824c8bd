"""Links in the audit log. Those that one caller makes together are one entry: a thousand cost no more than one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.database.models import audit_log
from vayro.links.record import LinkRecord

CREATED = "link.create"
MAX_NAMED = 100


def _noted(workspace: str, user: str, key: str, made: str) -> str:
    """As `note_created`, within the one statement on PostgreSQL.

    An entry has the identifier of the first link that it tells of: that is unique, and grows with time.
    """
    return f"""
    INSERT INTO audit_log (id, workspace_id, user_id, key_id, action, subject, details, created_at)
    SELECT CAST(min(CAST(made.id AS text)) AS uuid), {workspace}, {user}, {key}, '{CREATED}',
           CASE count(*) WHEN 1 THEN min(CAST(made.id AS text)) ELSE count(*) || ' links' END,
           jsonb_build_object(
               'links', count(*),
               'short_codes', to_jsonb((array_agg(made.short_code ORDER BY made.id))[1:{MAX_NAMED}])),
           min(made.created_at)
    FROM {made}
    """  # noqa: S608  # built of constants


_AUTHOR = ("made.workspace_id", "made.user_id", "rows_in.key_id")
NOTED = _noted(*_AUTHOR, f"made JOIN rows_in ON rows_in.id = made.id GROUP BY {', '.join(_AUTHOR)}")
NOTED_OF_ONE = _noted(
    "CAST(:workspace AS uuid)", "CAST(:author AS uuid)", "CAST(:key AS uuid)", "made HAVING count(*) > 0"
)
"""For links that have one author: not half as much to plan."""


async def note_created(connection: AsyncConnection, records: Sequence[LinkRecord]) -> None:
    """Write one entry for the links of each caller, in the transaction that made them."""
    by_author: dict[Any, list[LinkRecord]] = {}
    for record in sorted(records, key=lambda record: record.id):
        by_author.setdefault((record.workspace_id, record.user_id, record.key_id), []).append(record)
    if by_author:
        await connection.execute(insert(audit_log), [_entry(made) for made in by_author.values()])


async def note_edited(
    connection: AsyncConnection, caller: Caller | None, old: LinkRecord, changes: Mapping[str, Any]
) -> None:
    """Write the entry of an edit: which fields, and of destination and code what they were and are."""
    details: dict[str, Any] = {"short_code": old.short_code, "fields": sorted(changes)}
    for name in ("target_url", "short_code", "is_active"):
        if name in changes and changes[name] != getattr(old, name):
            details[f"{name}_from"], details[f"{name}_to"] = getattr(old, name), changes[name]
    await audit.note(connection, caller, "link.update", old.id, details, workspace_id=old.workspace_id)


async def note_deleted(connection: AsyncConnection, caller: Caller | None, old: LinkRecord) -> None:
    """Write the entry of a deletion."""
    details = {"short_code": old.short_code, "target_url": old.target_url}
    await audit.note(connection, caller, "link.delete", old.id, details, workspace_id=old.workspace_id)


async def note_several(
    connection: AsyncConnection, caller: Caller | None, action: str, records: Sequence[LinkRecord], **more: Any
) -> None:
    """Write one entry for what was done to links of one workspace at once; `more` is said of all of them."""
    if records:
        first = records[0]
        subject = first.id if len(records) == 1 else f"{len(records)} links"
        codes = [record.short_code for record in records[:MAX_NAMED]]
        details = {"links": len(records), "short_codes": codes, **more}
        await audit.note(connection, caller, action, subject, details, workspace_id=first.workspace_id)


async def note_deduped(
    connection: AsyncConnection, link_type: str, made_canonical: Sequence[LinkRecord], deactivated: Sequence[LinkRecord]
) -> None:
    """Write one entry for each workspace whose duplicates the operator brought into order."""
    kept = Counter(record.workspace_id for record in made_canonical)
    ended = Counter(record.workspace_id for record in deactivated)
    for workspace_id in sorted({*kept, *ended}):
        details = {"made_canonical": kept[workspace_id], "deactivated": ended[workspace_id]}
        await audit.note(connection, None, "link.dedupe", link_type, details, workspace_id=workspace_id)


def _entry(made: list[LinkRecord]) -> dict[str, Any]:
    first = made[0]
    return {
        "id": first.id,
        "workspace_id": first.workspace_id,
        "user_id": first.user_id,
        "key_id": first.key_id,
        "action": CREATED,
        "subject": str(first.id) if len(made) == 1 else f"{len(made)} links",
        "details": {"links": len(made), "short_codes": [record.short_code for record in made[:MAX_NAMED]]},
        "created_at": min(record.created_at for record in made),
    }
