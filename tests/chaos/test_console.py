"""What a person types at `make stage` does what it says, and mistakes are answered, not fatal."""

import pytest

from tests.chaos.console import Console, parse_seconds

pytestmark = pytest.mark.xdist_group("stage")


@pytest.fixture
def console(stage) -> Console:
    return Console(stage)


def test_status_shows_every_part_and_every_link(console, stage):
    shown = console.obey("status")
    assert all(name in shown for name in [*stage.names(), *stage.proxy.links()])


def test_a_part_is_killed_and_started_by_its_name(console, stage):
    assert console.obey("kill redis").startswith("done")
    assert "redis      down" in console.obey("status")
    assert console.obey("start redis").startswith("done")
    assert stage["redis"].is_running()


def test_a_paused_part_is_shown_as_paused(console, stage):
    console.obey("pause redis")
    assert "redis      paused" in console.obey("status")
    console.obey("resume redis")
    assert is_redis_there(stage)
    assert "redis      running" in console.obey("status")


def is_redis_there(stage) -> bool:
    """Whether Redis answers: then it runs, which it may not have done yet when its resumption was asked for."""
    return bool(stage["redis"].server.is_ready())


def test_a_link_is_slowed_and_healed(console, stage):
    assert console.obey("slow redis 20ms").startswith("done")
    assert console.obey("dropreply engine-1>redis 3").startswith("done")
    assert stage.proxy.status("engine-1>redis")["engine-1>redis"]["replies_to_drop"] == 3
    assert console.obey("heal").startswith("done")
    assert stage.proxy.status("engine-1>redis")["engine-1>redis"]["replies_to_drop"] == 0


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("explode", "no such command: explode"),
        ("kill engine-9", "no part is called 'engine-9'"),
        ("slow redis soon", "'soon' is no time"),
        ("slow nowhere 1s", "no link is meant by 'nowhere'"),
        ("kill", "missing 1 required positional argument"),
        ("", ""),
    ],
)
def test_a_mistake_is_answered(console, line, answer):
    assert answer in console.obey(line)


@pytest.mark.parametrize(("text", "seconds"), [("200ms", 0.2), ("1.5s", 1.5), ("2", 2.0)])
def test_a_time_has_its_unit(text, seconds):
    assert parse_seconds(text) == seconds
