"""Fixtures of accounts."""

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from vayro.accounts import credentials


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that are hashed in no time, for tests that are not about hashes: the real ones take 19 MiB each."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    monkeypatch.setattr(credentials, "_PASSWORDS", cheap)
