import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import SettingsFactory
from vayro.accounts.vault import KEY_FILE, Vault, WrongSecretKey, open_vault


def test_what_was_sealed_is_read_by_its_owner_alone() -> None:
    vault = Vault(b"k" * 32)
    sealed = vault.seal(b"secret", "ada")
    assert vault.unseal(sealed, "ada") == b"secret"
    assert b"secret" not in sealed
    with pytest.raises(WrongSecretKey):
        vault.unseal(sealed, "bob")
    with pytest.raises(WrongSecretKey):
        Vault(b"l" * 32).unseal(sealed, "ada")


@pytest.mark.parametrize("position", [0, 5, 20, -1])
def test_a_changed_byte_is_noticed_or_does_not_matter(position: int) -> None:
    vault = Vault(b"k" * 32)
    sealed = bytearray(vault.seal(b"secret", "ada"))
    sealed[position] ^= 1
    if position == 0:
        assert vault.unseal(bytes(sealed), "ada") == b"secret"  # the version, of which there is one
    else:
        with pytest.raises(WrongSecretKey):
            vault.unseal(bytes(sealed), "ada")


def test_processes_that_start_together_use_one_key(settings_factory: SettingsFactory) -> None:
    settings = settings_factory()
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(open_vault, [settings] * 8))
    sealed = vaults[0].seal(b"secret", "ada")
    assert {vault.unseal(sealed, "ada") for vault in vaults} == {b"secret"}
    path = settings.data_dir / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in settings.data_dir.iterdir()] == [KEY_FILE]


def test_a_key_of_the_settings_needs_no_file(settings_factory: SettingsFactory) -> None:
    settings = settings_factory(secret_key="s" * 32)
    assert open_vault(settings).unseal(open_vault(settings).seal(b"x", "a"), "a") == b"x"
    assert not (settings.data_dir / KEY_FILE).exists()
