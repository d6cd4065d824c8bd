"""Whose address a click is recorded with, whatever `X-Forwarded-For` says: by the lane and by the application."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redirect.conftest import make_settings
from tests.redirect.engines import EngineThread, get, running_engine, status_of
from vayro.settings import BUNDLED_GEOIP_DATABASE
from vayro.visitor.geoip import GeoDatabase

VISITOR, INVENTED = "93.184.215.14", "1.1.1.1"
TRUSTED = "127.0.0.0/8, 10.0.0.0/8, fd00::/8"
# What the proxy at 127.0.0.1 sends on. The rightmost hop that no trusted proxy added is the visitor.
HOPS = [
    VISITOR,
    f"{INVENTED}, {VISITOR}",
    f"{INVENTED},{INVENTED} , {VISITOR}",
    f"{VISITOR}, 10.1.2.3",
    f"{INVENTED}, {VISITOR}, 10.1.2.3, fd00::7",
    f"{VISITOR}:4711",
    f"::ffff:{VISITOR}",
    f"[::ffff:{VISITOR}]:80",
    f"unknown, {VISITOR}",
    f'"{INVENTED}", {VISITOR}, 127.0.0.1',
    f"127.0.0.1, {VISITOR}",
    f"for={INVENTED}, {VISITOR}",
    f",,{VISITOR}",
]
OTHER_HEADERS = ["Forwarded: for=1.1.1.1", "X-Real-IP: 1.1.1.1", "CF-Connecting-IP: 1.1.1.1", "True-Client-IP: 1.1.1.1"]


@pytest.fixture(scope="module", params=[True, False], ids=["lane", "app"])
def engines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[dict[str, EngineThread]]:
    folder = tmp_path_factory.mktemp("forwarded")
    behind = make_settings(folder / "behind", sqlite_template, trusted_proxies=TRUSTED, fast_lane=request.param)
    alone = make_settings(folder / "alone", sqlite_template, trusted_proxies="192.0.2.0/24", fast_lane=request.param)
    with running_engine(behind) as first, running_engine(alone) as second:
        yield {"behind": first, "alone": second}


def recorded(engine: EngineThread, *fields: str) -> str:
    """The address that the click of a request with these fields is recorded with."""
    engine.clicks.clear()
    assert status_of(engine.exchange(get("/plain", "Connection: close", *fields), seconds=30)) == 302
    [click] = engine.clicks
    return click.ip


@pytest.mark.parametrize("hops", HOPS)
def test_behind_a_proxy_the_visitor_is_the_hop_that_it_saw(engines: dict[str, EngineThread], hops: str) -> None:
    assert recorded(engines["behind"], f"X-Forwarded-For: {hops}") == VISITOR


@pytest.mark.parametrize("hops", HOPS)
def test_a_peer_that_is_not_trusted_is_the_visitor_itself(engines: dict[str, EngineThread], hops: str) -> None:
    assert recorded(engines["alone"], f"X-Forwarded-For: {hops}") == "127.0.0.1"


@pytest.mark.parametrize("header", OTHER_HEADERS)
def test_no_other_header_is_believed(engines: dict[str, EngineThread], header: str) -> None:
    assert recorded(engines["behind"], f"X-Forwarded-For: {VISITOR}", header) == VISITOR
    assert recorded(engines["alone"], header) == "127.0.0.1"


def test_the_header_in_several_lines_is_one_list(engines: dict[str, EngineThread]) -> None:
    lines = [f"X-Forwarded-For: {INVENTED}", f"x-forwarded-for: {VISITOR}", "X-FORWARDED-FOR: 10.9.9.9"]
    assert recorded(engines["behind"], *lines) == VISITOR


@pytest.mark.parametrize("hops", ["rubbish", "", "999.1.1.1", "1.1.1.1, rubbish", "\x80\xff"])
def test_what_is_no_address_ends_the_list(engines: dict[str, EngineThread], hops: str) -> None:
    assert recorded(engines["behind"], f"X-Forwarded-For: {hops}") == "127.0.0.1"


@pytest.mark.skipif(not BUNDLED_GEOIP_DATABASE.exists(), reason="the country data has not been fetched")
def test_the_country_is_that_of_the_visitor(engines: dict[str, EngineThread]) -> None:
    places = GeoDatabase(BUNDLED_GEOIP_DATABASE)
    address = recorded(engines["behind"], f"X-Forwarded-For: 1.1.1.1, {VISITOR}, 10.0.0.1")
    assert places.find_place(address).country_code == places.find_place(VISITOR).country_code is not None
    places.close()
