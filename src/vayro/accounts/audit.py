"""The audit log: who changed what."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts.records import Caller
from vayro.database.models import audit_log

SUBJECT_MAX = 320


async def note(
    connection: AsyncConnection,
    caller: Caller | None,
    action: str,
    subject: object,
    details: Mapping[str, Any] | None = None,
    *,
    workspace_id: UUID | None = None,
) -> None:
    """Write an entry, in the transaction of the change it tells of.

    Args: caller, None for the public or for Vayro itself; action, like `key.create`; subject, whom or what it is done
    to; details, which hold no secret and no address of a visitor; workspace_id, where it is not the caller's.
    """
    entry = {
        "id": uuid7(),
        "workspace_id": workspace_id or (caller.workspace_id if caller else None),
        "user_id": caller.user_id if caller else None,
        "key_id": caller.key_id if caller else None,
        "action": action,
        "subject": str(subject)[:SUBJECT_MAX],
        "details": dict(details or {}),
        "created_at": dt.datetime.now(dt.UTC),
    }
    await connection.execute(insert(audit_log).values(entry))
