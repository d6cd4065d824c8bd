"""The rules of links."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from vayro.accounts.quotas import Quotas
from vayro.accounts.records import Caller
from vayro.cache.port import LinkCache
from vayro.database.engine import Database
from vayro.errors import NotFound, Unavailable, ValidationFailed, VayroError
from vayro.links import editing, journal, repository, restoration
from vayro.links.allocation import CodeAllocator
from vayro.links.belonging import BelongingLinks
from vayro.links.check_reader import CheckReader
from vayro.links.domains import DomainDirectory
from vayro.links.draft import LinkDraft, LinkEdit
from vayro.links.idempotency import identify_request
from vayro.links.lists import BlockLists
from vayro.links.once import OnceOnly
from vayro.links.preparation import Owner, Preparation, require_active
from vayro.links.publication import publish
from vayro.links.record import LinkRecord
from vayro.links.rehearsal import Rehearsal
from vayro.links.search import LinkFilter, Page, Position, Sort, list_links
from vayro.links.several import SeveralLinks
from vayro.links.tags import TagCount, list_tags
from vayro.links.takedown import require_edit_allowed, require_standing, require_unneeded
from vayro.links.writer import MAX_TRIES, LinkWriter, code_taken
from vayro.observability import Metrics
from vayro.settings import Settings

MAX_BULK = 1_000


class LinkService:
    """Makes, finds, changes and deletes links. Each method is one transaction; the cache is told after its commit."""

    def __init__(
        self, settings: Settings, database: Database, cache: LinkCache, allocator: CodeAllocator, metrics: Metrics
    ) -> None:
        """Args: cache, what engines read; allocator, where generated codes come from."""
        self.domains = DomainDirectory(settings, database)
        self._database = database
        self._cache = cache
        lists = BlockLists(settings, database)
        self.checks = CheckReader(database, lists)
        self._preparation = Preparation(self.domains, lists)
        quotas = Quotas(settings.plan_table)
        self._writer = LinkWriter(database, allocator, self._publish, metrics, quotas)
        self.rehearsal = Rehearsal(database, self._preparation, self._writer)
        self.several = SeveralLinks(database, self._preparation, self._publish)
        self.belonging = BelongingLinks(self._preparation, self._writer, quotas, self._publish)
        self._once = OnceOnly(database, self._writer)

    async def close(self) -> None:
        """Finish what was begun."""
        await self._writer.close()

    # ── making ──

    async def create(self, owner: Owner, draft: LinkDraft, idempotency_key: str | None = None) -> LinkRecord:
        """Make a link; it may repeat a destination. The same key with the same draft gives the same link.

        Raises CodeTaken, QuotaExceeded, and the errors of destinations, codes, domains and keys.
        """
        if idempotency_key is None:
            return await self._writer.insert(await self._preparation.prepare(owner, draft))
        request = identify_request(idempotency_key, draft.model_dump_json().encode())
        return await self._once.create(await self._preparation.prepare(owner, draft), request)

    async def put_canonical(self, owner: Owner, draft: LinkDraft) -> tuple[LinkRecord, bool]:
        """Return the one active canonical link for this destination and type, and whether it was made now.

        The unique index decides among callers; whoever loses reads the winner, and when the winner was deactivated
        meanwhile, tries again. Raises CodeTaken, and the errors of destinations, codes and domains.
        """
        prepared = require_active(await self._preparation.prepare(owner, draft, canonical=True))
        for _ in range(MAX_TRIES):
            if (found := await self._find_canonical(prepared)) is not None:
                return found, False
            if (made := await self._writer.insert_canonical(prepared)) is not None:
                return made, True
            if prepared.short_code and await self._is_other_taken(prepared):
                raise code_taken(prepared)
        raise Unavailable("The canonical link keeps changing.")

    async def create_many(self, owner: Owner, drafts: Sequence[LinkDraft]) -> list[LinkRecord | VayroError]:
        """Make up to 1,000 links; return each, or why it was not made, in order. One bad link spoils no other."""
        if len(drafts) > MAX_BULK:
            raise ValidationFailed(f"There are {len(drafts)} links; at most {MAX_BULK} are accepted.", field="links")
        prepared = await self._preparation.prepare_many(owner, drafts)
        outcomes = iter(await self._writer.insert_many([one for one in prepared if isinstance(one, LinkRecord)]))
        return [next(outcomes) if isinstance(one, LinkRecord) else one for one in prepared]

    # ── finding ──

    async def get(self, workspace_id: UUID, link_id: UUID) -> LinkRecord:
        """Return the link. Raises NotFound, for another workspace's too."""
        async with self._database.read() as connection:
            return _required(await repository.find_link(connection, workspace_id, link_id))

    async def get_by_code(
        self, short_code: str, domain: str | None = None, workspace_id: UUID | None = None
    ) -> LinkRecord:
        """Return the link with this code; without a workspace, whoever owns it. Raises NotFound."""
        stored = self.domains.stored_name(domain or "")
        async with self._database.read() as connection:
            return _required(await repository.find_by_code(connection, stored, short_code, workspace_id))

    async def list_page(
        self,
        workspace_id: UUID | None,
        wanted: LinkFilter,
        *,
        sort: Sort = "-created_at",
        limit: int = 50,
        after: Position | None = None,
    ) -> Page:
        """Return one page of a workspace's links; None: of everybody's.

        Raises ValidationFailed when `after` comes from another order.
        """
        if after and after.sort != sort:
            raise ValidationFailed("The cursor belongs to another order of the list.", field="cursor")
        async with self._database.read() as connection:
            return await list_links(connection, workspace_id, wanted, sort=sort, limit=limit, after=after)

    async def list_tags(self, workspace_id: UUID) -> list[TagCount]:
        """Return the tags of a workspace's links, the most used first: 1,000 at most."""
        async with self._database.read() as connection:
            return await list_tags(connection, workspace_id)

    # ── changing ──

    async def edit(self, workspace_id: UUID, link_id: UUID, edit: LinkEdit, *, by: Caller | None = None) -> LinkRecord:
        """Change what the edit names and return the link; an edit that names nothing changes nothing.

        Raises NotFound, CodeTaken, CanonicalTaken, Forbidden when the link was taken down, and the errors of
        destinations and codes.
        """
        changes = await self._preparation.prepare_changes(edit.changes())
        if not changes:
            return await self.get(workspace_id, link_id)
        async with self._database.transaction() as connection:
            old = _required(await repository.lock_link(connection, workspace_id, link_id))
            require_edit_allowed(old, changes)
            new = await editing.rewrite(connection, old, changes)
            await journal.note_edited(connection, by, old, changes)
        await self._publish([new], left=[old] if editing.has_moved(old, new) else [])
        return new

    async def delete(
        self, workspace_id: UUID, link_id: UUID, *, even_if_taken_down: bool = False, by: Caller | None = None
    ) -> None:
        """Delete the link; for half an hour it may be restored, then a job purges its clicks.

        Raises NotFound; Forbidden for one taken down; LinkInUse for one that belongs to a site.
        """
        async with self._database.transaction() as connection:
            old = _required(await repository.lock_link(connection, workspace_id, link_id))
            if not even_if_taken_down:
                require_standing(old)
            require_unneeded(old, await repository.find_needed(connection, [old.id]))
            await restoration.remove(connection, [old], dt.datetime.now(dt.UTC))
            await journal.note_deleted(connection, by, old)
        await self._publish([], left=[old])

    async def restore(self, workspace_id: UUID, link_id: UUID, *, by: Caller | None = None) -> LinkRecord:
        """Take back a deletion of the last half hour at least; the link has its clicks again.

        Raises NotFound, CodeTaken, CanonicalTaken, and the errors of destinations and domains.
        """
        [outcome] = await self.several.restore(workspace_id, [link_id], by=by)
        if isinstance(outcome, VayroError):
            raise outcome
        return outcome

    async def check_address(self, url: str, field: str, own_host: str) -> str:
        """Return the canonical form of an address that is no link's. Raises the errors of destinations."""
        return await self._preparation.check_address(url, field, own_host)

    # ── inside ──

    async def _publish(self, records: Sequence[LinkRecord], left: Sequence[LinkRecord] = ()) -> None:
        """Publish links as they are, and tombstones where links were."""
        snapshots = [record.snapshot() for record in records] + [editing.tombstone_of(old) for old in left]
        await publish(self._cache, snapshots)

    async def _find_canonical(self, record: LinkRecord) -> LinkRecord | None:
        key = record.workspace_id, record.target_url, record.link_type
        async with self._database.read() as connection:
            return await repository.find_canonical(connection, *key)

    async def _is_other_taken(self, record: LinkRecord) -> bool:
        """Whether it was the code, and not the canonical place, that another link has."""
        async with self._database.read() as connection:
            holder = await repository.find_by_code(connection, record.domain, record.short_code)
        return holder is not None and await self._find_canonical(record) is None


def _required(record: LinkRecord | None) -> LinkRecord:
    if record is None:
        raise NotFound("There is no such link.")
    return record
