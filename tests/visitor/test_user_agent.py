"""What a user agent says."""

import time

import pytest
from crawlerdetect import CrawlerDetect

from vayro.visitor.crawlers import CrawlerMatcher
from vayro.visitor.user_agent import LONGEST_USER_AGENT, UserAgentReader

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.4 Mobile/15E148 Safari/604.1"
)
IPAD = (
    "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 "
    "Mobile/15E148 Safari/604.1"
)
PIXEL = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile "
    "Safari/537.36"
)
GALAXY_TAB = (
    "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CUBOT = (
    "Mozilla/5.0 (Linux; Android 4.2.1; CUBOT ONE Build/JOP40D) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/29.0.1547.72 Mobile Safari/537.36"
)


@pytest.fixture(scope="module")
def reader() -> UserAgentReader:
    return UserAgentReader()


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (CHROME, ("desktop", "Chrome", "Windows")),
        (IPHONE, ("mobile", "Mobile Safari", "iOS")),
        (IPAD, ("tablet", "Mobile Safari", "iOS")),
        (PIXEL, ("mobile", "Chrome Mobile", "Android")),
        (GALAXY_TAB, ("tablet", "Chrome", "Android")),
        (GOOGLEBOT, ("bot", "Googlebot", None)),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", ("desktop", "Firefox", "Linux")),
        ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) Version/6.0 TV Safari/537.36", ("other", "Safari", "Tizen")),
        ("curl/8.5.0", ("bot", "curl", None)),
        ("", ("other", None, None)),
    ],
)  # fmt: skip
def test_devices_browsers_and_systems_are_told(
    reader: UserAgentReader, user_agent: str, expected: tuple[str | None, ...]
) -> None:
    assert reader.read(user_agent) == expected
    assert reader.read(user_agent) == expected  # from memory


def test_a_phone_with_a_suspicious_name_is_no_bot(reader: UserAgentReader) -> None:
    assert reader.read(CUBOT).device_type == "mobile"


def test_the_matcher_agrees_with_crawlerdetect() -> None:
    fast, slow = CrawlerMatcher(), CrawlerDetect()
    samples = [
        CHROME, IPHONE, PIXEL, CUBOT, GOOGLEBOT, "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1", "Twitterbot/1.0", "python-requests/2.31", "Wget/1.21", "Go-http-client/2.0",
        "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0 YaBrowser/15.4 Yandex/1",
        "Mozilla/5.0 (Linux; Android 10) YandexSearch/21.1", "  ", "Mozilla/5.0", "WhatsApp/2.23.20.0", "okhttp/4.9.0",
    ]  # fmt: skip
    assert [fast.is_crawler(sample) for sample in samples] == [slow.is_crawler(sample) for sample in samples]


def test_an_absurd_user_agent_is_cut_and_costs_little(reader: UserAgentReader) -> None:
    started = time.process_time()
    for number in range(20):
        reader.read(f"{number} " + "Mozilla/5.0 (((" * 10_000)
    assert time.process_time() - started < 1
    assert max(map(len, reader._young)) <= LONGEST_USER_AGENT


def test_what_is_remembered_is_bounded() -> None:
    reader = UserAgentReader(remembered_bytes=100_000)
    for number in range(5_000):
        reader.read(f"Agent/{number}")
    assert len(reader._young) + len(reader._old) < 100_000 / 200 + 10


def test_what_is_asked_for_often_stays_remembered() -> None:
    reader = UserAgentReader(remembered_bytes=20_000)
    for number in range(2_000):
        reader.read(CHROME)
        reader.read(f"Agent/{number}")
        assert CHROME in reader._young or CHROME in reader._old
