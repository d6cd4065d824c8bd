"""How long plans keep clicks, as the setting says it."""

import pytest

from vayro.accounts.plans import RETENTION_DAYS, parse_retention
from vayro.errors import SettingsError
from vayro.settings import Settings


def test_the_settings_default_is_the_table() -> None:
    assert parse_retention(Settings.model_fields["retention_days"].default) == RETENTION_DAYS


def test_what_is_not_named_stays() -> None:
    assert parse_retention("free = 30, pro=forever") == {**RETENTION_DAYS, "free": 30, "pro": None}
    assert parse_retention("") == RETENTION_DAYS


@pytest.mark.parametrize("text", ["free", "free=", "gold=30", "free=-1", "free=6", "free=1e3", "free=30;pro=60"])
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(SettingsError, match="VAYRO_RETENTION_DAYS"):
        parse_retention(text)
