"""The image's build steps, tried: a wheel, an empty prefix, and all of Vayro in what a container allows."""

import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.deploy.container import UID, Container, is_possible
from tests.deploy.test_image import ROOT, stages
from tests.servers import free_port, wait_until

pytestmark = [
    pytest.mark.skipif(not is_possible(), reason="needs root, unshare and nsenter"),
    pytest.mark.xdist_group("image"),
    pytest.mark.timeout(300),
]
READY_SECONDS = 120


def copy_sources(target: Path) -> None:
    """What the build stage copies from the repository, to where it copies it."""
    for keyword, rest in stages()["build"]:
        if keyword != "COPY" or "--from=" in rest:
            continue
        *sources, goal = rest.split()
        for source in sources:
            into = target / goal / (Path(source).name if goal.endswith("/") else "")
            into.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, into, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
            else:
                shutil.copy(ROOT / source, into)


def run(*command: object, cwd: Path) -> None:
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that a user without rights may enter, with `prefix`: the image's /opt/vayro, made by its own steps."""
    path = Path(tempfile.mkdtemp(prefix="vayro-image-", dir="/var/tmp"))
    path.chmod(0o755)
    try:
        copy_sources(path / "source")
        run(sys.executable, "-m", "venv", "--without-pip", path / "prefix", cwd=path)
        (wheel_step,) = [rest for keyword, rest in stages()["build"] if keyword == "RUN" and "pip wheel" in rest]
        arguments = re.search(r"pip (wheel .*?) &&", wheel_step)
        assert arguments is not None
        words = arguments[1].replace("/wheels", str(path / "wheels")).split()
        run(sys.executable, "-m", "pip", *words, cwd=path / "source")
        (wheel,) = (path / "wheels").iterdir()
        python = path / "prefix" / "bin" / "python"
        run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=path)
        site = next((path / "prefix" / "lib").glob("python*/site-packages"))
        (site / "locked.pth").write_text(f"{path / 'packages'}\n")
        for mount_point in ("packages", "base"):
            (path / mount_point).mkdir()
        yield path
    finally:
        shutil.rmtree(path)


@pytest.fixture
def container(folder: Path) -> Iterator[Container]:
    data = folder / "data"
    data.mkdir(mode=0o700)
    shutil.chown(data, int(UID), int(UID))
    ports = {f"VAYRO_{kind}_PORT": str(free_port()) for kind in ("REDIRECT", "API")}
    ports["VAYRO_METRICS_PORT"] = str(free_port(neighbours=2))
    made = Container(folder, Path(sysconfig.get_paths()["purelib"]), ports)
    yield made
    made.kill()
    shutil.rmtree(data)


def test_the_wheel_has_the_dashboard_compressed_and_with_its_policies(folder):
    site = next((folder / "prefix" / "lib").glob("python*/site-packages"))
    dashboard = site / "vayro" / "api" / "dashboard"
    for name in ("index.html", "index.html.br", "settings/keys.html", "policies.json"):
        assert (dashboard / name).is_file(), name


def test_the_wheel_has_the_c_lane_and_all_but_sources_that_build_it(folder):
    (wheel,) = (folder / "wheels").iterdir()
    assert "none-any" not in wheel.name
    site = next((folder / "prefix" / "lib").glob("python*/site-packages"))
    assert list((site / "vayro" / "redirect").glob("_fastlane*.so"))
    assert (site / "vayro" / "database" / "migrations" / "env.py").exists()


def test_everything_runs_on_read_only_files_as_pid_1_of_a_user_without_rights(container):
    assert container.run("vayro", "--version").returncode == 0
    assert container.run("touch", str(container.prefix / "x")).returncode != 0
    container.start("vayro", "up")
    shutil.copy(ROOT / "deploy" / "image" / "health.py", container.prefix)
    health = [f"{container.prefix}/bin/python", f"{container.prefix}/health.py"]
    wait_until(
        lambda: container.is_over() or container.execute(*health).returncode == 0,
        seconds=READY_SECONDS,
        what="the health check says yes",
    )
    assert not container.is_over(), container.log()
    assert "administrator admin@localhost" in container.log()
    doctor = container.execute("vayro", "doctor")
    assert "fail" not in doctor.stdout
    assert doctor.returncode == 0
    engine = f"http://127.0.0.1:{container.environment['VAYRO_REDIRECT_PORT']}"
    made = container.execute("vayro", "links", "create", "https://example.com/", "--code", "inside")
    assert made.returncode == 0, made.stderr
    assert httpx.get(f"{engine}/inside", timeout=30).status_code == 302
    assert container.stop() == 0, container.log()
    assert {path.stat().st_uid for path in container.data.rglob("*")} == {int(UID)}  # running, files come and go
    assert "killing it" not in container.log()


def test_the_health_check_says_no_in_one_line_when_nothing_answers(folder):
    script = ROOT / "deploy" / "image" / "health.py"
    environment = {"VAYRO_API_PORT": str(free_port())}
    done = subprocess.run([sys.executable, script, "api"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1


def test_the_health_check_of_what_serves_sites_asks_its_own_port(folder):
    port = str(free_port())
    environment = {"VAYRO_SITES_PORT": port, "VAYRO_API_PORT": "1"}
    words = [sys.executable, ROOT / "deploy" / "image" / "health.py", "vayro", "api", "--sites"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert f"127.0.0.1:{port}/health/ready" in done.stdout
