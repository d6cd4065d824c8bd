"""Links that belong to something else: made, changed and ended in the transaction of what they belong to.

Rules and codes come first, outside of any transaction; the statements within it; the caches after its commit.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.accounts.quotas import Quotas
from vayro.accounts.records import Caller
from vayro.errors import CodeTaken, NotFound
from vayro.links import editing, journal, repository
from vayro.links.allowance import OVER_QUOTA
from vayro.links.draft import LinkDraft
from vayro.links.group_commit import at_version
from vayro.links.insertion import insert_in_transaction
from vayro.links.preparation import Owner, Preparation
from vayro.links.record import LinkRecord
from vayro.links.writer import LinkWriter

Publish = Callable[[Sequence[LinkRecord]], Awaitable[None]]


class BelongingLinks:
    """What a feature whose rows have a link needs of links."""

    def __init__(self, preparation: Preparation, writer: LinkWriter, quotas: Quotas, publish: Publish) -> None:
        """Args: preparation, the rules; writer, which gives codes and counts; publish, what follows a commit."""
        self._preparation = preparation
        self._writer = writer
        self._quotas = quotas
        self._publish = publish

    async def prepare(self, owner: Owner, draft: LinkDraft) -> LinkRecord:
        """Return a canonical link, ready to be made, with its code. Not to be called inside a write transaction.

        Raises the errors of destinations and domains.
        """
        return await self._writer.with_code(await self._preparation.prepare(owner, draft, canonical=True))

    async def check_target(self, url: str) -> str:
        """Return the form in which a destination is stored. Raises the errors of destinations."""
        return await self._preparation.check_target(url)

    async def put(self, connection: AsyncConnection, prepared: LinkRecord) -> tuple[LinkRecord, bool]:
        """Return the one active canonical link for this destination and type, and whether it was made now.

        Call it in a transaction, and `announce` what was made after its commit. Raises QuotaExceeded; CodeTaken when
        the code is another link's: then the caller prepares it again.
        """
        if found := await self._find(connection, prepared):
            return found, False
        versions = await insert_in_transaction(connection, [prepared], self._writer.limits)
        version = versions.get(prepared.id)
        if version == OVER_QUOTA:
            raise await self._quotas.explain_links(connection, prepared.workspace_id)
        if version is not None:
            return at_version(prepared, version), True
        if found := await self._find(connection, prepared):  # whoever made it has committed meanwhile
            return found, False
        raise CodeTaken("Another link has this short code.")

    async def change(
        self,
        connection: AsyncConnection,
        workspace_id: UUID,
        link_id: UUID,
        changes: Mapping[str, Any],
        by: Caller | None,
    ) -> LinkRecord:
        """Write changes of checked columns and return the link; `republish` it after the commit.

        Raises NotFound, CanonicalTaken.
        """
        old = await repository.lock_link(connection, workspace_id, link_id)
        if old is None:
            raise NotFound("There is no such link.")
        changed = {name: value for name, value in changes.items() if getattr(old, name) != value}
        if not changed:
            return old
        new = await editing.rewrite(connection, old, changed)
        await journal.note_edited(connection, by, old, changed)
        return new

    async def _find(self, connection: AsyncConnection, prepared: LinkRecord) -> LinkRecord | None:
        """Return the canonical link that is there, kept from being deleted until the transaction ends."""
        key = prepared.workspace_id, prepared.target_url, prepared.link_type
        found = await repository.find_canonical(connection, *key)
        return await repository.lock_link(connection, prepared.workspace_id, found.id) if found else None

    async def announce(self, made: LinkRecord) -> None:
        """Do what follows the commit that made a link."""
        await self._writer.count_and_publish([made])

    async def republish(self, changed: LinkRecord) -> None:
        """Do what follows the commit that changed a link."""
        await self._publish([changed])
