"""`vayro redirect`: engines on one socket, and the shipper beside them."""

import os
import signal

import pytest

from tests.conftest import SettingsFactory
from tests.processes import Process, environment_of, vayro
from tests.servers import free_port, is_listening, wait_until
from vayro.settings import Settings


@pytest.fixture
def settings(settings_factory: SettingsFactory, sqlite_url: str) -> Settings:
    return settings_factory(database_url=sqlite_url)


SHIPPED = ["redirect", "redirect", "shipper"]


def kinds(process: Process) -> list[str]:
    return sorted(process.kinds.values())


def test_the_command_line_goes_before_the_settings(settings: Settings) -> None:
    port = free_port()
    arguments = ["redirect", "--port", str(port), "--workers", "2"]
    process = Process(arguments, environment_of(settings), settings.data_dir)
    try:
        wait_until(lambda: is_listening(port), seconds=60)
        assert not is_listening(settings.redirect_port)
        wait_until(lambda: kinds(process) == ["redirect", "redirect"], seconds=60)
    finally:
        process.kill()


def test_with_redis_there_is_one_shipper_and_it_is_restarted(settings: Settings, redis_url: str) -> None:
    with vayro("redirect", settings, "--workers", "2", redis_url=redis_url) as engine:
        wait_until(lambda: kinds(engine) == SHIPPED, seconds=60)
        os.kill(engine.children[-1], signal.SIGKILL)
        wait_until(lambda: "shipper runs again" in engine.log(), seconds=60)
        wait_until(lambda: kinds(engine) == SHIPPED, seconds=60)


def test_it_stops_without_being_killed(settings: Settings) -> None:
    with vayro("redirect", settings) as engine:
        assert engine.stop() == 0
        assert "killing it" not in engine.log()
