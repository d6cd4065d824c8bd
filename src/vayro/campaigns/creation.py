"""How a campaign is made: for somebody, and however often the same request comes, once."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from vayro.accounts import audit
from vayro.accounts.records import Caller
from vayro.campaigns import repository
from vayro.campaigns.audience import REASONS
from vayro.campaigns.estimate import Estimator, require_somebody
from vayro.campaigns.plan import check_quiet, check_schedule
from vayro.campaigns.texts import Variant
from vayro.campaigns.wordings import Wordings
from vayro.database.engine import Database
from vayro.errors import Unavailable
from vayro.links.idempotency import IdempotentRequest, claim_key, find_made, identify_request
from vayro.settings import Settings


class CampaignDraft(msgspec.Struct, frozen=True):
    """A campaign to be made."""

    name: str
    audience: Mapping[str, Any]
    variant: Variant
    texts: Mapping[str, str]
    rate_per_second: int
    quiet_from: str | None
    quiet_until: str | None
    time_zone: str
    scheduled_at: dt.datetime | None


class CampaignMaker:
    """Makes campaigns; their messages are made by the jobs."""

    def __init__(self, settings: Settings, database: Database, estimator: Estimator) -> None:
        """Args: settings, for the provider and the currency; estimator, which says whether anybody would get one."""
        self._settings = settings
        self._database = database
        self._estimator = estimator

    async def make(self, caller: Caller, draft: CampaignDraft, key: str | None) -> UUID:
        """Return the campaign that was made, or with a key the one that the same request made before.

        Raises ValidationFailed: also when nobody would get it, and when the key came with another request.
        """
        request = None if key is None else identify_request(key, _digestible(draft))
        if request and (earlier := await self._find_earlier(caller, request)):
            return earlier
        wordings = Wordings(draft.variant, draft.texts)
        check_quiet(draft.quiet_from, draft.quiet_until)
        at = dt.datetime.now(dt.UTC)
        begins = check_schedule(draft.scheduled_at, at)
        require_somebody(await self._estimator.estimate(caller.workspace_id, draft.audience, wordings))
        values = msgspec.structs.asdict(draft) | {"texts": wordings.texts, "scheduled_at": begins}
        values |= {"id": uuid7(), "status": "preparing", "is_prepared": False, "skipped": dict.fromkeys(REASONS, 0)}
        values |= {"workspace_id": caller.workspace_id, "user_id": caller.user_id}
        values |= {"provider": self._settings.sms_provider, "currency": self._settings.currency}
        async with self._database.transaction() as connection:
            return await _insert(connection, caller, request, values | {"created_at": at, "updated_at": at})

    async def _find_earlier(self, caller: Caller, request: IdempotentRequest) -> UUID | None:
        async with self._database.read() as connection:
            return await find_made(connection, caller.workspace_id, request)


def _digestible(draft: CampaignDraft) -> bytes:
    return b"campaign " + msgspec.json.encode(draft, order="deterministic")


async def _insert(
    connection: AsyncConnection, caller: Caller, request: IdempotentRequest | None, values: dict[str, Any]
) -> UUID:
    """Store it, unless the same request was a moment faster; return the one there is."""
    made: UUID = values["id"]
    if request and not await claim_key(connection, caller.workspace_id, request, made, values["created_at"]):
        if earlier := await find_made(connection, caller.workspace_id, request):
            return earlier
        raise Unavailable("The request could not be made once and for all.")
    await repository.insert_campaign(connection, values)
    await audit.note(connection, caller, "campaign.create", values["name"], {"variant": values["variant"]})
    return made
