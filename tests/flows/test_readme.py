"""The README's tour, line by line as it stands there, only on other ports."""

import os
import re
import subprocess
import sys

from scripts.write_docs import FOLDER
from tests.processes import environment_of, vayro
from tests.servers import wait_until


def test_the_tour_of_the_readme_works(settings_factory):
    settings = settings_factory()
    with vayro("up", settings):
        done = run_tour(settings, read_tour())
        assert done.stderr == ""
        assert "HTTP/1.1 302 Found\n" in done.stdout
        assert "location: https://example.com/spring\n" in done.stdout
        wait_until(lambda: re.search(r"clicks +1\n", run_tour(settings, read_tour()[-1:]).stdout), what="the click")


def read_tour() -> list[str]:
    """The commands of the block that makes a key, each one line."""
    blocks = re.findall(r"```console\n(.*?)```", (FOLDER.parent / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    tour = next(block for block in blocks if "vayro keys create" in block)
    return re.split(r"^\$ ", tour.replace("\\\n", " "), flags=re.MULTILINE)[1:]


def run_tour(settings, commands: list[str]) -> subprocess.CompletedProcess[str]:
    script = "set -euo pipefail\n" + "".join(commands)
    for written, meant in (
        (".venv/bin/vayro", f"{sys.executable} -m vayro"),
        ("127.0.0.1:8080", f"127.0.0.1:{settings.api_port}"),
        ("127.0.0.1:8000", f"127.0.0.1:{settings.redirect_port}"),
    ):
        script = script.replace(written, meant)
    environment = os.environ | environment_of(settings)
    return subprocess.run(
        ["bash", "-c", script], cwd=settings.data_dir, env=environment, capture_output=True, text=True, check=True
    )
