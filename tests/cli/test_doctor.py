import json
import shutil
import socket
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.conftest import SettingsFactory
from tests.processes import run_vayro, vayro
from tests.servers import RedisServer, free_port
from vayro.settings import BUNDLED_GEOIP_DATABASE, Settings


def findings(done: CompletedProcess[str]) -> dict[str, Any]:
    return {finding["check"]: finding for finding in json.loads(done.stdout)}


def examine(settings: Settings, status: int = 0) -> dict[str, Any]:
    done = run_vayro(settings, "doctor", "--json")
    assert (done.returncode, done.stderr) == (status, "")
    return findings(done)


@pytest.fixture
def healthy(settings_factory: SettingsFactory, sqlite_url: str) -> Settings:
    settings = settings_factory(database_url=sqlite_url)
    settings.data_dir.chmod(0o700)
    return settings


def test_a_healthy_installation_fails_nothing(healthy: Settings) -> None:
    found = examine(healthy)
    states = {name: finding["state"] for name, finding in found.items() if name not in {"geo data", "accounts"}}
    assert set(states.values()) == {"ok"}
    assert "sites port" not in found, "nobody serves sites without a domain for them"


def test_lines_for_people_say_what_to_do(healthy: Settings) -> None:
    done = run_vayro(healthy, "doctor")
    assert done.returncode == 0
    assert "ok    migrations" in done.stdout
    assert "→ `vayro users create EMAIL --admin` makes one" in done.stdout


def test_a_wrong_setting_is_named(run: Run, healthy: Settings) -> None:
    wrong = healthy.model_copy(update={"store_ip": "some"})
    found = examine(wrong, status=1)
    assert found["settings"]["detail"].startswith("VAYRO_STORE_IP='some' is not acceptable")


def test_a_data_directory_open_to_others_is_a_warning(healthy: Settings) -> None:
    healthy.data_dir.chmod(0o755)
    found = examine(healthy)["data directory"]
    assert (found["state"], "chmod 700" in found["advice"]) == ("warn", True)


def test_a_database_that_is_away_fails(settings_factory: SettingsFactory) -> None:
    settings = settings_factory(database_url=f"postgresql://127.0.0.1:{free_port()}/x")
    found = examine(settings, status=1)["database"]
    assert (found["state"], found["detail"].startswith("does not answer")) == ("fail", True)


def test_postgresql_is_examined_too(settings_factory: SettingsFactory, postgres_url: str) -> None:
    found = examine(settings_factory(database_url=postgres_url))
    assert found["database"]["detail"].startswith("PostgreSQL 1")
    assert found["clock"]["state"] == "ok"
    assert found["migrations"]["state"] == "ok"


def test_a_database_without_tables_fails(settings_factory: SettingsFactory, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    found = examine(settings_factory(database_url=f"sqlite:///{tmp_path}/empty.db"), status=1)
    assert found["migrations"]["advice"] == "run `vayro migrate`"


def test_redis_is_examined(healthy: Settings, redis_url: str) -> None:
    found = examine(healthy.model_copy(update={"redis_url": redis_url}))
    assert (found["redis"]["state"], found["redis memory"]["state"]) == ("ok", "ok")
    assert found["redis persistence"]["state"] == "warn"


def test_a_redis_that_evicts_fails(healthy: Settings, own_redis: RedisServer) -> None:
    own_redis.send("CONFIG SET maxmemory-policy allkeys-lru")
    found = examine(healthy.model_copy(update={"redis_url": own_redis.url}), status=1)
    assert "allkeys-lru" in found["redis memory"]["detail"]


def test_a_redis_that_is_away_fails(healthy: Settings) -> None:
    away = healthy.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    assert examine(away, status=1)["redis"]["state"] == "fail"


def test_a_redis_that_hangs_fails_within_seconds(healthy: Settings, own_redis: RedisServer) -> None:
    own_redis.pause()
    assert examine(healthy.model_copy(update={"redis_url": own_redis.url}), status=1)["redis"]["state"] == "fail"


def test_a_port_of_another_program_fails(healthy: Settings) -> None:
    settings = healthy.model_copy(update={"sites_domain": "sites.example.com"})
    with socket.socket() as taken, socket.socket() as taken_too:
        for listening, port in ((taken, settings.redirect_port), (taken_too, settings.sites_port)):
            listening.bind(("127.0.0.1", port))
            listening.listen()
        found = examine(settings, status=1)
    for name in ("redirect", "sites"):
        finding = found[f"{name} port"]
        assert (finding["state"], f"VAYRO_{name.upper()}_PORT" in finding["advice"]) == ("fail", True)


def test_a_port_of_ours_is_well(healthy: Settings) -> None:
    with vayro("api", healthy, metrics_port=healthy.metrics_port):
        assert "Vayro runs" in examine(healthy)["api port"]["detail"]


def test_clicks_that_wait_for_nobody_are_a_warning(healthy: Settings) -> None:
    left = healthy.spool_dir / "0011223344556677"
    left.mkdir(parents=True)
    (left / "lock").touch()
    (left / "00000001.seg").write_bytes(b"x" * 2048)
    found = examine(healthy)["spool"]
    assert (found["state"], found["detail"]) == ("warn", "2 KiB of clicks wait from engines that ended")


def test_short_links_to_another_port_are_a_warning(healthy: Settings) -> None:
    found = examine(healthy.model_copy(update={"short_url_base": "http://127.0.0.1:1"}))["settings"]
    assert found["state"] == "warn"


def test_a_broken_geo_file_is_a_warning(healthy: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken.mmdb").write_bytes(b"nothing")
    found = examine(healthy.model_copy(update={"geoip_database": tmp_path / "broken.mmdb"}))["geo data"]
    assert (found["state"], "is not a MaxMind database" in found["detail"]) == ("warn", True)


@pytest.mark.skipif(not BUNDLED_GEOIP_DATABASE.exists(), reason="the geo data is fetched by make install")
def test_installed_geo_data_is_read_from_then_on(healthy: Settings, tmp_path: Path) -> None:
    shutil.copy(BUNDLED_GEOIP_DATABASE, tmp_path / "mine.mmdb")
    settings = healthy.model_copy(update={"geoip_database": None})
    assert run_vayro(settings, "geo", "update", "--file", str(tmp_path / "mine.mmdb")).returncode == 0
    assert (settings.data_dir / "geo" / "installed.mmdb").read_bytes() == BUNDLED_GEOIP_DATABASE.read_bytes()
    assert examine(settings)["geo data"]["state"] in {"ok", "warn"}


def test_what_is_no_geo_data_is_not_installed(healthy: Settings, tmp_path: Path) -> None:
    (tmp_path / "broken.mmdb").write_bytes(b"nothing")
    done = run_vayro(healthy, "geo", "update", "--file", str(tmp_path / "broken.mmdb"))
    assert done.returncode == 1
    assert done.stderr == f"vayro: {tmp_path}/broken.mmdb is not a MaxMind-format database.\n"
    assert not (healthy.data_dir / "geo").exists()
