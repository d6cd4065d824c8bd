"""Settings: the defaults of the contract, and one clear line when one is wrong."""

from ipaddress import ip_network

import pytest

from vayro.errors import SettingsError
from vayro.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("VAYRO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults_are_the_embedded_shape():
    settings = load_settings()
    assert settings.is_embedded
    assert settings.resolved_database_url.startswith("sqlite:////")
    assert settings.resolved_database_url.endswith("/vayro-data/vayro.db")
    assert (settings.redirect_port, settings.api_port, settings.redirect_workers) == (8000, 8080, 1)
    assert settings.default_domain_name == "127.0.0.1:8000"


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("VAYRO_REDIRECT_PORT", "99999", "65535"),
        ("VAYRO_REDIRECT_PORT", "http", "integer"),
        ("VAYRO_DATABASE_URL", "mysql://x", "postgresql://"),
        ("VAYRO_REDIS_URL", "localhost:6379", "redis://"),
        ("VAYRO_SHORT_URL_BASE", "go.example.com", "http"),
        ("VAYRO_STORE_IP", "some", "truncated"),
        ("VAYRO_TRUSTED_PROXIES", "10.0.0.0/8,nonsense", "nonsense"),
        ("VAYRO_CODE_ALLOCATOR", "random", "snowflake"),
        ("VAYRO_FAST_LANE", "perhaps", "boolean"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_accepted(monkeypatch, name, value, accepted):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name in caught.value.detail
    assert value.rsplit(",", maxsplit=1)[-1] in caught.value.detail
    assert accepted in caught.value.detail
    assert "\n" not in caught.value.detail


def test_a_wrong_secret_is_not_repeated(monkeypatch):
    monkeypatch.setenv("VAYRO_BOOTSTRAP_API_KEY", "hunter2-without-prefix")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "hunter2" not in caught.value.detail
    assert "vk_" in caught.value.detail


def test_trusted_proxies_are_networks(monkeypatch):
    monkeypatch.setenv("VAYRO_TRUSTED_PROXIES", "10.0.0.0/8, 192.168.1.1,::1")
    assert load_settings().trusted_proxies == (
        ip_network("10.0.0.0/8"),
        ip_network("192.168.1.1/32"),
        ip_network("::1/128"),
    )


def test_an_env_file_is_read_and_the_environment_wins(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("VAYRO_API_PORT=9001\nVAYRO_REDIRECT_PORT=9002\n")
    monkeypatch.setenv("VAYRO_REDIRECT_PORT", "9003")
    settings = load_settings()
    assert (settings.api_port, settings.redirect_port) == (9001, 9003)


def test_every_option_is_documented():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
