import re

import pytest

from vayro.accounts import credentials
from vayro.errors import SettingsError


def test_a_generated_key_is_37_letters_and_digits_after_its_mark() -> None:
    assert re.fullmatch(r"vk_[0-9A-Za-z]{37}", credentials.generate_key().secret)


def test_generated_keys_differ() -> None:
    assert len({credentials.generate_key().secret for _ in range(1000)}) == 1000


def test_a_generated_key_is_plausible() -> None:
    assert all(credentials.is_plausible_key(credentials.generate_key().secret) for _ in range(100))


def test_any_wrong_letter_breaks_the_checksum() -> None:
    secret = credentials.generate_key().secret
    for place in range(3, len(secret)):
        other = "a" if secret[place] != "a" else "b"
        assert not credentials.is_plausible_key(secret[:place] + other + secret[place + 1 :])


@pytest.mark.parametrize("secret", ["vk_" + "0123456789abcdef", "vk_" + "a" * 32, "vk_" + "f" * 36, "vk_!" + "~" * 200])
def test_an_operators_key_needs_no_checksum(secret: str) -> None:
    assert credentials.accept_operators_key(secret).secret == secret
    assert credentials.is_plausible_key(secret)


@pytest.mark.parametrize(
    "secret", ["vk_short", "sk_" + "a" * 32, "vk_" + "a" * 37, "vk_" + "a" * 253, "vk_é" + "a" * 30]
)
def test_an_operators_key_that_could_never_be_used_is_refused_unseen(secret: str) -> None:
    with pytest.raises(SettingsError) as refused:
        credentials.accept_operators_key(secret)
    assert secret not in str(refused.value)


def test_a_key_does_not_show_itself_in_a_log() -> None:
    key = credentials.generate_key()
    assert key.secret not in f"{key} {key!r}"


def test_passwords_are_hashed_by_argon2id_with_a_salt() -> None:
    hashes = {credentials.hash_password("correct horse") for _ in range(2)}
    assert len(hashes) == 2
    assert all(value.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for value in hashes)


def test_a_password_is_the_same_from_every_keyboard() -> None:
    hashed = credentials.hash_password("Zürich pass")  # one character, or a letter and its dots
    assert credentials.is_password("Zu\u0308rich pass", hashed)


@pytest.mark.parametrize("guess", ["", "wrong", "\ud800", "\0", "x" * 100_000])
def test_no_guess_is_an_error(guess: str) -> None:
    assert not credentials.is_password(guess, credentials.hash_password("correct horse"))
    assert not credentials.is_password(guess, None)
