"""Writing new links: codes for those that have none, groups, and another try when a generated code is taken."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import msgspec
from sqlalchemy.exc import DBAPIError

from vayro.accounts.quotas import Quotas
from vayro.database.engine import Database
from vayro.errors import CanonicalTaken, CodeTaken, QuotaExceeded, Unavailable, ValidationFailed, VayroError
from vayro.links import repository
from vayro.links.allocation import CodeAllocator
from vayro.links.allowance import OVER_QUOTA
from vayro.links.excerpt import excerpt
from vayro.links.group_commit import GroupCommit, OverQuota, Write, at_version, write_retrying
from vayro.links.insertion import Versions, insert_at_once, insert_in_transaction, insert_with_changes
from vayro.links.record import LinkRecord
from vayro.observability import Metrics

MAX_TRIES = 20
"""A generated code seldom meets one that somebody chose; twenty in a row mean that something is broken."""

Publish = Callable[[Sequence[LinkRecord]], Awaitable[None]]


class LinkWriter:
    """Inserts prepared links and publishes them. A record without a code is given a generated one."""

    def __init__(
        self, database: Database, allocator: CodeAllocator, publish: Publish, metrics: Metrics, quotas: Quotas
    ) -> None:
        """Args: publish, what follows a commit; metrics, which count links and collisions; quotas, what plans allow."""
        self._database = database
        self._quotas = quotas
        self.limits = quotas.links_per_month()
        self._allocator = allocator
        self._publish = publish
        self._metrics = metrics
        self._direct = None if database.is_sqlite else database.open_direct()
        # Apart, because a chosen code or a canonical link may have to wait for another transaction.
        self._generated = GroupCommit(self._write_group, self.count_and_publish)
        self._chosen = GroupCommit(self._write_chosen, self.count_and_publish)

    async def close(self) -> None:
        """Finish what was begun."""
        await self._generated.close()
        await self._chosen.close()
        if self._direct:
            await self._direct.close()

    async def insert(self, record: LinkRecord) -> LinkRecord:
        """Return the link as it was made. Raises CodeTaken, QuotaExceeded."""
        if record.short_code:
            made = await self._insert_by(self._chosen, record)
            if made is None:
                raise code_taken(record)
            return made
        for _ in range(MAX_TRIES):
            made = await self._insert_by(self._generated, await self.with_code(record))
            if made:
                return made
            self._metrics.code_collisions.inc()
        raise Unavailable("No free short code was found.")

    async def insert_canonical(self, record: LinkRecord) -> LinkRecord | None:
        """Return the link as it was made; None when its code is taken or there is a canonical link already.

        Raises QuotaExceeded.
        """
        return await self._insert_by(self._chosen, await self.with_code(record))

    async def explain_quota(self, workspace_id: UUID) -> QuotaExceeded:
        """Return the error for links that the plan of a workspace does not allow."""
        async with self._database.read() as connection:
            return await self._quotas.explain_links(connection, workspace_id)

    async def _insert_by(self, group: GroupCommit, record: LinkRecord) -> LinkRecord | None:
        try:
            return await group.insert(record)
        except OverQuota:
            raise await self.explain_quota(record.workspace_id) from None

    async def with_code(self, record: LinkRecord) -> LinkRecord:
        """Return the record with a code. Do not call it inside a write transaction."""
        if record.short_code:
            return record
        return msgspec.structs.replace(record, short_code=(await self._allocator.allocate())[0])

    async def insert_many(self, records: Sequence[LinkRecord]) -> list[LinkRecord | VayroError]:
        """Return each link as it was made, or why it was not, in order."""
        outcomes: dict[UUID, LinkRecord | VayroError] = {}
        for _ in range(MAX_TRIES):
            waiting = [record for record in records if record.id not in outcomes]
            if not waiting:
                break
            outcomes |= await self._insert_once(waiting)
        await self.count_and_publish([made for made in outcomes.values() if isinstance(made, LinkRecord)])
        lost = Unavailable("No free short code was found.")
        return [outcomes.get(record.id, lost) for record in records]

    async def _insert_once(self, wanted: list[LinkRecord]) -> dict[UUID, LinkRecord | VayroError]:
        """Return what became of these links; one that is missing wants another generated code."""
        coded = await self._with_codes(wanted)
        write = self._write_chosen if any(record.short_code for record in wanted) else self._write_generated
        versions = await _write_halving(write, coded)
        outcomes: dict[UUID, LinkRecord | VayroError] = {}
        for record, tried in zip(wanted, coded, strict=True):
            outcome = versions.get(record.id)
            if outcome == OVER_QUOTA:
                outcomes[record.id] = await self.explain_quota(record.workspace_id)
            elif isinstance(outcome, int):
                outcomes[record.id] = at_version(tried, outcome)
            elif refusal := outcome or await self._explain(record):
                outcomes[record.id] = refusal
        return outcomes

    async def _explain(self, record: LinkRecord) -> VayroError | None:
        """Return why a link was not made; None when another code will do, which is counted."""
        if record.canonical and record.is_active:
            async with self._database.read() as connection:
                key = record.workspace_id, record.target_url, record.link_type
                if await repository.find_canonical(connection, *key):
                    return CanonicalTaken("There is a canonical link of this type to this destination.")
        if record.short_code:
            return code_taken(record)
        self._metrics.code_collisions.inc()
        return None

    async def _with_codes(self, records: list[LinkRecord]) -> list[LinkRecord]:
        missing = sum(not record.short_code for record in records)
        codes = iter(await self._allocator.allocate(missing) if missing else [])
        return [
            record if record.short_code else msgspec.structs.replace(record, short_code=next(codes))
            for record in records
        ]

    async def _write_group(self, records: Sequence[LinkRecord]) -> Versions:
        """Groups come one at a time, so one connection serves them all."""
        if self._direct is None:
            return await self._write_generated(records)
        return await insert_at_once(self._direct, records, self.limits)

    async def _write_generated(self, records: Sequence[LinkRecord]) -> Versions:
        async with self._database.transaction() as connection:
            return await insert_with_changes(connection, records, self.limits)

    async def _write_chosen(self, records: Sequence[LinkRecord]) -> Versions:
        async with self._database.transaction() as connection:
            return await insert_in_transaction(connection, records, self.limits)

    async def count_and_publish(self, records: Sequence[LinkRecord]) -> None:
        """Do what follows the commit of new links."""
        if records:
            self._metrics.links_created.inc(len(records))
            await self._publish(records)


async def _write_halving(write: Write, records: list[LinkRecord]) -> dict[UUID, int | VayroError]:
    """Write them all; when the database refuses the whole for one link's sake, find that one."""
    try:
        return {**await write_retrying(write, records)}
    except DBAPIError:
        if len(records) == 1:
            return {records[0].id: ValidationFailed("The database refused this link.")}
    half = len(records) // 2
    return await _write_halving(write, records[:half]) | await _write_halving(write, records[half:])


def code_taken(record: LinkRecord) -> CodeTaken:
    """Return the error that says whose code it is not."""
    return CodeTaken(f"Another link has the short code {excerpt(record.short_code)}.", field="short_code")
