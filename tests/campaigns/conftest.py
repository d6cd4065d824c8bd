"""Settings on the database of the test, as any process of it would have them."""

import pytest

from tests.conftest import SettingsFactory
from vayro.settings import Settings


@pytest.fixture
def settings(settings_factory: SettingsFactory, database_url: str) -> Settings:
    return settings_factory(database_url=database_url, sms_claim_seconds=2, sms_price_micros=7_500)
