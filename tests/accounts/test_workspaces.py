"""Workspaces: further ones, their names, what they use of their plan."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from tests.accounts.people import Team, make_team
from vayro.accounts.quotas import month_start, next_month
from vayro.database.engine import Database
from vayro.errors import QuotaExceeded, ValidationFailed
from vayro.settings.plans import PlanLimits


@pytest.fixture
async def team(database: Database) -> AsyncIterator[Team]:
    made = await make_team(database, PlanLimits(workspaces=3, custom_domains=2))
    yield made
    await made.accounts.close()


async def test_a_further_workspace_is_its_makers(team: Team) -> None:
    made = await team.workspaces.create(team["viewer"], " Private ")
    assert (made.name, made.role, made.plan) == ("Private", "owner", "free")
    assert made.id != team.workspace_id


async def test_nobody_owns_more_workspaces_than_their_plan_allows(team: Team) -> None:
    attempts = (team.workspaces.create(team["owner"], f"number {n}") for n in range(6))
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert [isinstance(outcome, QuotaExceeded) for outcome in outcomes].count(True) == 4


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb", "a\0b"])
async def test_a_workspace_needs_a_printable_name(team: Team, name: str) -> None:
    for attempt in (team.workspaces.create(team["owner"], name), team.workspaces.rename(team["owner"], name)):
        with pytest.raises(ValidationFailed, match="name"):
            await attempt


async def test_a_workspace_is_renamed_and_that_is_noted(team: Team) -> None:
    assert (await team.workspaces.rename(team["admin"], "Marketing")).name == "Marketing"
    assert await team.noted() == [("workspace.rename", "Marketing")]


async def test_usage_counts_seats(team: Team) -> None:
    used = await team.workspaces.read_usage(team.workspace_id)
    assert (used.links, used.seats, used.custom_domains) == (0, 4, 0)


async def test_a_user_of_several_workspaces_is_one_user(team: Team) -> None:
    before = await team.accounts.list_users()
    await team.workspaces.create(team["owner"], "second")
    assert await team.accounts.list_users() == before


async def test_a_users_plan_is_that_of_all_workspaces_they_own(team: Team) -> None:
    await team.workspaces.create(team["owner"], "second")
    email = next(user.email for user in await team.accounts.list_users() if user.id == team["owner"].user_id)
    await team.accounts.set_plan(email, "pro")
    assert (await team.workspaces.get(team["owner"])).plan == "pro"
    assert await team.noted() == [("plan.set", "pro")]


def test_a_month_ends_where_the_next_begins() -> None:
    for month in range(1, 13):
        last = dt.datetime(2027, month, 28, 23, 59, tzinfo=dt.UTC)
        assert next_month(last) == next_month(month_start(last))
        assert month_start(next_month(last) - dt.timedelta(microseconds=1)) == month_start(last)
