"""Visitors who ask not to be tracked: their clicks say so, by the lane and by the application."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redirect.conftest import make_settings
from tests.redirect.engines import EngineThread, get, running_engine, status_of


@pytest.fixture(scope="module", params=[True, False], ids=["lane", "app"])
def engines(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[dict[bool, EngineThread]]:
    folder = tmp_path_factory.mktemp("untracked")
    honours = make_settings(folder / "on", sqlite_template, honour_dnt=True, fast_lane=request.param)
    does_not = make_settings(folder / "off", sqlite_template, fast_lane=request.param)
    with running_engine(honours) as first, running_engine(does_not) as second:
        yield {True: first, False: second}


def flags(engine: EngineThread, *fields: str, method: str = "GET") -> str:
    engine.clicks.clear()
    request = get("/plain", "Connection: close", *fields, method=method)
    assert status_of(engine.exchange(request, seconds=30)) == 302
    return engine.clicks[0].flags


@pytest.mark.parametrize("field", ["DNT: 1", "dnt:1", "Sec-GPC: 1", "sec-gpc:  1 ", "DNT: 1\r\nSec-GPC: 1"])
def test_a_click_says_that_its_visitor_asked(engines: dict[bool, EngineThread], field: str) -> None:
    for _ in range(2):  # the first finds nothing in memory
        assert flags(engines[True], field) == "untracked"
    assert flags(engines[True], field, method="HEAD") == "head,untracked"


@pytest.mark.parametrize("field", ["DNT: 0", "DNT: ", "Sec-GPC: 0", "X-DNT: 1", "DNT: 11", "Accept: dnt: 1"])
def test_nobody_else_is_taken_for_one(engines: dict[bool, EngineThread], field: str) -> None:
    assert flags(engines[True], field) == ""


def test_unless_the_setting_is_on_nobody_looks(engines: dict[bool, EngineThread]) -> None:
    assert flags(engines[False], "DNT: 1", "Sec-GPC: 1") == ""
