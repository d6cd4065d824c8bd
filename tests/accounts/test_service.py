import asyncio
import datetime as dt
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Table, event, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import SettingsFactory
from tests.factories import now
from vayro.accounts import authentication, credentials, repository
from vayro.accounts.authentication import KeyAuthenticator
from vayro.accounts.service import AccountService, Caller, User
from vayro.database.engine import Database
from vayro.database.models import api_keys, metadata, users, workspace_members
from vayro.errors import NotFound, SettingsError, Unauthenticated, ValidationFailed

PASSWORD = "correct horse battery"


@pytest.fixture
async def accounts(database: Database) -> AsyncIterator[AccountService]:
    service = AccountService(database)
    yield service
    await service.close()


@pytest.fixture
async def ada(accounts: AccountService) -> User:
    return await accounts.create_user("ada@example.com", PASSWORD)


async def test_a_new_user_owns_a_workspace(accounts: AccountService, database: Database, ada: User) -> None:
    async with database.read() as connection:
        member = (await connection.execute(select(workspace_members))).one()
    assert (member.workspace_id, member.user_id, member.role) == (ada.workspace_id, ada.id, "owner")


async def test_an_address_is_one_whatever_its_capitals(accounts: AccountService, ada: User) -> None:
    with pytest.raises(ValidationFailed, match=r"already a user ada@example\.com"):
        await accounts.create_user(" ADA@Example.com", PASSWORD)
    assert (await accounts.get_user("Ada@EXAMPLE.com")).id == ada.id


async def test_a_refused_user_leaves_no_workspace(accounts: AccountService, database: Database, ada: User) -> None:
    with pytest.raises(ValidationFailed):
        await accounts.create_user("ada@example.com", PASSWORD)
    async with database.read() as connection:
        assert len((await connection.execute(select(workspace_members))).all()) == 1


@pytest.mark.parametrize("password", ["short", "x" * 257])
async def test_a_password_of_bad_length_is_refused(accounts: AccountService, password: str) -> None:
    with pytest.raises(ValidationFailed, match="8 to 256"):
        await accounts.create_user("bob@example.com", password)


async def test_users_are_listed_oldest_first(accounts: AccountService, ada: User) -> None:
    bob = await accounts.create_user("bob@example.com", PASSWORD, plan="pro", is_admin=True)
    assert await accounts.list_users() == [ada, bob]
    assert await accounts.get_first_admin() == bob


async def test_a_plan_can_be_set(accounts: AccountService, ada: User) -> None:
    await accounts.set_plan("ADA@example.com", "pro")
    assert (await accounts.get_user(ada.email)).plan == "pro"


async def test_an_unknown_plan_is_refused_with_those_that_exist(accounts: AccountService, ada: User) -> None:
    with pytest.raises(ValidationFailed, match="free, pro, enterprise"):
        await accounts.set_plan(ada.email, "gold")


async def test_a_plan_of_nobody_is_not_found(accounts: AccountService) -> None:
    with pytest.raises(NotFound, match=r"nobody@example\.com"):
        await accounts.set_plan("nobody@example.com", "pro")


async def test_a_password_opens_only_its_own_account(accounts: AccountService, ada: User) -> None:
    assert await accounts.verify_password("ADA@example.com", PASSWORD) == ada
    for email, password in [(ada.email, "wrong one"), ("bob@example.com", PASSWORD), ("no address", PASSWORD)]:
        with pytest.raises(Unauthenticated, match="e-mail address or the password"):
            await accounts.verify_password(email, password)


async def test_a_key_stands_for_its_maker(accounts: AccountService, ada: User) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    [key] = await accounts.list_keys(ada.workspace_id)
    assert await accounts.authenticate_key(secret) == Caller(
        ada.workspace_id, ada.id, key.id, is_admin=False, plan="free"
    )
    assert secret.startswith(key.prefix)
    assert key.user_email == ada.email


async def test_a_revoked_key_is_refused_at_once(accounts: AccountService, ada: User) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    caller = await accounts.authenticate_key(secret)
    await accounts.revoke_key(caller.key_id or uuid4())
    with pytest.raises(Unauthenticated):
        await accounts.authenticate_key(secret)


async def test_a_key_revoked_elsewhere_is_refused_within_a_second(
    accounts: AccountService, database: Database, ada: User
) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    await accounts.authenticate_key(secret)
    await AccountService(database).revoke_key(secret[: credentials.SHOWN_CHARACTERS])
    await asyncio.sleep(1.01)
    with pytest.raises(Unauthenticated):
        await accounts.authenticate_key(secret)


async def test_an_expired_key_is_refused(accounts: AccountService, database: Database, ada: User) -> None:
    secret = await accounts.create_key(ada.as_caller(), "old", expires_at=now() + dt.timedelta(hours=1))
    async with database.transaction() as connection:
        await connection.execute(update(api_keys).values(expires_at=now()))
    with pytest.raises(Unauthenticated):
        await accounts.authenticate_key(secret)


async def test_a_key_of_another_workspace_cannot_be_revoked(accounts: AccountService, ada: User) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    with pytest.raises(NotFound):
        await accounts.revoke_key(secret[: credentials.SHOWN_CHARACTERS], workspace_id=uuid4())


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\nb"])
async def test_a_key_needs_a_printable_name(accounts: AccountService, ada: User, name: str) -> None:
    with pytest.raises(ValidationFailed, match="name"):
        await accounts.create_key(ada.as_caller(), name)


async def test_a_mistyped_key_costs_no_query(accounts: AccountService, database: Database, ada: User) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    mistyped = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for wrong in [mistyped, "", "vk_", "bearer", "vk_" + "é" * 20, "vk_" + "a" * 5000, "vk_\ud800" + "a" * 20]:
        with pytest.raises(Unauthenticated):
            await accounts.authenticate_key(wrong)
    assert statements == []


async def test_requests_at_the_same_time_ask_once_for_their_key(
    accounts: AccountService, database: Database, ada: User
) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    process = KeyAuthenticator(database)
    callers = await asyncio.gather(*(process.authenticate(secret, is_use=False) for _ in range(50)))
    assert {caller.user_id for caller in callers} == {ada.id}
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1


async def test_a_key_in_steady_use_is_asked_for_beside_the_requests(
    accounts: AccountService, database: Database, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    process = KeyAuthenticator(database)
    await process.authenticate(secret, is_use=False)
    begun, may_answer, find = asyncio.Event(), asyncio.Event(), repository.find_caller

    async def find_later(connection: AsyncConnection, key_hash: bytes) -> Any:
        begun.set()
        await may_answer.wait()
        return await find(connection, key_hash)

    monkeypatch.setattr(repository, "find_caller", find_later)
    soon_over = {key: replace(known, until=time.monotonic() + 60) for key, known in process._accepted.items()}
    process._accepted = soon_over
    monkeypatch.setattr(authentication, "RENEWED_SECONDS", 120)
    for _ in range(10):  # none waits for the answer
        assert (await process.authenticate(secret, is_use=False)).user_id == ada.id
    await asyncio.wait_for(begun.wait(), 60)
    await accounts.revoke_key(secret[: credentials.SHOWN_CHARACTERS])
    may_answer.set()
    await process.close()
    with pytest.raises(Unauthenticated):
        await process.authenticate(secret)


async def test_a_key_that_is_revoked_while_it_is_looked_up_is_not_remembered(
    accounts: AccountService, database: Database, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    process = KeyAuthenticator(database)
    find = repository.find_caller

    async def find_and_revoke(connection: AsyncConnection, key_hash: bytes) -> Any:
        found = await find(connection, key_hash)
        await accounts.revoke_key(secret[: credentials.SHOWN_CHARACTERS])
        process.forget(found.id)
        return found

    monkeypatch.setattr(repository, "find_caller", find_and_revoke)
    await process.authenticate(secret, is_use=False)
    monkeypatch.undo()
    with pytest.raises(Unauthenticated):
        await process.authenticate(secret)


async def test_the_last_use_is_noted_once_a_minute_by_all_processes_together(
    accounts: AccountService, database: Database, ada: User
) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    noted = []
    for process in [KeyAuthenticator(database), KeyAuthenticator(database)]:
        await process.authenticate(secret)
        await process.close()
        noted.append((await accounts.list_keys())[0].last_used_at)
    assert noted[0] is not None
    assert noted[1] == noted[0]


async def test_a_request_does_not_wait_for_the_note_of_its_use(
    accounts: AccountService, database: Database, ada: User
) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    async with database.transaction() as connection:  # on SQLite nobody else can write now
        await connection.execute(update(api_keys).values(name="locked"))
        caller = await asyncio.wait_for(accounts.authenticate_key(secret), 20)
    assert caller.user_id == ada.id


async def test_a_failing_note_of_use_fails_no_request(
    accounts: AccountService, database: Database, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    monkeypatch.setattr(database, "transaction", _unavailable)
    assert (await accounts.authenticate_key(secret)).user_id == ada.id
    await accounts.close()


async def test_hashes_are_compared_in_constant_time(
    accounts: AccountService, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr(credentials, "is_same_hash", lambda *pair: compared.append(pair) or True)
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    await accounts.authenticate_key(secret)
    assert compared == [(credentials.hash_key(secret),) * 2]


async def test_bootstrap_takes_what_the_settings_give(
    accounts: AccountService, settings_factory: SettingsFactory
) -> None:
    key = "vk_given_by_the_operator"
    settings = settings_factory(bootstrap_email="Boss@example.com", bootstrap_password=PASSWORD, bootstrap_api_key=key)
    made = await accounts.bootstrap(settings)
    assert made is not None
    assert (made.is_password_generated, made.is_key_generated) == (False, False)
    boss = await accounts.verify_password("boss@example.com", PASSWORD)
    assert boss.is_admin
    assert (await accounts.authenticate_key(key)).user_id == boss.id


async def test_bootstrap_makes_up_what_is_not_given(
    accounts: AccountService, settings_factory: SettingsFactory
) -> None:
    made = await accounts.bootstrap(settings_factory())
    assert made is not None
    admin = await accounts.verify_password(made.email, made.password)
    assert (await accounts.authenticate_key(made.key.secret)) == Caller(
        admin.workspace_id, admin.id, (await accounts.list_keys())[0].id, is_admin=True, plan="enterprise"
    )


async def test_bootstrap_does_nothing_where_there_is_a_user(
    accounts: AccountService, settings_factory: SettingsFactory, ada: User
) -> None:
    assert await accounts.bootstrap(settings_factory()) is None
    assert await accounts.list_users() == [ada]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bootstrap_email", "no address"),
        ("bootstrap_password", "short"),
        ("bootstrap_api_key", "vk_" + "a" * 37),
        ("bootstrap_api_key", "vk_has a space in it"),
    ],
)
async def test_bootstrap_names_the_setting_that_is_wrong(
    accounts: AccountService, settings_factory: SettingsFactory, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=f"VAYRO_{name.upper()}="):
        await accounts.bootstrap(settings_factory(**{name: value}))
    assert await accounts.list_users() == []


async def test_a_dump_of_the_database_holds_no_usable_secret(
    accounts: AccountService, database: Database, settings_factory: SettingsFactory, database_url: str
) -> None:
    made = await accounts.bootstrap(settings_factory(bootstrap_password=PASSWORD))
    assert made is not None
    secret = await accounts.create_key((await accounts.get_first_admin()).as_caller(), "laptop")
    await accounts.authenticate_key(secret)
    await accounts.close()
    dump = await _dump(database)
    hidden = [secret, secret[3:], secret[-26:], made.key.secret[3:], PASSWORD]
    assert made.email in dump
    assert [word for word in hidden if word in dump] == []
    if database.is_sqlite:
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as connection:
            text = "\n".join(connection.iterdump())
        assert made.email in text
        assert [word for word in hidden if word in text] == []


async def test_a_stored_hash_is_no_key(accounts: AccountService, database: Database, ada: User) -> None:
    secret = await accounts.create_key(ada.as_caller(), "laptop")
    stolen = credentials.hash_key(secret)
    for guess in [stolen.hex(), "vk_" + stolen.hex(), secret[:11]]:
        with pytest.raises(Unauthenticated):
            await accounts.authenticate_key(guess)


async def test_no_password_fits_an_unusable_hash(accounts: AccountService, database: Database, ada: User) -> None:
    async with database.transaction() as connection:
        await connection.execute(update(users).values(password_hash=credentials.UNUSABLE_PASSWORD))
    for guess in ["!", "", PASSWORD]:
        with pytest.raises(Unauthenticated):
            await accounts.verify_password(ada.email, guess)


async def _dump(database: Database) -> str:
    async with database.read() as connection:
        rows = [await _rows(connection, table) for table in metadata.sorted_tables]
    return repr(rows)


async def _rows(connection: Any, table: Table) -> list[Any]:
    return list(await connection.execute(select(table)))


def _unavailable() -> Any:
    from vayro.errors import Unavailable

    raise Unavailable


def test_only_the_hash_and_the_prefix_of_a_key_have_a_column() -> None:
    assert {column.name for column in api_keys.columns} >= {"key_hash", "prefix"}
    assert "secret" not in api_keys.columns
