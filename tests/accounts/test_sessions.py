"""Sessions: how long they last, who may use them, what ends them."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from tests.accounts.ways_in import Ways, make_ada, open_ways
from tests.conftest import SettingsFactory
from tests.factories import make_user, make_workspace, now
from vayro.accounts import tokens
from vayro.accounts.permissions import ROLE_SCOPES
from vayro.accounts.sessions import SESSIONS_MAX
from vayro.database.engine import Database
from vayro.database.models import sessions, users, workspace_members
from vayro.errors import NotFound, Unauthenticated

IDLE_SECONDS, LONGEST_SECONDS = 3_600, 10_800

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
async def ways(database: Database, settings_factory: SettingsFactory) -> AsyncIterator[Ways]:
    settings = settings_factory(session_idle_seconds=IDLE_SECONDS, session_max_seconds=LONGEST_SECONDS)
    async with open_ways(settings, database) as opened:
        yield opened


@pytest.fixture
async def ada(database: Database) -> Any:
    return await make_ada(database)


async def test_a_session_stands_for_its_person(ways: Ways, ada: Any) -> None:
    caller = await ways.caller(await ways.sign_in())
    assert (caller.user_id, caller.workspace_id, caller.key_id) == (ada.id, ada.workspace_id, None)
    assert caller.scopes == ROLE_SCOPES["owner"]


async def test_only_the_hash_of_a_token_is_kept(ways: Ways, ada: Any, database: Database) -> None:
    opened = await ways.sign_in()
    assert len(opened.token) >= 43
    assert opened.token not in repr(opened)
    async with database.read() as connection:
        row = (await connection.execute(select(sessions))).one()
    assert bytes(row.token_hash) == tokens.hash_token(opened.token)
    assert opened.token.encode() not in repr(row).encode()


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "é" * 43, "x" * 5_000, "\x00" * 43])
async def test_an_invented_token_is_refused(ways: Ways, ada: Any, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await ways.access.sessions.find_caller(token)


async def test_a_session_that_is_not_used_ends(ways: Ways, ada: Any) -> None:
    opened = await ways.sign_in()
    ways.clock.advance(seconds=IDLE_SECONDS - 1)
    await ways.caller(opened)
    await ways.settle()
    ways.clock.advance(seconds=IDLE_SECONDS - 1)  # its use an hour ago counts
    await ways.caller(opened)
    await ways.settle()
    ways.clock.advance(seconds=IDLE_SECONDS)
    with pytest.raises(Unauthenticated):
        await ways.caller(opened)


async def test_a_session_ends_however_it_is_used(ways: Ways, ada: Any) -> None:
    opened = await ways.sign_in()
    for _ in range(LONGEST_SECONDS // 1_800 - 1):
        ways.clock.advance(seconds=1_800)
        await ways.caller(opened)
        await ways.settle()
    ways.clock.advance(seconds=1_800)
    with pytest.raises(Unauthenticated):
        await ways.caller(opened)


async def test_each_sign_in_has_a_token_of_its_own(ways: Ways, ada: Any) -> None:
    assert len({(await ways.sign_in()).token for _ in range(3)}) == 3


async def test_a_disabled_person_is_out_at_once(ways: Ways, ada: Any, database: Database) -> None:
    opened = await ways.sign_in()
    async with database.transaction() as connection:
        await connection.execute(update(users).where(users.c.id == ada.id).values(disabled_at=now()))
    with pytest.raises(Unauthenticated):
        await ways.caller(opened)
    with pytest.raises(Unauthenticated):
        await ways.sign_in()


async def test_a_role_counts_as_it_is_now(ways: Ways, ada: Any, database: Database) -> None:
    opened = await ways.sign_in()
    async with database.transaction() as connection:
        await connection.execute(update(workspace_members).values(role="viewer"))
    assert (await ways.caller(opened)).scopes == ROLE_SCOPES["viewer"]


async def test_a_second_factor_may_be_required(database: Database, settings_factory: SettingsFactory, ada: Any) -> None:
    async with open_ways(settings_factory(second_factor="required"), database) as ways:
        opened = await ways.sign_in()
        assert opened.caller.scopes == frozenset()
        assert (await ways.caller(opened)).scopes == frozenset()
        _secret, _codes, renewed = await ways.switch_factor_on(opened.caller)
        assert (await ways.caller(renewed)).scopes == ROLE_SCOPES["owner"]


async def test_signing_out_everywhere_ends_all_of_one_person(ways: Ways, ada: Any, database: Database) -> None:
    await make_ada(database, email="bob@example.com")
    here, there, bobs = await ways.sign_in(), await ways.sign_in(), await ways.sign_in("bob@example.com")
    assert await ways.access.sessions.end_all(await ways.caller(here)) == 2
    for ended in (here, there):
        with pytest.raises(Unauthenticated):
            await ways.caller(ended)
    await ways.caller(bobs)
    assert "session.end_all" in await ways.audited()


async def test_nobody_ends_the_session_of_another(ways: Ways, ada: Any, database: Database) -> None:
    await make_ada(database, email="bob@example.com")
    hers, his = await ways.caller(await ways.sign_in()), await ways.caller(await ways.sign_in("bob@example.com"))
    with pytest.raises(NotFound):
        await ways.access.sessions.end_one(his, hers.session_id)
    with pytest.raises(NotFound):
        await ways.access.sessions.end_one(his, uuid4())
    assert [entry.id for entry in await ways.access.sessions.list_sessions(his)] == [his.session_id]


async def test_the_list_names_the_current_session(ways: Ways, ada: Any) -> None:
    await ways.sign_in()
    caller = await ways.caller(await ways.sign_in())
    entries = await ways.access.sessions.list_sessions(caller)
    assert [(entry.browser, entry.is_current) for entry in entries] == [("a test", True), ("a test", False)]


async def test_the_oldest_session_makes_room(ways: Ways, ada: Any) -> None:
    # Through the service below sign-in: 51 passwords would take a second and a half.
    async with ways.database.read() as connection:
        person = (await connection.execute(select(users))).one()
    opened = []
    for _ in range(SESSIONS_MAX + 1):
        async with ways.database.transaction() as connection:
            opened.append(await ways.access.sessions.open(connection, person, "a test", by="test"))
    with pytest.raises(Unauthenticated):
        await ways.caller(opened[0])
    await ways.caller(opened[1])
    await ways.caller(opened[-1])


async def test_another_workspace_comes_with_another_token(ways: Ways, ada: Any, database: Database) -> None:
    other = await make_workspace(database)
    async with database.transaction() as connection:
        member = {"workspace_id": other.id, "user_id": ada.id, "role": "viewer", "created_at": now()}
        await connection.execute(workspace_members.insert().values(member))
    before = await ways.sign_in()
    after = await ways.access.sessions.switch(await ways.caller(before), other.id)
    caller = await ways.caller(after)
    assert (caller.workspace_id, caller.scopes) == (other.id, ROLE_SCOPES["viewer"])
    with pytest.raises(Unauthenticated):
        await ways.caller(before)


async def test_nobody_goes_on_in_the_workspace_of_others(ways: Ways, ada: Any, database: Database) -> None:
    foreign = await make_workspace(database)
    with pytest.raises(NotFound):
        await ways.access.sessions.switch(await ways.caller(await ways.sign_in()), foreign.id)


async def test_who_left_a_workspace_goes_on_at_home(ways: Ways, ada: Any, database: Database) -> None:
    other = await make_workspace(database)
    await make_user(database, workspace_id=other.id)
    async with database.transaction() as connection:
        member = {"workspace_id": other.id, "user_id": ada.id, "role": "member", "created_at": now()}
        await connection.execute(workspace_members.insert().values(member))
    opened = await ways.access.sessions.switch(await ways.caller(await ways.sign_in()), other.id)
    async with database.transaction() as connection:
        left = (workspace_members.c.user_id == ada.id) & (workspace_members.c.workspace_id == other.id)
        await connection.execute(workspace_members.delete().where(left))
    assert (await ways.caller(opened)).workspace_id == ada.workspace_id


async def test_an_open_stream_does_not_keep_a_session(ways: Ways, ada: Any) -> None:
    opened = await ways.sign_in()
    ways.clock.advance(seconds=IDLE_SECONDS - 1)
    await ways.access.sessions.find_caller(opened.token, is_use=False)
    await ways.settle()
    ways.clock.advance(seconds=1)
    with pytest.raises(Unauthenticated):
        await ways.caller(opened)
