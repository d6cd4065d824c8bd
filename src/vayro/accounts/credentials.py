"""API keys and passwords: how they are made, what is kept of them, how they are checked.

A generated key is `vk_`, 31 random characters of base 62 (184 bits) and 6 that are their CRC-32, in the manner of
GitHub's tokens: a scanner finds a leaked one, and a mistyped one is refused without a query. An operator may give the
first key (`VAYRO_BOOTSTRAP_API_KEY`) and need not know of checksums, so only keys of exactly that form are checked. 37
is odd on purpose: hexadecimal, base-64 and UUID strings of common sizes never have that length.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
import zlib
from dataclasses import dataclass

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from vayro.errors import SettingsError, ValidationFailed

KEY_START = "vk_"
SHOWN_CHARACTERS = 11
"""`vk_` and 8 more: enough for people to tell keys apart, and 136 of the 184 bits stay hidden."""

PASSWORD_MIN = 8
PASSWORD_MAX = 256

_RANDOM_CHARACTERS = 31
_CHECKSUM_CHARACTERS = 6  # 62^6 > 2^32
_KEY_MAX = 255
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GENERATED = re.compile(rf"vk_[0-9A-Za-z]{{{_RANDOM_CHARACTERS + _CHECKSUM_CHARACTERS}}}", re.ASCII)
_ACCEPTED = re.compile(rf"vk_[!-~]{{16,{_KEY_MAX - len(KEY_START)}}}")

# argon2id as OWASP's cheat sheet puts it first: 19 MiB, two passes, one lane. 64 sign-ins at once stay near 1.2 GiB;
# with the library's 64 MiB they would take 4.
_PASSWORDS = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
UNUSABLE_PASSWORD = "!"  # noqa: S105  # no password has this hash
# Checked when there is no such user, so that the answer takes as long as a wrong password does.
_NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyBpdCE$W0NhHXLzLDCPTBVYYCRA5jzXuL0LHyyGOQHVNaxQ5vM"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown once (`secret`), and what is kept of it."""

    secret: str
    prefix: str
    key_hash: bytes

    def __repr__(self) -> str:
        """Show no more than may be logged."""
        return f"NewKey({self.prefix}…)"


def generate_key() -> NewKey:
    """Return a new key."""
    random = "".join(secrets.choice(_BASE62) for _ in range(_RANDOM_CHARACTERS))
    return _describe(KEY_START + random + _checksum(random))


def accept_operators_key(secret: str) -> NewKey:
    """Return the key that the operator chose. Raises SettingsError when it could never be used."""
    if not _ACCEPTED.fullmatch(secret):
        raise SettingsError(
            "VAYRO_BOOTSTRAP_API_KEY=(hidden) is not acceptable: accepted is vk_ and 16 to 252 visible ASCII characters"
        )
    if not is_plausible_key(secret):
        raise SettingsError(
            "VAYRO_BOOTSTRAP_API_KEY=(hidden) is not acceptable: 37 letters and digits after vk_ are the form of a "
            "generated key, whose last 6 are a checksum; choose another length"
        )
    return _describe(secret)


def is_plausible_key(secret: str) -> bool:
    """Return whether it is worth a query: the form of a key, with the right checksum where there must be one."""
    if not _ACCEPTED.fullmatch(secret):
        return False
    if not _GENERATED.fullmatch(secret):
        return True
    random = secret[len(KEY_START) : -_CHECKSUM_CHARACTERS]
    return hmac.compare_digest(secret[-_CHECKSUM_CHARACTERS:], _checksum(random))


def hash_key(secret: str) -> bytes:
    """Return the SHA-256 of a key. Enough for 184 random bits; a slow hash is for what people choose."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def is_same_hash(one: bytes, other: bytes) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(one, other)


def hash_password(password: str) -> str:
    """Return the argon2id hash. Blocks for about 25 ms. Raises ValidationFailed for one too short or too long."""
    normal = _normalise_password(password)
    if not PASSWORD_MIN <= len(normal) <= PASSWORD_MAX:
        raise ValidationFailed(
            f"The password has {len(normal)} characters; {PASSWORD_MIN} to {PASSWORD_MAX} are accepted.",
            field="password",
        )
    return _PASSWORDS.hash(normal)


def is_password(password: str, password_hash: str | None) -> bool:
    """Return whether the hash is of this password. Takes as long when there is no hash. Blocks for about 25 ms."""
    normal = _normalise_password(password)[:PASSWORD_MAX]
    usable = bool(password_hash) and password_hash != UNUSABLE_PASSWORD
    matches = _PASSWORDS.verify(normal, password_hash if usable and password_hash else _NOBODYS_HASH)
    return matches and usable


def generate_password() -> str:
    """Return a password of 119 random bits, in groups that can be read out and typed."""
    letters = "23456789abcdefghjkmnpqrstuvwxyz"
    return "-".join("".join(secrets.choice(letters) for _ in range(6)) for _ in range(4))


def _describe(secret: str) -> NewKey:
    return NewKey(secret, secret[:SHOWN_CHARACTERS], hash_key(secret))


def _checksum(random: str) -> str:
    number = zlib.crc32(random.encode())
    digits = ""
    for _ in range(_CHECKSUM_CHARACTERS):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


def _normalise_password(password: str) -> str:
    """Bring what different keyboards send for one password to one form (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
