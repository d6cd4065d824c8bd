"""Changing and deleting a link inside a transaction: the row, its next version and the change feed go together."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.cache.snapshot import LinkSnapshot
from vayro.database.dialect import is_violation_of
from vayro.database.models import links
from vayro.errors import CanonicalTaken
from vayro.links import repository
from vayro.links.record import LinkRecord
from vayro.links.snapshot import tombstone
from vayro.links.writer import code_taken


async def rewrite(connection: AsyncConnection, old: LinkRecord, changes: Mapping[str, Any]) -> LinkRecord:
    """Write the changes of a locked link and return it as it is now.

    A new code leaves a tombstone under the old one. Raises CodeTaken and CanonicalTaken.
    """
    now = dt.datetime.now(dt.UTC)
    new = msgspec.structs.replace(old, **changes, version=old.version + 1, updated_at=now)
    await _write(connection, new, changes)
    if has_moved(old, new):
        new = await _skip_versions(connection, new)
        await repository.insert_changes(connection, [next_version(old)], now, is_deleted=True)
    await repository.insert_changes(connection, [new], now)
    return new


def has_moved(old: LinkRecord, new: LinkRecord) -> bool:
    """Return whether the link has another code now."""
    return old.short_code != new.short_code


def next_version(old: LinkRecord) -> LinkRecord:
    """Return the link at the version that its tombstone has."""
    return msgspec.structs.replace(old, version=old.version + 1)


def tombstone_of(old: LinkRecord) -> LinkSnapshot:
    """Return what the link leaves behind under the code that it had."""
    return tombstone(old.domain, old.short_code, old.id, old.version + 1)


async def _write(connection: AsyncConnection, new: LinkRecord, changes: Mapping[str, Any]) -> None:
    values = {**changes, "version": new.version, "updated_at": new.updated_at}
    try:
        await repository.update_link(connection, new.id, values)
    except IntegrityError as error:
        if is_violation_of(error, links, "domain", "short_code"):
            raise code_taken(new) from None
        if is_violation_of(error, links, "workspace_id", "target_url", "link_type"):
            raise CanonicalTaken("Another active link is the canonical one for this destination and type.") from None
        raise


async def _skip_versions(connection: AsyncConnection, new: LinkRecord) -> LinkRecord:
    """Return the link at a version above all that lived under its new code before; caches compare versions by code."""
    newest = await repository.find_newest_version(connection, new.domain, new.short_code)
    if newest < new.version:
        return new
    await repository.update_link(connection, new.id, {"version": newest + 1})
    return msgspec.structs.replace(new, version=newest + 1)
