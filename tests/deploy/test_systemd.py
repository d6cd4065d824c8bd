"""deploy/systemd: verified by systemd itself, on a made-up root."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from vayro.settings import Settings

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")
WORST_EXPOSURE = 20
"""Tenths, of 100: what `systemd-analyze security` calls "OK" begins at 5.0, and "SAFE" ends at 2.0."""

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The units where an operator puts them, beside those that come with systemd."""
    units = tmp_path / "etc" / "systemd" / "system"
    shutil.copytree(FOLDER, units, ignore=shutil.ignore_patterns("*.conf.example", "sysusers.conf", "*.env.example"))
    for distribution in (Path("/usr/lib/systemd/system"), Path("/lib/systemd/system")):
        if distribution.is_dir():
            shutil.copytree(distribution, tmp_path / "usr/lib/systemd/system", symlinks=True)
            break
    (tmp_path / "lib").symlink_to("usr/lib")
    program = tmp_path / "opt" / "vayro" / "bin" / "vayro"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return tmp_path


def analyze(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning", "SYSTEMD_PAGER": ""}
    command = [str(ANALYZE), f"--root={root}", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@needs_systemd
def test_systemd_finds_nothing_wrong(root):
    units = [str(path) for path in (root / "etc/systemd/system").iterdir() if path.is_file()]
    done = analyze(root, "verify", "--recursive-errors=no", "--man=no", *units)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_systemd_would_find_an_unknown_option(root):
    unit = root / "etc/systemd/system/vayro-api.service"
    unit.write_text(unit.read_text() + "\n[Service]\nKillMood=mixed\n")
    done = analyze(root, "verify", "--recursive-errors=no", "--man=no", str(unit))
    assert "KillMood" in done.stderr


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_services_are_locked_down(root, service):
    done = analyze(root, "security", "--offline=yes", f"--threshold={WORST_EXPOSURE}", service)
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_name_that_the_common_options_apply_to(service):
    assert service.startswith("vayro-")
    assert (FOLDER / "vayro-.service.d" / "common.conf").is_file()


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_runs_a_command_of_vayro(service):
    from typer.main import get_command

    from vayro.cli.main import app

    text = (FOLDER / service).read_text()
    (command,) = re.findall(r"^ExecStart=/opt/vayro/bin/vayro (\w+)(?: --sites)?$", text, re.MULTILINE)
    assert command in get_command(app).commands


def test_every_variable_of_the_example_is_a_setting():
    named = re.findall(r"^(VAYRO_\w+)=", (FOLDER / "vayro.env.example").read_text(), re.MULTILINE)
    named += re.findall(r"(VAYRO_\w+)=", (FOLDER / "vayro-.service.d" / "common.conf").read_text())
    assert set(named) <= {f"VAYRO_{name.upper()}" for name in Settings.model_fields}


def test_stopping_waits_longer_than_a_process_may_drain():
    from vayro.supervisor.process_group import STOP_SECONDS

    common = (FOLDER / "vayro-.service.d" / "common.conf").read_text()
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", common, re.MULTILINE)
    assert int(seconds) > STOP_SECONDS + 2
    assert "KillMode=mixed" in common
