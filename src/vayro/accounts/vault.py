"""Encryption of what must be read again: secrets of second factors, tokens of shared pages.

AES-256-GCM, bound to whom they belong to.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vayro.errors import VayroError
from vayro.settings import Settings

KEY_FILE = "secret.key"
_log = structlog.get_logger(__name__)
_VERSION = b"\x01"
_NONCE_BYTES = 12


class WrongSecretKey(VayroError):
    """What was encrypted cannot be read: VAYRO_SECRET_KEY, or the file `secret.key`, is another than it was."""

    code = "internal"
    title = "A secret cannot be read: the secret key is another than it was"


class Vault:
    """Encrypts and decrypts under one key."""

    def __init__(self, key: bytes) -> None:
        """Args: key, any secret of 32 bytes or more."""
        self._cipher = AESGCM(hashlib.blake2b(key, digest_size=32, person=b"vayro.factor").digest())

    def seal(self, secret: bytes, owner: str) -> bytes:
        """Return it encrypted. Only `unseal` with the same owner reads it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, secret, owner.encode())

    def unseal(self, sealed: bytes, owner: str) -> bytes:
        """Return what was sealed. Raises WrongSecretKey."""
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, text, owner.encode())
        except InvalidTag as error:
            _log.error("VAYRO_SECRET_KEY, or secret.key, is another than when this was encrypted")
            raise WrongSecretKey from error


def open_vault(settings: Settings) -> Vault:
    """Return the vault of this installation; on first use, make its key file. May wait for the disk."""
    key = settings.secret_key.get_secret_value().encode()
    return Vault(key or _read_or_make(settings.data_dir / KEY_FILE))


def _read_or_make(path: Path) -> bytes:
    """Return the key in the file. Of processes that make it at once, one wins, and all read its key."""
    if not path.exists():
        with NamedTemporaryFile(dir=path.parent, prefix=".secret-") as file:  # mode 0600
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(file.name)
    return path.read_bytes()
