"""Fetching block lists from their addresses: a chore of the worker."""

import datetime as dt
from collections.abc import Iterable

import structlog

from vayro.database.engine import Database
from vayro.egress.client import EgressClient
from vayro.egress.refusals import NotFetched
from vayro.errors import Unavailable
from vayro.links.lists import FetchedList, delete_other_lists, find_lists, store_list

_log = structlog.get_logger(__name__)


async def refresh_lists(database: Database, egress: EgressClient, urls: Iterable[str], max_bytes: int) -> int:
    """Fetch each list that changed; return how many did.

    A list that cannot be fetched, or is larger than `max_bytes`, stays as it was. Raises Unavailable at the end when
    there was one.
    """
    wanted = list(urls)
    async with database.transaction() as connection:
        await delete_other_lists(connection, wanted)
        held = {one.url: one for one in await find_lists(connection, wanted)}
    failed, changed = 0, 0
    for url in wanted:
        try:
            found = await _fetch(egress, url, held.get(url), max_bytes)
        except NotFetched as error:
            _log.warning("a block list was not fetched", url=url.partition("?")[0], reason=str(error))
            failed += 1
            continue
        if found is not None:
            async with database.transaction() as connection:
                await store_list(connection, found, dt.datetime.now(dt.UTC))
            changed += 1
    if failed:
        raise Unavailable(f"{failed} of {len(wanted)} block lists could not be fetched.")
    return changed


async def _fetch(egress: EgressClient, url: str, held: FetchedList | None, max_bytes: int) -> FetchedList | None:
    """Return the list as it is now; None when it has not changed. Raises NotFetched."""
    headers = {"If-None-Match": held.etag} if held and held.etag else {}
    answer = await egress.fetch(url, headers=headers, max_bytes=max_bytes)
    if answer.status == 304 and held:
        return None
    if answer.status != 200:
        raise NotFetched(f"It answers with the status {answer.status}.")
    content = answer.body.decode("utf-8", "replace").replace("\0", "")
    if held and held.content == content:
        return None
    return FetchedList(url, content, answer.headers.get("etag", "")[:255])
