"""What plans allow, as the settings say it."""

from pathlib import Path

import pytest

from vayro.errors import SettingsError
from vayro.settings import Settings, load_settings
from vayro.settings.plans import DEFAULT_PLANS, PlanLimits


def make(**over: str) -> dict[str, PlanLimits]:
    return Settings(_env_file=None, **over).plan_table


def test_without_a_setting_the_table_is_the_default_one() -> None:
    assert make() == DEFAULT_PLANS
    assert make()["enterprise"] == PlanLimits()


def test_what_is_not_named_stays() -> None:
    table = make(plans='{"free": {"links_per_month": 7, "seats": null}}')
    assert (table["free"].links_per_month, table["free"].seats) == (7, None)
    assert table["free"].retention_days == DEFAULT_PLANS["free"].retention_days
    assert table["pro"] == DEFAULT_PLANS["pro"]


def test_the_table_may_be_a_file(tmp_path: Path) -> None:
    toml = tmp_path / "plans.toml"
    toml.write_text('[free]\nlinks_per_month = 7\nseats = "unlimited"\n')
    json = tmp_path / "plans.json"
    json.write_text('{"free": {"links_per_month": 7, "seats": "unlimited"}}')
    assert make(plans=str(toml)) == make(plans=str(json))
    assert make(plans=str(toml))["free"].seats is None


@pytest.mark.parametrize(
    "text",
    [
        '{"gold": {}}',
        '{"free": 3}',
        '{"free": {"links": 3}}',
        '{"free": {"seats": "many"}}',
        '{"free": {"seats": -1}}',
        '{"free": {"seats": 1.5}}',
        '{"free": {"retention_days": 6}}',
        "{",
        "[]",
        "nowhere.toml",
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(SettingsError, match="VAYRO_PLANS") as refused:
        load_settings(plans=text)
    assert "\n" not in refused.value.detail


def test_retention_goes_before_the_table() -> None:
    table = make(plans='{"free": {"retention_days": 20}}', retention_days="free = 30, pro=forever")
    assert {name: limits.retention_days for name, limits in table.items()} == {
        "free": 30,
        "pro": None,
        "enterprise": None,
    }


@pytest.mark.parametrize("text", ["free", "free=", "gold=30", "free=-1", "free=6", "free=1e3", "free=30;pro=60"])
def test_any_other_retention_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(SettingsError, match="VAYRO_RETENTION_DAYS"):
        load_settings(retention_days=text)
