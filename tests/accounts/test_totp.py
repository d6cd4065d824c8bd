"""RFC 6238, Appendix B, in its last six digits; and what is accepted around the moment."""

import datetime as dt

import pytest

from vayro.accounts import totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert totp.code_of(SECRET, second // totp.STEP_SECONDS) == code


@pytest.mark.parametrize(("late", "is_accepted"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_is_accepted_one_step_early_and_one_late(late: int, is_accepted: bool) -> None:
    made = dt.datetime(2026, 11, 22, 12, 0, 0, tzinfo=dt.UTC)
    code = totp.code_of(SECRET, totp.step_of(made))
    assert (totp.find_step(SECRET, code, made + dt.timedelta(seconds=late)) is not None) == is_accepted


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "12 456", "\x00" * 6])
def test_what_is_no_code_is_no_error(code: str) -> None:
    assert totp.find_step(SECRET, code, dt.datetime.now(dt.UTC)) is None


def test_the_address_is_what_apps_read() -> None:
    address = totp.describe(SECRET, "ada+1@example.com")
    assert address.startswith("otpauth://totp/Vayro%3Aada%2B1%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&")
