"""Looking for the proofs of sites' domains again and again: of claims, and of verified ones, which may lose theirs.

By the rules that links' domains have: a claim is looked for through a week; a proof that is gone for two weeks sends
the site back to its subdomain. The link follows each time.
"""

import asyncio
import datetime as dt
from typing import Any

from sqlalchemy import RowMapping, select, update

from vayro.database.engine import Database
from vayro.database.models import sites
from vayro.errors import RequestError, Unavailable
from vayro.links.domain_watch import (
    CLAIM_LIVES,
    CLAIM_PAUSE,
    MOST_A_RUN,
    MOST_AT_ONCE,
    PROOF_MAY_BE_GONE,
    VERIFIED_PAUSE,
)
from vayro.sites.editing import SiteEditing


async def watch_site_domains(database: Database, editing: SiteEditing, now: dt.datetime) -> int:
    """Look for proofs that are due; return how many sites moved. A DNS that does not say changes nothing."""
    async with database.read() as connection:
        columns = [column for column in sites.c if column.name not in ("html", "content")]
        query = select(*columns).where(sites.c.custom_domain.is_not(None)).order_by(sites.c.checked_at.nulls_first())
        due = [row for row in (await connection.execute(query)).mappings() if _is_due(row, now)][:MOST_A_RUN]
    moved = 0
    for first in range(0, len(due), MOST_AT_ONCE):
        some = due[first : first + MOST_AT_ONCE]
        found = await asyncio.gather(*(_ask(editing, row) for row in some))
        for row, is_there in zip(some, found, strict=True):
            values = _judge(row, now, is_there=is_there)
            if "verified_at" in values and values["verified_at"] != row["verified_at"]:
                moved += await _note(editing, row, values)
            elif values:
                async with database.transaction() as connection:
                    await connection.execute(update(sites).where(sites.c.id == row["id"]).values(values))
    return moved


def _is_due(row: RowMapping, now: dt.datetime) -> bool:
    if not row["verification_token"]:
        return False
    if row["verified_at"]:
        return bool(now - (row["checked_at"] or row["verified_at"]) >= VERIFIED_PAUSE)
    is_young = now - row["updated_at"] < CLAIM_LIVES
    return bool(is_young and (row["checked_at"] is None or now - row["checked_at"] >= CLAIM_PAUSE))


async def _ask(editing: SiteEditing, row: RowMapping) -> bool | None:
    """Return whether the proof is there; None when the DNS does not say."""
    try:
        return await editing.proof.is_there(row["custom_domain"], row["verification_token"])
    except Unavailable:
        return None


def _judge(row: RowMapping, now: dt.datetime, *, is_there: bool | None) -> dict[str, Any]:
    """Return what is written; nothing when nothing changes."""
    if is_there:
        return {"checked_at": now, "verified_at": row["verified_at"] or now}
    if row["verified_at"] is None:
        return {"checked_at": now}  # a claim has had its turn
    is_gone = now - (row["checked_at"] or row["verified_at"]) >= PROOF_MAY_BE_GONE
    return {"verified_at": None} if is_gone and is_there is False else {}


async def _note(editing: SiteEditing, row: RowMapping, values: dict[str, Any]) -> bool:
    try:
        await editing.note_proof(row, values)
    except RequestError:  # deleted meanwhile, or another link leads there: its owner will be told when they verify
        return False
    return True
