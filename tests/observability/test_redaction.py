"""What a log line may not hold is taken out of it, and the rest stays readable."""

import pytest

from tests.conftest import SettingsFactory
from vayro.observability.redaction import HIDDEN, Redactor, build_redactor

CASES = {
    "Authorization: Bearer vk_abcDEF123_x": f"Authorization: {HIDDEN} {HIDDEN}",
    "refused Bearer abc.def": f"refused Bearer {HIDDEN}",
    "key vk_0123456789abcdef is unknown": f"key vk_{HIDDEN} is unknown",
    "postgresql://ada:s3cret@db.internal:5432/vayro": f"postgresql://ada:{HIDDEN}@db.internal:5432/vayro",
    "redis://:s3cret@cache/0": f"redis://:{HIDDEN}@cache/0",
    "password=hunter2&x=1": f"password={HIDDEN}&x=1",
    "{'password': 'hunter2', 'a': 1}": f"{{'password': '{HIDDEN}', 'a': 1}}",
    "hash $argon2id$v=19$m=65536$abc": f"hash {HIDDEN}",
    "from 203.0.113.77:5123": "from 203.0.113.0/24:5123",
    "('203.0.113.77', 5123)": "('203.0.113.0/24', 5123)",
    "peer 2001:db8:1:2::9 left": "peer 2001:0db8:0001::/48 left",
    "peer ::ffff:203.0.113.77 left": "peer 203.0.113.0/24 left",
    "at 11:55:03 version 1.2.3 of 127.0.0.1 and ::1": "at 11:55:03 version 1.2.3 of 127.0.0.1 and ::1",
    "2026-11-22T11:55:03.123456Z": "2026-11-22T11:55:03.123456Z",
    "vayro.redirect.engine::start": "vayro.redirect.engine::start",
}


@pytest.mark.parametrize("text", CASES)
def test_a_text_is_cleaned(text: str) -> None:
    assert Redactor().clean(text) == CASES[text]


def test_names_that_say_secret_hide_their_values() -> None:
    event = {"event": "x", "api_key": "abc", "nested": {"Cookie": "a=b", "count": 3}, "many": ["203.0.113.9"]}
    assert Redactor().clean_event(event) == {
        "event": "x",
        "api_key": HIDDEN,
        "nested": {"Cookie": HIDDEN, "count": 3},
        "many": ["203.0.113.0/24"],
    }


def test_the_operators_own_machines_stay_readable(settings_factory: SettingsFactory) -> None:
    redactor = build_redactor(settings_factory(database_url="postgresql://vayro:x@10.0.3.7:5432/vayro"))
    assert redactor.clean("10.0.3.7 refused; 10.0.3.8 too") == "10.0.3.7 refused; 10.0.3.0/24 too"
