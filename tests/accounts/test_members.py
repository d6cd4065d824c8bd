"""Who may make whom what, and what leaving takes along."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from tests.accounts.people import Team, make_team
from vayro.accounts.members import MemberService
from vayro.database.engine import Database
from vayro.database.models import workspace_members
from vayro.errors import Forbidden, NotFound, Unauthenticated


@pytest.fixture
async def team(database: Database) -> AsyncIterator[Team]:
    made = await make_team(database)
    yield made
    await made.accounts.close()


async def test_members_are_listed_as_they_joined(team: Team) -> None:
    members = await team.members.list_members(team.workspace_id)
    assert [member.role for member in members] == ["owner", "admin", "member", "viewer"]


async def test_an_admin_makes_a_viewer_a_member(team: Team) -> None:
    changed = await team.members.change_role(team["admin"], team["viewer"].user_id, "member")
    assert changed.role == "member"
    assert (await team.roles())[team["viewer"].user_id] == "member"
    assert await team.noted() == [("member.change", str(team["viewer"].user_id))]


@pytest.mark.parametrize("role", ["admin", "member", "viewer"])
async def test_only_an_owner_makes_an_owner(team: Team, role: str) -> None:
    with pytest.raises(Forbidden, match="Only an owner"):
        await team.members.change_role(team[role], team["member"].user_id, "owner")
    await team.members.change_role(team["owner"], team["member"].user_id, "owner")
    assert (await team.roles())[team["member"].user_id] == "owner"


async def test_only_an_owner_unmakes_an_owner(team: Team) -> None:
    await team.members.change_role(team["owner"], team["member"].user_id, "owner")
    for attempt in (
        team.members.change_role(team["admin"], team["member"].user_id, "viewer"),
        team.members.remove(team["admin"], team["member"].user_id),
    ):
        with pytest.raises(Forbidden, match="Only an owner"):
            await attempt
    await team.members.remove(team["owner"], team["member"].user_id)


async def test_the_last_owner_stays(team: Team) -> None:
    owner = team["owner"]
    for attempt in (
        team.members.change_role(owner, owner.user_id, "admin"),
        team.members.remove(owner, owner.user_id),
        team.members.leave(owner),
    ):
        with pytest.raises(Forbidden, match="last owner"):
            await attempt
    assert (await team.roles())[owner.user_id] == "owner"


async def test_of_two_owners_who_leave_at_once_one_stays(team: Team) -> None:
    await team.members.change_role(team["owner"], team["admin"].user_id, "owner")
    outcomes = await asyncio.gather(
        team.members.leave(team["owner"]), team.members.leave(team["admin"]), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Forbidden", "NoneType"]
    assert list((await team.roles()).values()).count("owner") == 1


async def test_a_stranger_is_not_found(team: Team, database: Database) -> None:
    other = await make_team(database)
    for attempt in (
        team.members.remove(team["owner"], other["member"].user_id),
        team.members.change_role(team["owner"], other["member"].user_id, "viewer"),
    ):
        with pytest.raises(NotFound):
            await attempt
    await other.accounts.close()


async def test_who_is_removed_has_no_key_any_more_even_after_coming_back(team: Team) -> None:
    member = team["member"]
    secret = await team.accounts.create_key(member, "laptop")
    assert (await team.accounts.authenticate_key(secret)).user_id == member.user_id
    await team.members.remove(team["admin"], member.user_id)
    with pytest.raises(Unauthenticated):
        await team.accounts.authenticate_key(secret)
    await team.invitations.invite(team["admin"], await _email_of(team, member.user_id), "member")
    token = team.mails[-1].text.split("/join#")[1].split()[0]
    await team.invitations.accept(member, token)
    with pytest.raises(Unauthenticated):
        await team.accounts.authenticate_key(secret)


async def test_who_leaves_the_only_workspace_is_given_one_of_their_own(team: Team, database: Database) -> None:
    owner = team["owner"]
    await team.members.change_role(owner, team["admin"].user_id, "owner")
    await team.members.leave(owner)
    query = select(workspace_members.c.role).where(workspace_members.c.user_id == owner.user_id)
    async with database.read() as connection:
        assert list(await connection.scalars(query)) == ["owner"]


async def test_a_removal_elsewhere_takes_effect_within_a_second(team: Team, database: Database) -> None:
    secret = await team.accounts.create_key(team["member"], "laptop")
    await team.accounts.authenticate_key(secret)
    elsewhere = MemberService(database, forget=lambda _: None)
    await elsewhere.remove(team["owner"], team["member"].user_id)
    await asyncio.sleep(1.01)
    with pytest.raises(Unauthenticated):
        await team.accounts.authenticate_key(secret)


async def test_a_key_cannot_leave(team: Team) -> None:
    secret = await team.accounts.create_key(team["member"], "laptop")
    with pytest.raises(Forbidden, match="Sign in"):
        await team.members.leave(await team.accounts.authenticate_key(secret))


async def _email_of(team: Team, user_id: object) -> str:
    return next(user.email for user in await team.accounts.list_users() if user.id == user_id)
