"""Shared pages: begun once, ended at once, found by what no table holds."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, insert, select, update
from uuid_utils.compat import uuid7

from tests.conftest import SettingsFactory
from tests.factories import make_link, make_user, now
from vayro.accounts.records import Caller
from vayro.clicks.purge import purge_deleted_links
from vayro.clicks.shares import ShareService
from vayro.database.engine import Database
from vayro.database.models import audit_log, link_deletions, link_shares, links, metadata
from vayro.errors import NotFound
from vayro.settings import Settings


@dataclass
class Desk:
    """Somebody with a link, and the service."""

    database: Database
    service: ShareService
    caller: Caller
    link: Any

    async def share(self) -> str:
        """Share the link; return the token."""
        share = await self.service.begin(self.caller, self.link.id)
        assert share.url is not None
        return share.url.partition("#")[2]


@pytest.fixture
def settings(settings_factory: SettingsFactory) -> Settings:
    return settings_factory(dashboard_url="https://links.example.com")


@pytest.fixture
async def desk(database: Database, settings: Settings) -> Desk:
    return await make_desk(database, settings)


async def make_desk(database: Database, settings: Settings) -> Desk:
    link = await make_link(database, title="Spring")
    user = await make_user(database, workspace_id=link.workspace_id)
    return Desk(database, ShareService(settings, database), Caller(link.workspace_id, user.id, None, False), link)


async def test_nothing_is_shared_before_somebody_asks(desk: Desk) -> None:
    assert await desk.service.find(desk.caller.workspace_id, desk.link.id) is None


async def test_the_address_stays_the_same_however_often_it_is_shared(desk: Desk) -> None:
    begun = await asyncio.gather(*(desk.service.begin(desk.caller, desk.link.id) for _ in range(8)))
    found = await desk.service.find(desk.caller.workspace_id, desk.link.id)
    assert {share.url for share in begun} == {found.url if found else ""}
    assert found is not None
    assert (found.url or "").startswith("https://links.example.com/shared#")
    shown = await desk.service.get_link((found.url or "").partition("#")[2])
    assert (shown.id, shown.workspace_id, shown.title) == (desk.link.id, desk.caller.workspace_id, "Spring")


async def test_what_is_ended_is_found_no_more_and_comes_back_under_another_token(desk: Desk) -> None:
    first = await desk.share()
    for _ in range(2):
        await desk.service.end(desk.caller, desk.link.id)
    with pytest.raises(NotFound):
        await desk.service.get_link(first)
    second = await desk.share()
    assert second != first
    with pytest.raises(NotFound):
        await desk.service.get_link(first)
    assert (await desk.service.get_link(second)).id == desk.link.id


@pytest.mark.parametrize("token", ["", "x" * 43, "ü" * 43, "a\0b", "vk_" + "x" * 40, "x" * 1_000])
async def test_an_unknown_token_finds_nothing(desk: Desk, token: str) -> None:
    await desk.share()
    with pytest.raises(NotFound):
        await desk.service.get_link(token)


async def test_no_table_holds_the_token(desk: Desk) -> None:
    token = await desk.share()
    async with desk.database.read() as connection:
        kept = [str(row) for table in metadata.sorted_tables for row in await connection.execute(select(table))]
    assert len(kept) > 3
    assert [row for row in kept if token in row] == []


async def test_a_token_put_into_the_row_of_another_link_is_not_shown(desk: Desk, settings: Settings) -> None:
    other = await make_desk(desk.database, settings)
    for one in (desk, other):
        await one.share()
    async with desk.database.transaction() as connection:
        stolen = select(link_shares.c.sealed_token).where(link_shares.c.link_id == other.link.id).scalar_subquery()
        mine = link_shares.c.link_id == desk.link.id
        await connection.execute(update(link_shares).where(mine).values(sealed_token=stolen))
    found = await desk.service.find(desk.caller.workspace_id, desk.link.id)
    assert found is not None
    assert found.url is None


async def test_with_another_secret_key_the_page_is_there_but_shared_anew_under_another_address(
    desk: Desk, settings_factory: SettingsFactory
) -> None:
    token = await desk.share()
    desk.service = ShareService(settings_factory(secret_key="another key of 32 characters at least"), desk.database)
    found = await desk.service.find(desk.caller.workspace_id, desk.link.id)
    assert found is not None
    assert found.url is None
    assert (await desk.service.get_link(token)).id == desk.link.id
    assert await desk.share() != token
    with pytest.raises(NotFound):
        await desk.service.get_link(token)


async def test_the_link_of_another_workspace_is_not_found(desk: Desk, settings: Settings) -> None:
    await desk.share()
    other = await make_desk(desk.database, settings)
    for link_id in (desk.link.id, uuid7()):
        for asked in (
            other.service.find(other.caller.workspace_id, link_id),
            other.service.begin(other.caller, link_id),
            other.service.end(other.caller, link_id),
        ):
            with pytest.raises(NotFound):
                await asked
    assert await desk.service.find(desk.caller.workspace_id, desk.link.id)


async def test_a_link_that_was_taken_down_shows_nothing(desk: Desk) -> None:
    token = await desk.share()
    async with desk.database.transaction() as connection:
        mine = links.c.id == desk.link.id
        await connection.execute(update(links).where(mine).values(disabled_reason="abuse", is_active=False))
    with pytest.raises(NotFound):
        await desk.service.get_link(token)


async def test_the_page_of_a_deleted_link_goes_with_it_for_good_once_its_clicks_are_purged(desk: Desk) -> None:
    token = await desk.share()
    await delete_link(desk.database, desk.link.id, desk.link.workspace_id)
    with pytest.raises(NotFound):
        await desk.service.get_link(token)
    await purge_deleted_links(desk.database, now())
    assert await count_shares(desk.database, desk.link.id) == 0


async def test_who_shared_and_ended_is_in_the_audit_log_once_each(desk: Desk) -> None:
    for _ in range(2):
        await desk.share()
    for _ in range(2):
        await desk.service.end(desk.caller, desk.link.id)
    mine = audit_log.c.workspace_id == desk.caller.workspace_id
    async with desk.database.read() as connection:
        rows = (await connection.execute(select(audit_log).where(mine).order_by(audit_log.c.id))).all()
    told = [(row.action, row.subject, row.user_id) for row in rows]
    assert told == [(act, str(desk.link.id), desk.caller.user_id) for act in ("share.begin", "share.end")]


async def delete_link(database: Database, link_id: UUID, workspace_id: UUID) -> None:
    gone = {"link_id": link_id, "workspace_id": workspace_id, "deleted_at": now() - dt.timedelta(days=1)}
    async with database.transaction() as connection:
        await connection.execute(insert(link_deletions).values(gone))
        await connection.execute(delete(links).where(links.c.id == link_id))


async def count_shares(database: Database, link_id: UUID) -> int:
    async with database.read() as connection:
        query = select(func.count()).select_from(link_shares).where(link_shares.c.link_id == link_id)
        return int(await connection.scalar(query) or 0)
