"""Signing in: right and wrong passwords, and what a stranger may not learn from the answer."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.accounts.ways_in import EMAIL, PASSWORD, Ways, make_ada, open_ways
from tests.conftest import SettingsFactory
from vayro.accounts import credentials
from vayro.accounts.sign_in import account_budget_key
from vayro.database.engine import Database
from vayro.database.models import audit_log
from vayro.errors import Unauthenticated


@pytest.fixture
async def ways(database: Database, settings_factory: SettingsFactory) -> AsyncIterator[Ways]:
    async with open_ways(settings_factory(), database) as opened:
        yield opened


@pytest.fixture
async def ada(database: Database) -> Any:
    return await make_ada(database)


@pytest.mark.parametrize("email", [EMAIL, " ADA@Example.COM "])
async def test_the_right_password_opens_a_session(ways: Ways, ada: Any, email: str) -> None:
    opened = await ways.sign_in(email)
    assert opened.caller.user_id == ada.id
    assert await ways.audited() == ["session.open"]


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), (EMAIL, ""), (EMAIL, "!"), ("bob@example.com", PASSWORD), ("", PASSWORD), ("\x00@\x00", "\x00")],
)
async def test_every_refusal_says_the_same(ways: Ways, ada: Any, email: str, password: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        await ways.access.sign_in.with_password(email, password, "a test")
    assert refused.value.detail == "The e-mail address or the password is wrong."


async def test_a_password_is_hashed_for_nobody_too(ways: Ways, ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # What takes the time is the hash: it is worked out as often for an address that nobody has.
    hashed = []
    original = credentials._PASSWORDS.verify
    monkeypatch.setattr(
        type(credentials._PASSWORDS), "verify", lambda _self, *given: hashed.append(given[1]) or original(*given)
    )
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(Unauthenticated):
            await ways.access.sign_in.with_password(email, "wrong", "a test")
    assert len(hashed) == 2
    parameters = [text.split("$")[1:4] for text in hashed]
    assert parameters[0] == parameters[1]


async def test_a_refusal_is_noted_without_the_address(ways: Ways, ada: Any, database: Database) -> None:
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(Unauthenticated):
            await ways.access.sign_in.with_password(email, "wrong", "a test")
    await ways.settle()
    async with database.read() as connection:
        [entry] = (await connection.execute(select(audit_log))).all()
    assert (entry.action, entry.subject, entry.details) == ("session.refuse", str(ada.id), {"wrong": "password"})


async def test_who_has_no_password_signs_in_with_none(ways: Ways, ada: Any, database: Database) -> None:
    async with database.transaction() as connection:
        from vayro.accounts.access_repository import set_password

        await set_password(connection, ada.id, credentials.UNUSABLE_PASSWORD)
    for password in ("", "!", PASSWORD):
        with pytest.raises(Unauthenticated):
            await ways.access.sign_in.with_password(EMAIL, password, "a test")


def test_tries_are_counted_for_an_account_however_its_address_is_spelt() -> None:
    key = account_budget_key(EMAIL)
    assert key == account_budget_key(" ADA@example.COM")
    assert key != account_budget_key("bob@example.com")
    assert "ada" not in key
    assert account_budget_key("\ud800") == account_budget_key("no address")
