"""Signing up: who may, and that an address is nobody's before it is proved."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from uuid_utils.compat import uuid7

from tests.accounts.ways_in import EMAIL, PASSWORD, Ways, make_ada, open_ways
from tests.conftest import SettingsFactory
from tests.factories import now
from vayro.accounts import tokens
from vayro.database.engine import Database
from vayro.database.models import invitations, single_use_tokens, users, workspace_members
from vayro.errors import Forbidden, Unauthenticated, ValidationFailed

BOB = "bob@example.com"

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
async def ways(database: Database, settings_factory: SettingsFactory) -> AsyncIterator[Ways]:
    async with open_ways(settings_factory(sign_up="open"), database) as opened:
        yield opened


@pytest.fixture
async def by_invitation(database: Database, settings_factory: SettingsFactory) -> AsyncIterator[Ways]:
    async with open_ways(settings_factory(), database) as opened:
        yield opened


async def ask(ways: Ways, email: str = EMAIL) -> str:
    await ways.access.sign_up.ask(email, PASSWORD)
    await ways.settle()
    return ways.letters.token() if "#" in ways.letters.mails[-1].text else ""


async def invite(database: Database, email: str, **over: Any) -> tuple[Any, str]:
    """An invitation of Ada's workspace: the workspace, and the token."""
    ada = await make_ada(database)
    token = tokens.new_token()
    values = {"id": uuid7(), "workspace_id": ada.workspace_id, "email": email, "role": "member"}
    values |= {"token_hash": tokens.hash_token(token), "invited_by": ada.id, "created_at": now()}
    values |= {"expires_at": now() + dt.timedelta(days=1), **over}
    async with database.transaction() as connection:
        await connection.execute(insert(invitations).values(values))
        from vayro.accounts.repository import update_plan

        await update_plan(connection, EMAIL, "enterprise")  # seats for two
    return ada.workspace_id, token


async def count_users(database: Database) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(users))


async def test_the_link_makes_the_account_and_signs_in(ways: Ways, database: Database) -> None:
    token = await ask(ways)
    assert await count_users(database) == 0
    opened = await ways.access.sign_up.finish(token, "a test")
    caller = await ways.caller(opened)
    async with database.read() as connection:
        user = (await connection.execute(select(users))).one()
        member = (await connection.execute(select(workspace_members))).one()
    assert (user.email, user.plan, user.is_admin) == (EMAIL, "free", False)
    assert user.email_verified_at is not None
    assert (member.workspace_id, member.user_id, member.role) == (caller.workspace_id, user.id, "owner")
    await ways.sign_in()
    assert "user.sign_up" in await ways.audited()


async def test_nobody_signs_in_before_the_address_is_proved(ways: Ways) -> None:
    await ask(ways)
    with pytest.raises(Unauthenticated):
        await ways.sign_in()


async def test_the_link_works_once_and_for_a_day(ways: Ways) -> None:
    token = await ask(ways)
    await ways.access.sign_up.finish(token, "a test")
    with pytest.raises(ValidationFailed):
        await ways.access.sign_up.finish(token, "a test")
    late = await ask(ways, BOB)
    ways.clock.advance(hours=24)
    with pytest.raises(ValidationFailed):
        await ways.access.sign_up.finish(late, "a test")


async def test_a_used_link_leaves_no_password_behind(ways: Ways, database: Database) -> None:
    await ways.access.sign_up.finish(await ask(ways), "a test")
    async with database.read() as connection:
        assert (await connection.execute(select(single_use_tokens.c.payload))).all() == [({},)]


async def test_of_two_links_the_first_makes_the_account(ways: Ways, database: Database) -> None:
    first, second = await ask(ways), await ask(ways)
    await ways.access.sign_up.finish(second, "a test")
    with pytest.raises(ValidationFailed):
        await ways.access.sign_up.finish(first, "a test")
    assert await count_users(database) == 1


async def test_who_has_an_account_is_told_by_mail_alone(ways: Ways, database: Database) -> None:
    await make_ada(database)
    assert await ask(ways) == ""
    assert "There is one already" in ways.letters.mails[-1].text
    await ways.sign_in()  # with the password of before


@pytest.mark.parametrize("password", ["short", "password", EMAIL])
async def test_a_bad_password_is_refused_before_any_mail(ways: Ways, password: str) -> None:
    with pytest.raises(ValidationFailed):
        await ways.access.sign_up.ask(EMAIL, password)
    await ways.settle()
    assert ways.letters.mails == []


@pytest.mark.parametrize("sign_up", ["closed", "invitation"])
async def test_strangers_may_be_kept_out(sign_up: str, database: Database, settings_factory: SettingsFactory) -> None:
    async with open_ways(settings_factory(sign_up=sign_up), database) as ways:
        with pytest.raises(Forbidden):
            await ways.access.sign_up.ask(EMAIL, PASSWORD)
        with pytest.raises(Forbidden):
            await ways.access.sign_up.with_invitation(EMAIL, PASSWORD, tokens.new_token(), "a test")


async def test_an_invitation_makes_an_account_in_its_workspace(by_invitation: Ways, database: Database) -> None:
    workspace_id, token = await invite(database, BOB)
    opened = await by_invitation.access.sign_up.with_invitation(BOB, PASSWORD, token, "a test")
    assert (await by_invitation.caller(opened)).workspace_id == workspace_id
    profile = await by_invitation.access.sessions.describe(opened.caller)
    assert {(row.id == workspace_id, row.role) for row in profile.workspaces} == {(True, "member"), (False, "owner")}
    with pytest.raises(Forbidden):  # it is used
        await by_invitation.access.sign_up.with_invitation("eve@example.com", PASSWORD, token, "a test")


async def test_an_invitation_is_good_for_its_address_alone(by_invitation: Ways, database: Database) -> None:
    _workspace_id, token = await invite(database, BOB)
    with pytest.raises(Forbidden):
        await by_invitation.access.sign_up.with_invitation("eve@example.com", PASSWORD, token, "a test")
    assert await count_users(database) == 1


async def test_an_old_invitation_is_good_for_nothing(by_invitation: Ways, database: Database) -> None:
    _workspace_id, token = await invite(database, BOB, expires_at=now() - dt.timedelta(seconds=1))
    with pytest.raises(Forbidden):
        await by_invitation.access.sign_up.with_invitation(BOB, PASSWORD, token, "a test")


async def test_of_many_who_follow_one_link_at_once_one_gets_in(ways: Ways, database: Database) -> None:
    token = await ask(ways)
    finishes = (ways.access.sign_up.finish(token, "a test") for _ in range(4))
    outcomes = await asyncio.gather(*finishes, return_exceptions=True)
    assert sum(isinstance(outcome, ValidationFailed) for outcome in outcomes) == 3
    assert await count_users(database) == 1
