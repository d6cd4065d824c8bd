"""The second factor: no code twice, no way around it, and a way back in for who lost it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.accounts.ways_in import PASSWORD, Ways, make_ada, open_ways, secret_of
from tests.conftest import SettingsFactory
from vayro.accounts.records import Caller
from vayro.accounts.sessions import Opened
from vayro.accounts.sign_in import CODES_MAX
from vayro.accounts.totp import STEP_SECONDS
from vayro.database.engine import Database
from vayro.database.models import recovery_codes, second_factors
from vayro.errors import Forbidden, RateLimited, Unauthenticated, ValidationFailed

pytestmark = pytest.mark.usefixtures("cheap_hashes")


@pytest.fixture
async def ways(database: Database, settings_factory: SettingsFactory) -> AsyncIterator[Ways]:
    async with open_ways(settings_factory(), database) as opened:
        yield opened


@pytest.fixture
async def caller(ways: Ways, database: Database) -> Caller:
    await make_ada(database)
    return (await ways.sign_in()).caller


async def finish(ways: Ways, token: str, code: str) -> Any:
    return await ways.access.sign_in.with_code(token, code, "a test")


async def test_it_is_asked_for_once_a_code_confirmed_it(ways: Ways, caller: Caller) -> None:
    await ways.access.second_factors.begin(caller, PASSWORD)
    await ways.sign_in()  # not confirmed: not asked for
    secret, _codes, _opened = await ways.switch_factor_on(caller)
    step = await ways.begin()
    ways.clock.advance(seconds=STEP_SECONDS)
    opened = await finish(ways, step.token, ways.code(secret))
    assert opened.caller.user_id == caller.user_id
    assert (await ways.access.second_factors.read(caller)).is_on


async def test_a_wrong_code_confirms_nothing(ways: Ways, caller: Caller) -> None:
    await ways.access.second_factors.begin(caller, PASSWORD)
    with pytest.raises(ValidationFailed):
        await ways.access.second_factors.confirm(caller, "000000")
    assert not (await ways.access.second_factors.read(caller)).is_on


async def test_switching_it_on_renews_this_session_and_ends_the_others(ways: Ways, caller: Caller) -> None:
    other = await ways.sign_in()
    first = await ways.sign_in()
    _secret, _codes, renewed = await ways.switch_factor_on(first.caller)
    assert (await ways.caller(renewed)).session_id == first.caller.session_id
    for ended in (other, first):
        with pytest.raises(Unauthenticated):
            await ways.caller(ended)
    await ways.settle()
    assert "switched on" in ways.letters.mails[-1].text
    assert "second_factor.on" in await ways.audited()


async def test_no_code_works_twice(ways: Ways, caller: Caller) -> None:
    secret, _codes, _opened = await ways.switch_factor_on(caller)
    used = ways.code(secret)
    with pytest.raises(Unauthenticated):  # it confirmed the factor a moment ago
        await finish(ways, (await ways.begin()).token, used)
    ways.clock.advance(seconds=STEP_SECONDS)
    code = ways.code(secret)
    await finish(ways, (await ways.begin()).token, code)
    with pytest.raises(Unauthenticated):
        await finish(ways, (await ways.begin()).token, code)


async def test_no_older_code_works_after_a_newer(ways: Ways, caller: Caller) -> None:
    secret, _codes, _opened = await ways.switch_factor_on(caller)
    ways.clock.advance(seconds=STEP_SECONDS)
    older = ways.code(secret)
    ways.clock.advance(seconds=STEP_SECONDS)
    await finish(ways, (await ways.begin()).token, ways.code(secret))
    with pytest.raises(Unauthenticated):
        await finish(ways, (await ways.begin()).token, older)


async def test_the_first_step_counts_once_and_ten_minutes(ways: Ways, caller: Caller) -> None:
    secret, _codes, _opened = await ways.switch_factor_on(caller)
    ways.clock.advance(seconds=STEP_SECONDS)
    step = await ways.begin()
    await finish(ways, step.token, ways.code(secret))
    ways.clock.advance(seconds=STEP_SECONDS)
    with pytest.raises(Unauthenticated):
        await finish(ways, step.token, ways.code(secret))
    late = await ways.begin()
    ways.clock.advance(minutes=10)
    with pytest.raises(Unauthenticated):
        await finish(ways, late.token, ways.code(secret))


@pytest.mark.parametrize("code", ["", "x" * 60, "\x00", "123456 ' OR 1=1"])
async def test_what_is_no_code_is_wrong(ways: Ways, caller: Caller, code: str) -> None:
    await ways.switch_factor_on(caller)
    with pytest.raises(Unauthenticated):
        await finish(ways, (await ways.begin()).token, code)


async def test_codes_cannot_be_tried_out(ways: Ways, caller: Caller) -> None:
    secret, _codes, _opened = await ways.switch_factor_on(caller)
    ways.clock.advance(seconds=STEP_SECONDS)
    steps = [await ways.begin() for _ in range(2)]
    for number in range(CODES_MAX):
        with pytest.raises(Unauthenticated):
            await finish(ways, steps[number % 2].token, "abcdef")
    for attempt in (finish(ways, steps[0].token, ways.code(secret)), ways.begin()):
        with pytest.raises(RateLimited) as refused:
            await attempt
        assert refused.value.retry_after_seconds == 3_600
    ways.clock.advance(hours=1)
    await finish(ways, (await ways.begin()).token, ways.code(secret))
    await ways.settle()
    assert [mail for mail in ways.letters.mails if "five wrong codes" in mail.text]


async def test_a_recovery_code_stands_in_once(ways: Ways, caller: Caller) -> None:
    _secret, codes, _opened = await ways.switch_factor_on(caller)
    assert len(set(codes)) == 10
    await finish(ways, (await ways.begin()).token, codes[0].upper().replace("-", " "))
    with pytest.raises(Unauthenticated):
        await finish(ways, (await ways.begin()).token, codes[0])
    assert (await ways.access.second_factors.read(caller)).recovery_codes_left == 9
    await ways.settle()
    assert "9 are left" in ways.letters.mails[-1].text


async def test_new_recovery_codes_void_the_old(ways: Ways, caller: Caller) -> None:
    _secret, old, opened = await ways.switch_factor_on(caller)
    new = await ways.access.second_factors.renew_codes(opened.caller, PASSWORD)
    with pytest.raises(Unauthenticated):
        await finish(ways, (await ways.begin()).token, old[0])
    await finish(ways, (await ways.begin()).token, new[0])


async def test_another_persons_recovery_code_is_none(ways: Ways, caller: Caller, database: Database) -> None:
    await make_ada(database, email="bob@example.com")
    _secret, hers, _opened = await ways.switch_factor_on(caller)
    bob = await ways.sign_in("bob@example.com")
    await ways.switch_factor_on(bob.caller)
    with pytest.raises(Unauthenticated):
        await finish(ways, (await ways.begin("bob@example.com")).token, hers[0])


@pytest.mark.parametrize("method", ["begin", "switch_off", "renew_codes"])
async def test_each_change_asks_for_the_password(ways: Ways, caller: Caller, method: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await getattr(ways.access.second_factors, method)(caller, "wrong")
    assert refused.value.field == "password"


async def test_it_is_switched_off_before_another_is_made(ways: Ways, caller: Caller) -> None:
    _secret, _codes, opened = await ways.switch_factor_on(caller)
    with pytest.raises(Forbidden):
        await ways.access.second_factors.begin(opened.caller, PASSWORD)
    await ways.access.second_factors.switch_off(opened.caller, PASSWORD)
    await ways.sign_in()
    assert "second_factor.off" in await ways.audited()


async def test_a_key_has_no_second_factor(ways: Ways, caller: Caller) -> None:
    key = Caller(caller.workspace_id, caller.user_id, caller.session_id, is_admin=False)
    for attempt in (
        ways.access.second_factors.begin(key, PASSWORD),
        ways.access.second_factors.confirm(key, "123456"),
        ways.access.second_factors.switch_off(key, PASSWORD),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_neither_secret_nor_recovery_code_rests_in_the_database(
    ways: Ways, caller: Caller, database: Database
) -> None:
    begun = await ways.access.second_factors.begin(caller, PASSWORD)
    secret = secret_of(begun.secret)
    codes, _opened = await ways.access.second_factors.confirm(caller, ways.code(secret))
    async with database.read() as connection:
        rows = [*await connection.execute(select(second_factors)), *await connection.execute(select(recovery_codes))]
    stored = b"".join(bytes(value) for row in rows for value in row if isinstance(value, bytes | memoryview))
    assert secret not in stored
    assert not any(code.encode() in stored or code.replace("-", "").encode() in stored for code in codes)


async def test_of_many_who_send_one_code_at_once_one_gets_in(ways: Ways, caller: Caller) -> None:
    secret, codes, _opened = await ways.switch_factor_on(caller)
    ways.clock.advance(seconds=STEP_SECONDS)
    for code in (ways.code(secret), codes[0]):
        steps = [await ways.begin() for _ in range(4)]
        outcomes = await asyncio.gather(*(finish(ways, step.token, code) for step in steps), return_exceptions=True)
        assert sum(isinstance(outcome, Opened) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, Unauthenticated) for outcome in outcomes) == 3


async def test_of_many_who_finish_one_step_at_once_one_gets_in(ways: Ways, caller: Caller) -> None:
    _secret, codes, _opened = await ways.switch_factor_on(caller)
    step = await ways.begin()
    outcomes = await asyncio.gather(*(finish(ways, step.token, code) for code in codes[:4]), return_exceptions=True)
    assert sum(isinstance(outcome, Opened) for outcome in outcomes) == 1
