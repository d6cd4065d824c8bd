"""deploy/compose.yaml: valid by the Compose specification, and true to what it starts."""

import ipaddress
import json
import re

import pytest
import yaml

from tests.deploy.compose import DEPLOY, FILE, bind_sources, fill_in, load_compose, named_volumes, variables_of
from vayro.settings import Settings
from vayro.settings.ai import DEFAULT_AI_BASE_URL

compose_spec = pytest.importorskip("compose_spec", reason="compose-spec has no wheel for this machine")

SERVICES = load_compose()["services"]
VAYRO = {name: service for name, service in SERVICES.items() if service["image"] == "vayro:latest"}
SETTINGS = {f"VAYRO_{name.upper()}" for name in Settings.model_fields}
LONG_LIVED = sorted(set(SERVICES) - {"migrate"})


def test_the_compose_specification_accepts_it():
    compose_spec.PyCompose.from_json(json.dumps(load_compose())).validate()


def test_the_validator_would_refuse_an_unknown_key():
    broken = load_compose()
    broken["services"]["api"]["comand"] = ["api"]
    with pytest.raises(ValueError, match="comand"):
        compose_spec.PyCompose.from_json(json.dumps(broken)).validate()


def test_the_whole_stage_is_there():
    assert set(SERVICES) >= {
        "migrate", "redirect-1", "redirect-2", "api", "worker", "sites", "nginx", "nginx-sites",
        "postgres", "postgres-replica", "pgbouncer", "redis", "prometheus", "grafana",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(VAYRO))
def test_every_variable_of_our_processes_is_a_setting(name):
    assert set(VAYRO[name]["environment"]) <= SETTINGS


@pytest.mark.parametrize("name", sorted(VAYRO))
def test_the_settings_are_accepted(name):
    values = {key.removeprefix("VAYRO_").lower(): value for key, value in VAYRO[name]["environment"].items()}
    settings = Settings(_env_file=None, **values)
    assert not settings.is_embedded
    assert settings.resolved_database_url.startswith("postgresql://")


@pytest.mark.parametrize("name", sorted(VAYRO))
def test_our_containers_write_nowhere_but_to_their_volume(name):
    service = VAYRO[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [volume.partition(":")[2] for volume in service["volumes"]] == ["/var/lib/vayro"]


def test_no_two_services_share_a_volume():
    mounted = [volume for service in SERVICES.values() for volume in named_volumes(service)]
    assert len(mounted) == len(set(mounted))
    assert set(mounted) == set(load_compose()["volumes"])


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_what_is_mounted_from_the_repository_exists(name):
    assert [path for path in bind_sources(SERVICES[name]) if not path.exists()] == []


@pytest.mark.parametrize("name", LONG_LIVED)
def test_every_service_is_watched_and_started_again(name):
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    # Ours have the image's own health check.
    assert "test" in service.get("healthcheck", {}) or name in VAYRO


def test_nothing_starts_before_the_database_is_up_to_date():
    for name in set(VAYRO) - {"migrate"}:
        assert VAYRO[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_the_database_is_migrated_past_pgbouncer():
    assert "@postgres:5432/" in VAYRO["migrate"]["environment"]["VAYRO_DATABASE_URL"]
    for name in set(VAYRO) - {"migrate"}:
        assert "@pgbouncer:6432/" in VAYRO[name]["environment"]["VAYRO_DATABASE_URL"]


def test_redis_keeps_what_it_was_given():
    command = SERVICES["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"


def test_stopping_waits_longer_than_a_process_may_drain():
    for service in VAYRO.values():
        assert int(service["stop_grace_period"].removesuffix("s")) >= 20


def test_only_nginx_and_the_dashboards_of_operators_are_published():
    open_to_the_machine = {"nginx", "nginx-sites", "prometheus", "grafana"}
    assert {name for name, service in SERVICES.items() if service.get("ports")} == open_to_the_machine
    published = [str(port) for service in SERVICES.values() for port in service.get("ports", [])]
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_the_engines_believe_this_nginx_and_nobody_else():
    address = SERVICES["nginx"]["networks"]["backend"]["ipv4_address"]
    for name in ("redirect-1", "redirect-2", "api"):
        assert VAYRO[name]["environment"]["VAYRO_TRUSTED_PROXIES"] == f"{address}/32"


def test_every_variable_of_the_proxy_templates_is_given():
    for name, file in (("nginx", "vayro"), ("nginx-sites", "sites")):
        template = (DEPLOY / "nginx" / f"{file}.conf.template").read_text()
        assert variables_of(template) <= set(SERVICES[name]["environment"])
    pgbouncer = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text()
    made_by_the_script = {"VAYRO_PGBOUNCER_AUTH_FILE"}
    assert variables_of(pgbouncer) <= set(SERVICES["pgbouncer"]["environment"]) | made_by_the_script


def test_every_server_that_nginx_names_is_a_service():
    given = SERVICES["nginx"]["environment"] | SERVICES["nginx-sites"]["environment"]
    for servers in [name for name in given if "_SERVERS" in name]:
        named = re.findall(r"server ([\w-]+):(\d+)", given[servers])
        assert named
        assert {name for name, _ in named} <= set(VAYRO)


def test_prometheus_asks_every_process_and_grafana_asks_prometheus():
    jobs = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    asked = {name for job in jobs for found in job["dns_sd_configs"] for name in found["names"]}
    assert asked == set(VAYRO) - {"migrate"}
    (source,) = (DEPLOY / "grafana" / "provisioning" / "datasources").iterdir()
    assert yaml.safe_load(source.read_text())["datasources"][0]["url"] == "http://prometheus:9090"
    (provider,) = (DEPLOY / "grafana" / "provisioning" / "dashboards").iterdir()
    folder = yaml.safe_load(provider.read_text())["providers"][0]["options"]["path"]
    assert [volume for volume in SERVICES["grafana"]["volumes"] if f":{folder}:" in volume]


def test_sites_are_started_by_their_profile_and_nothing_else_waits_for_them():
    of_sites = {name for name, service in SERVICES.items() if service.get("profiles") == ["sites"]}
    assert of_sites == {"sites", "nginx-sites"}
    for name in set(SERVICES) - of_sites:
        assert not of_sites & set(SERVICES[name].get("depends_on", {}))
    assert load_compose(VAYRO_SITES_DOMAIN="a.example")["services"]["api"]["environment"]["VAYRO_SITES_DOMAIN"]


def test_what_only_outreach_needs_is_not_told_to_those_who_answer_visitors():
    secrets = {"VAYRO_AI_API_KEY", "VAYRO_TWILIO_AUTH_TOKEN", "VAYRO_SMS_GATEWAY_SECRET"}
    assert {name for name in VAYRO if secrets & set(VAYRO[name]["environment"])} == {"api", "worker"}
    assert VAYRO["worker"]["environment"]["VAYRO_AI_BASE_URL"] == DEFAULT_AI_BASE_URL


def test_the_address_of_nginx_is_given_to_nobody_else():
    (pool,) = load_compose()["networks"]["backend"]["ipam"]["config"]
    address = ipaddress.ip_address(SERVICES["nginx"]["networks"]["backend"]["ipv4_address"])
    given_out = ipaddress.ip_network(pool["ip_range"])
    assert given_out.subnet_of(ipaddress.ip_network(pool["subnet"]))
    assert address in ipaddress.ip_network(pool["subnet"])
    assert address not in given_out


def test_passwords_must_be_given():
    text = FILE.read_text(encoding="utf-8")
    for name in ("VAYRO_POSTGRES_PASSWORD", "VAYRO_REPLICATION_PASSWORD"):
        with pytest.raises(KeyError, match=name):
            fill_in(text, dict.fromkeys(variables_of(text) - {name}, "x"))


def test_the_example_names_variables_that_are_used():
    example = (DEPLOY / "compose.env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert named <= variables_of(FILE.read_text(encoding="utf-8"))
