"""Many businesses at once: one transaction of a few statements, in which a bad row spoils no other."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.errors import NotFound, QuotaExceeded, ValidationFailed, VayroError
from vayro.sites.business import BusinessRecord, UrlOf, business_from_row
from vayro.sites.business_draft import BusinessDraft
from vayro.sites.business_repository import (
    count_businesses,
    find_businesses,
    hold_workspace,
    insert_businesses,
    list_namesakes,
    lock_businesses,
    update_businesses,
)

MAX_BULK = 1_000
MAX_BUSINESSES = 100_000
"""In one workspace."""

OnDuplicate = Literal["skip", "update", "create"]

PIECE = 50
"""So many rows are read before others have their turn: a row takes 40 us."""


class Skipped(msgspec.Struct, frozen=True):
    """The business was there: this one. None: in a dry run, it is an earlier row."""

    business_id: UUID | None


class Accepted(msgspec.Struct, frozen=True):
    """In a dry run: the row would be stored."""


Outcome = BusinessRecord | Skipped | Accepted | VayroError
_Key = tuple[str | None, ...]
_GONE = NotFound("The business was deleted while it was to be changed.")


@dataclass
class _Plan:
    """What becomes of the rows: each its fate, a business's id among them for what is stored."""

    fates: list[UUID | Skipped | VayroError] = field(default_factory=list)
    new: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    changes: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def change(self, business_id: UUID, given: dict[str, Any]) -> None:
        """Store these values in a business, which may be an earlier row."""
        if business_id in self.new:
            self.new[business_id].update(given)
        else:
            self.changes.setdefault(business_id, {}).update(given)
        self.fates.append(business_id)


class BusinessImport:
    """Brings businesses in. A duplicate has the same phone number or, without one, the same name and address."""

    def __init__(self, database: Database, url_of: UrlOf) -> None:
        """Args: database; url_of, where a site is."""
        self._database = database
        self._url_of = url_of

    async def store(self, caller: Caller, drafts: Sequence[BusinessDraft], on_duplicate: OnDuplicate) -> list[Outcome]:
        """Store up to 1,000 businesses; return in order what became of each.

        Two imports at once into one workspace wait for each other, so that they make no duplicates together.
        """
        rows = await _read(drafts)
        now = dt.datetime.now(dt.UTC)
        async with self._database.transaction() as connection:
            await hold_workspace(connection, caller.workspace_id)
            plan = await _plan(connection, caller.workspace_id, rows, on_duplicate)
            stamps = {"workspace_id": caller.workspace_id, "created_at": now, "updated_at": now}
            await insert_businesses(connection, [{"id": key} | row | stamps for key, row in plan.new.items()])
            await _change(connection, caller.workspace_id, plan.changes, now)
            stored = await find_businesses(connection, caller.workspace_id, [*plan.new, *plan.changes])
            counts = {"created": len(plan.new), "updated": len(plan.changes)}
            if stored:
                subject = f"{len(stored)} business{'' if len(stored) == 1 else 'es'}"
                await audit.note(connection, caller, "business.import", subject, counts)
        records = {row.id: business_from_row(row, self._url_of) for row in stored}
        return [records.get(fate, _GONE) if isinstance(fate, UUID) else fate for fate in plan.fates]

    async def rehearse(
        self, caller: Caller, drafts: Sequence[BusinessDraft], on_duplicate: OnDuplicate
    ) -> list[Outcome]:
        """Return what `store` would do; nothing is written."""
        rows = await _read(drafts)
        async with self._database.read() as connection:
            plan = await _plan(connection, caller.workspace_id, rows, on_duplicate)
        return [_rehearsed(fate, plan) for fate in plan.fates]


async def _read(drafts: Sequence[BusinessDraft]) -> list[tuple[BusinessDraft, dict[str, Any] | ValidationFailed]]:
    rows: list[tuple[BusinessDraft, dict[str, Any] | ValidationFailed]] = []
    for number, draft in enumerate(drafts):
        try:
            rows.append((draft, draft.columns()))
        except ValidationFailed as error:
            rows.append((draft, error))
        if number % PIECE == 0:
            await asyncio.sleep(0)
    return rows


async def _plan(
    connection: AsyncConnection,
    workspace_id: UUID,
    rows: Sequence[tuple[BusinessDraft, dict[str, Any] | ValidationFailed]],
    on_duplicate: OnDuplicate,
) -> _Plan:
    valid = [row for _, row in rows if isinstance(row, dict)]
    known = {} if on_duplicate == "create" else await _find_known(connection, workspace_id, valid)
    room = MAX_BUSINESSES - await count_businesses(connection, workspace_id)
    plan = _Plan()
    for draft, row in rows:
        if isinstance(row, ValidationFailed):
            plan.fates.append(row)
            continue
        same = None if on_duplicate == "create" else known.get(_keys(row)[0])
        if same and on_duplicate == "skip":
            plan.fates.append(Skipped(same))
        elif same:
            plan.change(same, _given(draft, row))
        elif len(plan.new) >= room:
            plan.fates.append(QuotaExceeded(f"A workspace has {MAX_BUSINESSES:,} businesses at most."))
        else:
            made = uuid7()
            plan.new[made] = row
            plan.fates.append(made)
            for key in _keys(row):
                known.setdefault(key, made)
    return plan


async def _find_known(
    connection: AsyncConnection, workspace_id: UUID, rows: Sequence[dict[str, Any]]
) -> dict[_Key, UUID]:
    """Return the oldest business by each key that one of these rows may be found by."""
    phones = {row["phone"] for row in rows if row["phone"]}
    names = {row["name"] for row in rows if not row["phone"]}
    known: dict[_Key, UUID] = {}
    for found in await list_namesakes(connection, workspace_id, phones, names):
        for key in _keys(found):
            known.setdefault(key, found["id"])
    return known


def _keys(row: Any) -> list[_Key]:
    """Return what a business is known by, first what tells it from others: its number, else its name and address."""
    by_name: _Key = (row["name"], row["address"])
    return [(row["phone"],), by_name] if row["phone"] else [by_name]


def _given(draft: BusinessDraft, row: dict[str, Any]) -> dict[str, Any]:
    """Return what a row says of a business that is there: what it leaves out or leaves empty stays."""
    return {name: row[name] for name in draft.model_fields_set if getattr(draft, name) is not None}


async def _change(
    connection: AsyncConnection, workspace_id: UUID, changes: dict[UUID, dict[str, Any]], now: dt.datetime
) -> None:
    if changes:
        locked = await lock_businesses(connection, workspace_id, changes)
        await update_businesses(connection, [dict(row) | changes[row["id"]] | {"updated_at": now} for row in locked])


def _rehearsed(fate: UUID | Skipped | VayroError, plan: _Plan) -> Outcome:
    if isinstance(fate, Skipped):
        return Skipped(None) if fate.business_id in plan.new else fate
    return Accepted() if isinstance(fate, UUID) else fate
