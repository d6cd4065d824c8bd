"""Many links at once: changed, deleted and restored. One that cannot be spoils no other."""

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.errors import NotFound, RequestError, ValidationFailed
from vayro.links import editing, journal, repository, restoration
from vayro.links.draft import MAX_TAGS
from vayro.links.preparation import Preparation
from vayro.links.record import LinkRecord
from vayro.links.takedown import require_edit_allowed, require_standing, require_unneeded

MAX_SEVERAL = 1_000

Outcomes = dict[UUID, LinkRecord | RequestError]
Publish = Callable[[Sequence[LinkRecord], Sequence[LinkRecord]], Awaitable[None]]
"""What follows a commit: the links as they are, and those that are gone. Does not raise."""


@dataclass(frozen=True, slots=True)
class SharedEdit:
    """What changes on all of them; None and empty: nothing."""

    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    is_active: bool | None = None


@dataclass(slots=True)
class _Edited:
    """What became of the links of one edit so far."""

    outcomes: Outcomes = field(default_factory=dict)
    before: list[LinkRecord] = field(default_factory=list)
    after: list[LinkRecord] = field(default_factory=list)

    def add(self, old: LinkRecord, new: LinkRecord) -> None:
        self.outcomes[new.id] = new
        self.before.append(old)
        self.after.append(new)


class SeveralLinks:
    """Each method is one transaction, and returns for each identifier, in order, what became of it."""

    def __init__(self, database: Database, preparation: Preparation, publish: Publish) -> None:
        """Args: preparation, the rules that a restored link must still keep; publish, what follows a commit."""
        self._database = database
        self._preparation = preparation
        self._publish = publish

    async def edit(
        self, workspace_id: UUID, ids: Sequence[UUID], wanted: SharedEdit, *, by: Caller | None = None
    ) -> list[LinkRecord | RequestError]:
        """Change tags and activity; a link that is so already gets no new version."""
        _require_few(ids)
        async with self._database.transaction() as connection:
            old = await repository.lock_links(connection, workspace_id, ids)
            edited = await _edit(connection, old, wanted)
            await journal.note_several(connection, by, "link.update", edited.before, fields=_fields(wanted))
        await self._publish(edited.after, ())
        return _in_order(ids, edited.outcomes)

    async def delete(
        self, workspace_id: UUID, ids: Sequence[UUID], *, even_if_taken_down: bool = False, by: Caller | None = None
    ) -> list[LinkRecord | RequestError]:
        """Delete links, those that were taken down only if asked to and none that belongs to a site.

        Returns what they were.
        """
        _require_few(ids)
        async with self._database.transaction() as connection:
            outcomes: Outcomes = {}
            found = await repository.lock_links(connection, workspace_id, ids)
            needed = await repository.find_needed(connection, [record.id for record in found])
            for record in found:
                outcomes[record.id] = _unless_refused(record, needed, even_if_taken_down=even_if_taken_down)
            gone = [one for one in outcomes.values() if isinstance(one, LinkRecord)]
            await restoration.remove(connection, gone, dt.datetime.now(dt.UTC))
            await journal.note_several(connection, by, "link.delete", gone)
        await self._publish((), gone)
        return _in_order(ids, outcomes)

    async def restore(
        self, workspace_id: UUID, ids: Sequence[UUID], *, by: Caller | None = None
    ) -> list[LinkRecord | RequestError]:
        """Take back deletions, as long as what was deleted is kept. What may not be made any more is not restored.

        Errors: NotFound, CodeTaken, CanonicalTaken, and those of destinations and domains.
        """
        _require_few(ids)
        async with self._database.read() as connection:
            found = await restoration.find_kept(connection, workspace_id, ids)
        outcomes: Outcomes = dict(await self._preparation.find_refused(list(found.values())))
        async with self._database.transaction() as connection:
            kept = await restoration.find_kept(connection, workspace_id, found.keys() - outcomes.keys(), lock=True)
            outcomes |= await restoration.put_back(connection, [*kept.values()], dt.datetime.now(dt.UTC))
            restored = [one for one in outcomes.values() if isinstance(one, LinkRecord)]
            await journal.note_several(connection, by, "link.restore", restored)
        await self._publish(restored, ())
        return _in_order(ids, outcomes)


async def _edit(connection: AsyncConnection, found: Iterable[LinkRecord], wanted: SharedEdit) -> _Edited:
    edited, now = _Edited(), dt.datetime.now(dt.UTC)
    plain: list[LinkRecord] = []
    for old in found:
        try:
            if not (changes := _changes(old, wanted)):
                edited.outcomes[old.id] = old
            elif old.canonical and changes.get("is_active"):
                # Another link may have taken its place: then this one alone is undone.
                async with connection.begin_nested():
                    edited.add(old, await editing.rewrite(connection, old, changes))
            else:
                new = msgspec.structs.replace(old, **changes, version=old.version + 1, updated_at=now)
                plain.append(new)
                edited.add(old, new)
        except RequestError as error:
            edited.outcomes[old.id] = error
    await repository.update_marks(connection, plain)
    await repository.insert_changes(connection, plain, now)
    return edited


def _changes(old: LinkRecord, wanted: SharedEdit) -> dict[str, Any]:
    """Return the columns that change. Raises Forbidden, and ValidationFailed when there would be too many tags."""
    removed = set(wanted.remove_tags)
    tags = list(dict.fromkeys([*(tag for tag in old.tags if tag not in removed), *wanted.add_tags]))
    if len(tags) > MAX_TAGS:
        raise ValidationFailed(f"The link would have {len(tags)} tags; at most {MAX_TAGS} are accepted.", field="tags")
    changes: dict[str, Any] = {}
    if tags != old.tags:
        changes["tags"] = tags
    if wanted.is_active is not None and wanted.is_active != old.is_active:
        changes["is_active"] = wanted.is_active
    require_edit_allowed(old, changes)
    return changes


def _fields(wanted: SharedEdit) -> list[str]:
    tags = ["tags"] if wanted.add_tags or wanted.remove_tags else []
    return tags if wanted.is_active is None else ["is_active", *tags]


def _unless_refused(
    record: LinkRecord, needed: Collection[UUID], *, even_if_taken_down: bool
) -> LinkRecord | RequestError:
    try:
        if not even_if_taken_down:
            require_standing(record)
        require_unneeded(record, needed)
    except RequestError as error:
        return error
    return record


def _require_few(ids: Sequence[UUID]) -> None:
    if len(ids) > MAX_SEVERAL:
        raise ValidationFailed(f"There are {len(ids)} links; at most {MAX_SEVERAL} are accepted.", field="ids")


def _in_order(ids: Sequence[UUID], outcomes: Outcomes) -> list[LinkRecord | RequestError]:
    return [outcomes.get(link_id) or NotFound("There is no such link.") for link_id in ids]
