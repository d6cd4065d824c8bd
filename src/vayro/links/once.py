"""Creation with an `Idempotency-Key`: however often the request comes, it makes one link."""

from uuid import UUID

from vayro.database.engine import Database
from vayro.errors import NotFound, Unavailable
from vayro.links import repository
from vayro.links.allowance import OVER_QUOTA
from vayro.links.group_commit import at_version
from vayro.links.idempotency import HEADER, IdempotentRequest, claim_key, find_made
from vayro.links.insertion import insert_in_transaction
from vayro.links.record import LinkRecord
from vayro.links.writer import MAX_TRIES, LinkWriter, code_taken


class OnceOnly:
    """Binds keys to the links they make, in the transaction that makes them."""

    def __init__(self, database: Database, writer: LinkWriter) -> None:
        """Args: writer, which gives codes and publishes."""
        self._database = database
        self._writer = writer

    async def create(self, prepared: LinkRecord, request: IdempotentRequest) -> LinkRecord:
        """Make the link, or return the one that this request made before, as it is now.

        Raises CodeTaken, QuotaExceeded; ValidationFailed when the key came with another request; NotFound when its link
        was deleted.
        """
        for _ in range(MAX_TRIES):
            if (earlier := await self._find_earlier(prepared.workspace_id, request)) is not None:
                return earlier
            record = await self._writer.with_code(prepared)
            if (made := await self._insert(record, request)) is not None:
                await self._writer.count_and_publish([made])
                return made
            if prepared.short_code and await self._is_taken(record, request):
                raise code_taken(record)
        raise Unavailable("The request could not be made once and for all.")

    async def _find_earlier(self, workspace_id: UUID, request: IdempotentRequest) -> LinkRecord | None:
        async with self._database.read() as connection:
            link_id = await find_made(connection, workspace_id, request)
            if link_id is None:
                return None
            earlier = await repository.find_link(connection, workspace_id, link_id)
        if earlier is None:
            raise NotFound(f"The link that this {HEADER} made has been deleted.")
        return earlier

    async def _insert(self, record: LinkRecord, request: IdempotentRequest) -> LinkRecord | None:
        """None when the key or the code was taken, and nothing was written."""
        try:
            async with self._database.transaction() as connection:
                if not await claim_key(connection, record.workspace_id, request, record.id, record.created_at):
                    return None
                versions = await insert_in_transaction(connection, [record], self._writer.limits)
                if versions.get(record.id, OVER_QUOTA) == OVER_QUOTA:
                    raise _Lost(record.id in versions)  # noqa: TRY301  # rolls the claim back
        except _Lost as lost:
            if lost.is_over_quota:
                raise await self._writer.explain_quota(record.workspace_id) from None
            return None
        return at_version(record, versions[record.id])

    async def _is_taken(self, record: LinkRecord, request: IdempotentRequest) -> bool:
        """Whether it was the code, and not the key, that somebody else has."""
        async with self._database.read() as connection:
            if await find_made(connection, record.workspace_id, request):
                return False
            return await repository.find_by_code(connection, record.domain, record.short_code) is not None


class _Lost(Exception):
    """The code was taken, or the plan does not allow the link."""

    def __init__(self, is_over_quota: bool) -> None:  # noqa: FBT001  # the only thing to be known
        super().__init__()
        self.is_over_quota = is_over_quota
