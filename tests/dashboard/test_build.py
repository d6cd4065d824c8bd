"""The dashboard as it is built: types that fit the API, its own unit tests, and how much a browser must load."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vayro.api.built_dashboard import FOLDER

ROOT = Path(__file__).parents[2]
MAX_FIRST_LOAD_BYTES = 200_000
_SCRIPT = re.compile(r'<script src="(/_next/[^"]+)"(?P<rest>[^>]*)>')
PAGES = sorted(path for path in FOLDER.rglob("*.html") if path.name != "_not-found.html")


def test_the_types_are_those_of_the_api() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "write_api_client.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr


def test_its_own_tests_pass() -> None:
    done = subprocess.run(
        ["npm", "test", "--silent"], cwd=ROOT / "dashboard", capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_there_are_pages_to_weigh() -> None:
    assert len(PAGES) >= 12


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(FOLDER).as_posix())
def test_a_page_loads_at_most_200_kb_of_script(page: Path) -> None:
    scripts = scripts_of(page)
    assert scripts
    weight = sum(sent_bytes(FOLDER / name) for name in scripts)
    assert weight <= MAX_FIRST_LOAD_BYTES, f"{weight:,} bytes in {len(scripts)} scripts"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(FOLDER).as_posix())
def test_a_page_names_no_other_host(page: Path) -> None:
    hosts = re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', page.read_text(encoding="utf-8"))
    assert hosts == []


def sent_bytes(path: Path) -> int:
    """What a browser of today is sent: Brotli, where the build found it worth the while."""
    compressed = path.with_name(f"{path.name}.br")
    return (compressed if compressed.exists() else path).stat().st_size


def scripts_of(page: Path) -> set[str]:
    """What every browser of today loads with the page; `noModule` is for those of ten years ago."""
    found = _SCRIPT.finditer(page.read_text(encoding="utf-8"))
    return {match[1].lstrip("/") for match in found if "noModule" not in match["rest"]}
