"""What the operator does about people."""

from collections.abc import AsyncIterator

import pytest

from tests.accounts.ways_in import EMAIL, Ways, make_ada, open_ways
from tests.conftest import SettingsFactory
from vayro.accounts.doorkeeping import Doorkeeper
from vayro.accounts.service import AccountService
from vayro.database.engine import Database
from vayro.errors import NotFound, Unauthenticated

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
async def ways(database: Database, settings_factory: SettingsFactory) -> AsyncIterator[Ways]:
    await make_ada(database)
    async with open_ways(settings_factory(), database) as opened:
        yield opened


@pytest.fixture
def doorkeeper(database: Database) -> Doorkeeper:
    return Doorkeeper(database)


async def test_a_signed_out_person_signs_in_again(ways: Ways, doorkeeper: Doorkeeper) -> None:
    opened = [await ways.sign_in() for _ in range(2)]
    assert await doorkeeper.sign_out(" ADA@example.com") == 2
    for ended in opened:
        with pytest.raises(Unauthenticated):
            await ways.caller(ended)
    await ways.sign_in()


async def test_a_disabled_person_is_out_until_enabled(ways: Ways, doorkeeper: Doorkeeper, database: Database) -> None:
    opened = await ways.sign_in()
    accounts = AccountService(database)
    key = await accounts.create_key(opened.caller, "a key")
    await doorkeeper.disable(EMAIL)
    with pytest.raises(Unauthenticated):
        await ways.caller(opened)
    with pytest.raises(Unauthenticated):
        await ways.sign_in()
    with pytest.raises(Unauthenticated):
        await accounts.authenticate_key(key)
    ways.access.passwords.forget(EMAIL)
    await ways.settle()
    assert ways.letters.mails == []
    await doorkeeper.enable(EMAIL)
    await ways.sign_in()
    with pytest.raises(Unauthenticated):
        await ways.caller(opened)
    await accounts.authenticate_key(key)
    await accounts.close()


async def test_who_lost_the_second_factor_signs_in_without(ways: Ways, doorkeeper: Doorkeeper) -> None:
    _secret, _codes, opened = await ways.switch_factor_on((await ways.sign_in()).caller)
    await doorkeeper.reset_second_factor(EMAIL)
    await ways.sign_in()
    with pytest.raises(Unauthenticated):
        await ways.caller(opened)
    assert "second_factor.reset" in await ways.audited()


@pytest.mark.parametrize("method", ["sign_out", "disable", "enable", "reset_second_factor"])
async def test_nobody_is_nobody(doorkeeper: Doorkeeper, method: str) -> None:
    with pytest.raises(NotFound):
        await getattr(doorkeeper, method)("nobody@example.com")
