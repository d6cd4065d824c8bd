"""Passwords that are changed, and those that are forgotten."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.accounts.ways_in import EMAIL, PASSWORD, Ways, make_ada, open_ways
from tests.conftest import SettingsFactory
from vayro.database.engine import Database
from vayro.errors import Unauthenticated, ValidationFailed

NEW = "another horse, another battery"

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
async def ways(database: Database, settings_factory: SettingsFactory) -> AsyncIterator[Ways]:
    async with open_ways(settings_factory(dashboard_url="https://links.test"), database) as opened:
        yield opened


@pytest.fixture
async def ada(database: Database) -> Any:
    return await make_ada(database)


async def forget(ways: Ways, email: str = EMAIL) -> None:
    ways.access.passwords.forget(email)
    await ways.settle()


async def test_a_changed_password_is_the_one_that_counts(ways: Ways, ada: Any) -> None:
    await ways.access.passwords.change((await ways.sign_in()).caller, PASSWORD, NEW)
    await ways.sign_in(password=NEW)
    with pytest.raises(Unauthenticated):
        await ways.sign_in(password=PASSWORD)
    await ways.settle()
    assert "was changed" in ways.letters.mails[-1].text
    assert "password.change" in await ways.audited()


async def test_a_change_ends_other_sessions_and_renews_this_one(ways: Ways, ada: Any) -> None:
    other, mine = await ways.sign_in(), await ways.sign_in()
    renewed = await ways.access.passwords.change(mine.caller, PASSWORD, NEW)
    assert (await ways.caller(renewed)).session_id == mine.caller.session_id
    for ended in (other, mine):
        with pytest.raises(Unauthenticated):
            await ways.caller(ended)


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong", NEW, "current_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "x" * 257, "new_password"),
        (PASSWORD, "iloveyou", "new_password"),
        (PASSWORD, EMAIL, "new_password"),
    ],
)
async def test_a_change_that_is_refused_changes_nothing(
    ways: Ways, ada: Any, current: str, new: str, field: str
) -> None:
    opened = await ways.sign_in()
    with pytest.raises(ValidationFailed) as refused:
        await ways.access.passwords.change(opened.caller, current, new)
    assert refused.value.field == field
    await ways.caller(opened)
    await ways.sign_in()


async def test_a_long_password_counts_to_its_last_character(ways: Ways, ada: Any) -> None:
    long = "0123456789 abcdef" * 15
    await ways.access.passwords.change((await ways.sign_in()).caller, PASSWORD, long)
    await ways.sign_in(password=long)
    with pytest.raises(Unauthenticated):
        await ways.sign_in(password=long[:-1])


async def test_the_link_of_a_mail_sets_a_password(ways: Ways, ada: Any) -> None:
    opened = await ways.sign_in()
    await forget(ways)
    mail = ways.letters.mails[-1]
    assert mail.to == EMAIL
    assert "https://links.test/reset-password#" in mail.text
    await ways.access.passwords.reset(ways.letters.token(), NEW)
    await ways.sign_in(password=NEW)
    with pytest.raises(Unauthenticated):
        await ways.caller(opened)
    assert "password.reset" in await ways.audited()


async def test_a_link_works_once(ways: Ways, ada: Any) -> None:
    await forget(ways)
    token = ways.letters.token()
    await ways.access.passwords.reset(token, NEW)
    with pytest.raises(ValidationFailed):
        await ways.access.passwords.reset(token, PASSWORD)
    await ways.sign_in(password=NEW)


async def test_a_link_works_for_an_hour(ways: Ways, ada: Any) -> None:
    await forget(ways)
    ways.clock.advance(hours=1)
    with pytest.raises(ValidationFailed):
        await ways.access.passwords.reset(ways.letters.token(), NEW)


async def test_only_the_last_link_works(ways: Ways, ada: Any) -> None:
    await forget(ways)
    first = ways.letters.token()
    await forget(ways)
    with pytest.raises(ValidationFailed):
        await ways.access.passwords.reset(first, NEW)
    await ways.access.passwords.reset(ways.letters.token(), NEW)


async def test_a_refused_password_does_not_use_the_link_up(ways: Ways, ada: Any) -> None:
    await forget(ways)
    with pytest.raises(ValidationFailed) as refused:
        await ways.access.passwords.reset(ways.letters.token(), "password")
    assert refused.value.field == "password"
    await ways.access.passwords.reset(ways.letters.token(), NEW)


async def test_nobody_is_mailed_for_an_address_without_account(ways: Ways, ada: Any) -> None:
    await forget(ways, "nobody@example.com")
    assert ways.letters.mails == []


async def test_a_new_password_does_not_pass_the_second_factor_by(ways: Ways, ada: Any) -> None:
    await ways.switch_factor_on((await ways.sign_in()).caller)
    await forget(ways)
    await ways.access.passwords.reset(ways.letters.token(), NEW)
    await ways.begin(password=NEW)  # asks for a code


async def test_the_token_of_another_purpose_is_none(ways: Ways, ada: Any) -> None:
    await ways.switch_factor_on((await ways.sign_in()).caller)
    step = await ways.begin()
    with pytest.raises(ValidationFailed):
        await ways.access.passwords.reset(step.token, NEW)
    await forget(ways)
    with pytest.raises(ValidationFailed):
        await ways.access.sign_up.finish(ways.letters.token(), "a test")
