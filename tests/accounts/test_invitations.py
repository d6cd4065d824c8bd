"""Invitations: good once, for one address, for seven days."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Row, update

from tests.accounts.people import Team, make_team
from tests.factories import make_user, now
from vayro.accounts import invitations
from vayro.accounts.records import Caller
from vayro.database.engine import Database
from vayro.database.models import invitations as table
from vayro.errors import Forbidden, NotFound, QuotaExceeded, ValidationFailed
from vayro.settings.plans import PlanLimits


@pytest.fixture
async def team(database: Database) -> AsyncIterator[Team]:
    made = await make_team(database, PlanLimits(seats=6))
    yield made
    await made.accounts.close()


@pytest.fixture
async def eve(database: Database) -> Row[Any]:
    return await make_user(database, email="eve@example.com")


def signed_in(user: Row[Any]) -> Caller:
    return Caller(user.id, user.id, None, is_admin=False)


def token_of(team: Team) -> str:
    return team.mails[-1].text.split("/join#")[1].split()[0]


async def test_who_is_invited_joins_with_that_role(team: Team, eve: Row[Any]) -> None:
    await team.invitations.invite(team["admin"], "EVE@example.com", "viewer")
    assert team.mails[-1].to == "eve@example.com"
    assert await team.invitations.accept(signed_in(eve), token_of(team)) == team.workspace_id
    assert (await team.roles())[eve.id] == "viewer"
    assert [action for action, _ in await team.noted()] == ["invitation.create", "member.join"]
    assert await team.invitations.list_invitations(team.workspace_id) == []


async def test_a_token_is_good_once(team: Team, eve: Row[Any]) -> None:
    await team.invitations.invite(team["admin"], eve.email, "viewer")
    outcomes = await asyncio.gather(
        *(team.invitations.accept(signed_in(eve), token_of(team)) for _ in range(5)), return_exceptions=True
    )
    assert [type(outcome).__name__ for outcome in outcomes].count("NotFound") == 4


async def test_a_token_is_good_for_its_address_only(team: Team, eve: Row[Any], database: Database) -> None:
    await team.invitations.invite(team["admin"], eve.email, "viewer")
    thief = await make_user(database)
    with pytest.raises(NotFound):
        await team.invitations.accept(signed_in(thief), token_of(team))
    await team.invitations.accept(signed_in(eve), token_of(team))


async def test_an_old_token_is_void(team: Team, eve: Row[Any], database: Database) -> None:
    await team.invitations.invite(team["admin"], eve.email, "viewer")
    async with database.transaction() as connection:
        await connection.execute(update(table).values(expires_at=now() - dt.timedelta(seconds=1)))
    with pytest.raises(NotFound):
        await team.invitations.accept(signed_in(eve), token_of(team))


async def test_a_new_invitation_makes_the_one_before_void(team: Team, eve: Row[Any]) -> None:
    await team.invitations.invite(team["admin"], eve.email, "viewer")
    first = token_of(team)
    await team.invitations.invite(team["admin"], eve.email, "member")
    with pytest.raises(NotFound):
        await team.invitations.accept(signed_in(eve), first)
    await team.invitations.accept(signed_in(eve), token_of(team))
    assert (await team.roles())[eve.id] == "member"


async def test_an_invitation_that_was_taken_back_is_void(team: Team, eve: Row[Any]) -> None:
    made = await team.invitations.invite(team["admin"], eve.email, "viewer")
    await team.invitations.withdraw(team["admin"], made.id)
    with pytest.raises(NotFound):
        await team.invitations.accept(signed_in(eve), token_of(team))
    with pytest.raises(NotFound):
        await team.invitations.withdraw(team["admin"], made.id)


async def test_only_an_owner_invites_an_owner(team: Team) -> None:
    with pytest.raises(Forbidden, match="Only an owner"):
        await team.invitations.invite(team["admin"], "eve@example.com", "owner")
    assert (await team.invitations.invite(team["owner"], "eve@example.com", "owner")).role == "owner"


async def test_a_member_is_not_invited_again(team: Team, eve: Row[Any]) -> None:
    await team.invitations.invite(team["admin"], eve.email, "viewer")
    await team.invitations.accept(signed_in(eve), token_of(team))
    with pytest.raises(ValidationFailed, match="belongs to the workspace already"):
        await team.invitations.invite(team["admin"], eve.email, "admin")


async def test_seats_are_never_exceeded_however_many_invite_at_once(team: Team) -> None:
    attempts = (team.invitations.invite(team["admin"], f"person{n}@example.com", "viewer") for n in range(6))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, QuotaExceeded)]
    assert len(refused) == 4
    assert "The plan free allows 6 seats" in refused[0].detail
    # Renewing an invitation takes no further seat.
    open_one = (await team.invitations.list_invitations(team.workspace_id))[0]
    await team.invitations.invite(team["admin"], open_one.email, "viewer")


async def test_a_workspaces_name_is_no_link_in_a_mail(team: Team) -> None:
    await team.workspaces.rename(team["owner"], "Locked! See https://evil.example/login or mail me@evil.example")
    await team.invitations.invite(team["admin"], "eve@example.com", "viewer")
    named = team.mails[-1].text.split("“")[1].split("”")[0]
    assert "Locked! See https evil example login" in named
    assert not set(named) & set("./:@")


async def test_an_invitation_says_what_it_is_for(team: Team, database: Database) -> None:
    await team.invitations.invite(team["admin"], "eve@example.com", "viewer")
    async with database.read() as connection:
        offer = await invitations.look_at(connection, token_of(team))
        assert await invitations.look_at(connection, "x" * 43) is None
    assert offer is not None
    assert (offer.email, offer.role) == ("eve@example.com", "viewer")
