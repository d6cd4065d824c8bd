"""deploy/Containerfile: linted, its sources there, and its steps tried as far as a machine without an engine can."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vayro.settings import Settings

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "Containerfile"
HADOLINT = Path(sys.executable).with_name("hadolint")
SETTINGS = {f"VAYRO_{name.upper()}" for name in Settings.model_fields}


def instructions() -> list[tuple[str, str]]:
    """Keyword and rest of each instruction, lines joined, comments left out."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in joined.splitlines() if line.strip()]


def stages() -> dict[str, list[tuple[str, str]]]:
    """The instructions of each stage, by its name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for keyword, rest in instructions():
        if keyword == "FROM":
            found[rest.split(" AS ")[1]] = []
        list(found.values())[-1].append((keyword, rest))
    return found


def copied_from_the_repository() -> list[str]:
    words = [rest.split() for keyword, rest in instructions() if keyword == "COPY" and "--from=" not in rest]
    return [word for line in words for word in line[:-1] if not word.startswith("--")]


@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint has no package for this machine")
def test_hadolint_has_nothing_to_say():
    done = subprocess.run([HADOLINT, "--no-color", FILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("source", sorted(set(copied_from_the_repository())))
def test_what_is_copied_exists_and_is_not_ignored(source):
    assert (ROOT / source).exists()
    assert is_in_context(source)


def test_the_dashboard_is_built_in_the_image_from_its_lock_file():
    assert is_in_context("dashboard/src/app/layout.tsx")
    assert not is_in_context("dashboard/node_modules/next")
    assert not is_in_context("src/vayro/api/dashboard/index.html")
    steps = stages()["dashboard"]
    assert [rest for keyword, rest in steps if keyword == "RUN"] == ["npm ci --no-audit --no-fund", "npm run build"]
    assert ("COPY", "--from=dashboard /dashboard/out/ src/vayro/api/dashboard/") in stages()["build"]


@pytest.mark.parametrize(
    "path", [".venv/bin/python", ".git/config", "vayro-data/vayro.db", "tests/conftest.py", ".env"]
)
def test_what_is_private_or_large_stays_out(path):
    assert not is_in_context(path)


def test_packages_come_from_the_lock_files_with_their_hashes():
    installs = re.findall(
        r"pip install ([^&]*)", "\n".join(rest for keyword, rest in instructions() if keyword == "RUN")
    )
    assert len(installs) == 3
    for arguments in installs:
        assert "--require-hashes -r requirements/" in arguments or "--no-deps --no-index /wheels/" in arguments


def test_it_runs_as_a_user_without_rights():
    for name in ("vayro", "pgbouncer"):
        assert [rest for keyword, rest in stages()[name] if keyword == "USER"] == ["10001:10001"]


def test_nothing_of_the_build_is_in_what_runs():
    final = stages()["vayro"]
    assert list(stages())[-1] == "vayro"
    assert [rest for keyword, rest in final if keyword == "COPY" and "--from" in rest] == [
        "--from=build /opt/vayro /opt/vayro"
    ]
    assert not any("apt-get" in rest or "pip" in rest for keyword, rest in final if keyword == "RUN")


def test_its_settings_exist_and_are_accepted():
    (environment,) = [rest for keyword, rest in stages()["vayro"] if keyword == "ENV"]
    given = dict(re.findall(r"(VAYRO_\w+)=(\S+)", environment))
    assert set(given) <= SETTINGS
    settings = Settings(_env_file=None, **{name.removeprefix("VAYRO_").lower(): value for name, value in given.items()})
    assert settings.data_dir == Path("/var/lib/vayro")


def test_base_images_are_plain_names():
    """A registry's host would tie the build to one place."""
    images = {rest.split()[0] for keyword, rest in instructions() if keyword == "FROM"}
    assert all(re.fullmatch(r"[a-z]+:[\w.-]+", image) for image in images)


def is_in_context(path: str) -> bool:
    """By .dockerignore's rules: the last pattern that fits the path, or a folder above it, decides."""
    parts = Path(path).parts
    above = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    ignored = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().removeprefix("!").rstrip("/")
        if pattern and not pattern.startswith("#") and any(_fits(name, pattern) for name in above):
            ignored = not line.startswith("!")
    return not ignored


def _fits(name: str, pattern: str) -> bool:
    expression = re.escape(pattern).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
    return re.fullmatch(expression, name) is not None
