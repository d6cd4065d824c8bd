"""Commands as people run them: processes with a stdout, a stderr and an exit status."""

from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from tests.conftest import SettingsFactory
from tests.processes import run_vayro
from vayro.settings import Settings

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def settings(settings_factory: SettingsFactory, sqlite_url: str) -> Settings:
    return settings_factory(database_url=sqlite_url)


@pytest.fixture
def run(settings: Settings) -> Run:
    """Run a command that should succeed, as the administrator's installation."""

    def make(*arguments: str, status: int = 0) -> CompletedProcess[str]:
        done = run_vayro(settings, *arguments)
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return make


@pytest.fixture
def ada(run: Run) -> str:
    """The address of an administrator."""
    run("users", "create", "ada@example.com", "--admin")
    return "ada@example.com"
