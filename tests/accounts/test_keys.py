"""Keys: what they allow, and that they never allow more than whoever they stand for."""

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import update

from tests.accounts.people import Team, make_team
from tests.factories import now
from vayro.accounts.permissions import ALL_SCOPES, ROLE_SCOPES, ROLES
from vayro.database.engine import Database
from vayro.database.models import users
from vayro.errors import Forbidden, Unauthenticated, ValidationFailed


@pytest.fixture
async def team(database: Database) -> AsyncIterator[Team]:
    made = await make_team(database)
    yield made
    await made.accounts.close()


@pytest.mark.parametrize("role", ROLES)
async def test_a_key_of_all_scopes_allows_what_its_users_role_does(team: Team, role: str) -> None:
    caller = await team.accounts.authenticate_key(await team.accounts.create_key(team[role], "laptop"))
    assert caller.scopes == ROLE_SCOPES[role]


async def test_a_key_allows_the_scopes_that_it_was_given(team: Team) -> None:
    made = await team.accounts.keys.issue(team["owner"], "report", ["analytics:read", "links:read"])
    assert made.key.scopes == ("links:read", "analytics:read")
    assert (await team.accounts.authenticate_key(made.secret)).scopes == {"links:read", "analytics:read"}


async def test_a_key_follows_its_users_role(team: Team) -> None:
    secret = await team.accounts.create_key(team["member"], "laptop")
    assert "links:write" in (await team.accounts.authenticate_key(secret)).scopes
    await team.members.change_role(team["owner"], team["member"].user_id, "viewer")
    assert (await team.accounts.authenticate_key(secret)).scopes == ROLE_SCOPES["viewer"]


async def test_a_key_makes_no_key_that_allows_more_than_itself(team: Team) -> None:
    made = await team.accounts.keys.issue(team["owner"], "maker", ["admin", "links:read"])
    caller = await team.accounts.authenticate_key(made.secret)
    for wanted in (["links:write"], ["*"], ["admin", "analytics:read"]):
        with pytest.raises(Forbidden, match="cannot give the scope"):
            await team.accounts.keys.issue(caller, "more", wanted)
    child = await team.accounts.keys.issue(caller, "less", ["links:read"])
    assert (await team.accounts.authenticate_key(child.secret)).scopes == {"links:read"}


async def test_nobody_gives_a_key_a_scope_that_their_role_lacks(team: Team) -> None:
    with pytest.raises(Forbidden, match="links:write"):
        await team.accounts.keys.issue(replace(team["viewer"], scopes=ALL_SCOPES), "more", ["links:write"])


async def test_an_unknown_scope_is_refused_with_those_that_exist(team: Team) -> None:
    with pytest.raises(ValidationFailed, match="links:read, links:write"):
        await team.accounts.keys.issue(team["owner"], "laptop", ["links:everything"])


async def test_a_key_does_not_expire_in_the_past(team: Team) -> None:
    with pytest.raises(ValidationFailed, match="future"):
        await team.accounts.keys.issue(team["owner"], "late", ["*"], now() - dt.timedelta(seconds=1))


async def test_a_disabled_users_key_is_refused(team: Team, database: Database) -> None:
    secret = await team.accounts.create_key(team["member"], "laptop")
    disable = update(users).where(users.c.id == team["member"].user_id).values(disabled_at=now())
    async with database.transaction() as connection:
        await connection.execute(disable)
    with pytest.raises(Unauthenticated):
        await team.accounts.authenticate_key(secret)


async def test_making_and_revoking_are_noted_once_and_without_the_secret(team: Team) -> None:
    made = await team.accounts.keys.issue(team["owner"], "laptop", ["*"])
    for _ in range(2):
        await team.accounts.keys.revoke(made.key.id, team.workspace_id, team["admin"])
    assert await team.noted() == [("key.create", str(made.key.id)), ("key.revoke", str(made.key.id))]
