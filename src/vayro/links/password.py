"""Passwords of links: what is kept of them, how they are checked."""

import unicodedata

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

PASSWORD_MIN = 4
"""They are often said aloud; what keeps guessers out is the budget of tries."""
PASSWORD_MAX = 128

# argon2id as OWASP's cheat sheet puts it first: 19 MiB, two passes, one lane, 25 ms.
_PASSWORDS = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))


def hash_password(password: str) -> str:
    """Return the argon2id hash. Blocks for about 25 ms, without holding the interpreter."""
    return _PASSWORDS.hash(_normalise(password))


def is_password(password: str, password_hash: str) -> bool:
    """Return whether the hash is of this password. Blocks for about 25 ms, without holding the interpreter."""
    return len(password) <= PASSWORD_MAX and _PASSWORDS.verify(_normalise(password), password_hash)


def _normalise(password: str) -> str:
    """Bring what different keyboards send for one password to one form (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
