"""deploy/helm/vayro: rendered by Helm's own engine, validated by Kubernetes' own schemas, true to what it starts."""

import re
from importlib.util import find_spec
from typing import Any

import pytest
import yaml
from typer.main import get_command

from scripts.write_chart_schema import SCHEMA, chart_schema
from tests.deploy.helm import CHART, SECRET, lint, refusal, render
from vayro.cli.main import app
from vayro.settings import Settings
from vayro.supervisor.metrics import DEFAULT_PORTS
from vayro.supervisor.process_group import STOP_SECONDS

pytestmark = [
    pytest.mark.skipif(find_spec("helm_python") is None, reason="Helm's library has no package for this machine"),
    pytest.mark.xdist_group("chart"),
]
SETTINGS = {f"VAYRO_{name.upper()}" for name in Settings.model_fields}
FOREIGN_KINDS = {"ScaledObject", "ServiceMonitor"}  # of operators: not in Kubernetes' own schemas
POD_KINDS = ["StatefulSet", "Deployment", "Job"]
EVERYTHING: dict[str, Any] = {
    "ingress": {
        "redirect": {"enabled": True, "className": "nginx", "tls": [{"hosts": ["a"], "secretName": "b"}]},
        "api": {"enabled": True},
        "sites": {"enabled": True, "hosts": ["rossi.example"]},
    },
    "sites": {"enabled": True},
    "settings": {"VAYRO_SITES_DOMAIN": "sites.example.com"},
    "redirect": {"drainClaims": ["spool-prod-vayro-redirect-7"], "spool": {"storageClass": "fast"}},
    "worker": {"autoscaling": {"mode": "external", "external": {"matchLabels": {"group": "analytics"}}}},
    "networkPolicy": {
        "allowTrafficFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}],
        "extraEgress": [{"ports": [{"protocol": "TCP", "port": 443}]}],
    },
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "imagePullSecrets": [{"name": "pull"}],
}
BARE: dict[str, Any] = {
    "redirect": {"autoscaling": {"enabled": False}, "podDisruptionBudget": {"enabled": False}},
    "api": {"autoscaling": {"enabled": False}, "podDisruptionBudget": {"enabled": False}},
    "worker": {"podDisruptionBudget": {"enabled": False}},
    "networkPolicy": {"enabled": False},
    "migration": {"enabled": False},
    "serviceAccount": {"create": False},
    "secrets": {"values": {"VAYRO_DATABASE_URL": "postgresql://a@b/c", "VAYRO_REDIS_URL": "redis://d"}},
}
VARIANTS = {
    "defaults": {},
    "everything": EVERYTHING,
    "bare": BARE,
    "keda": {"worker": {"autoscaling": {"mode": "keda"}}},
}


def pods(objects: dict[tuple[str, str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The pod templates by the name of what makes them."""
    return {name: found["spec"]["template"] for (kind, name), found in objects.items() if kind in POD_KINDS}


def container(pod: dict[str, Any]) -> dict[str, Any]:
    (only,) = pod["spec"]["containers"]
    return only


def is_selected(pod: dict[str, Any], selector: dict[str, str]) -> bool:
    return selector.items() <= pod["metadata"]["labels"].items()


def test_helm_lint_finds_nothing():
    report = lint()
    assert (report["errors"], [message for message in report["messages"] if message["severity"] > 1]) == ([], [])


@pytest.mark.parametrize("version", ["1.27", "1.31", "1.35"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_kubernetes_accepts_every_object(variant, version):
    validator = pytest.importorskip("kubernetes_validate")
    objects = render(**VARIANTS[variant])
    assert objects
    for (kind, _), found in objects.items():
        if kind not in FOREIGN_KINDS:
            validator.validate(found, version, strict=True)


def test_the_validator_would_refuse_an_unknown_field():
    validator = pytest.importorskip("kubernetes_validate")
    broken = dict(render()[("Service", "api")], spek={})
    with pytest.raises(validator.ValidationError):
        validator.validate(broken, "1.31", strict=True)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variable_is_a_setting(variant):
    objects = render(**VARIANTS[variant])
    given = set(objects[("ConfigMap", "")]["data"])
    for pod in pods(objects).values():
        given |= {variable["name"] for variable in container(pod).get("env", [])}
    assert given <= SETTINGS


def test_the_settings_of_the_chart_are_accepted():
    objects = render(**EVERYTHING)
    values = dict(objects[("ConfigMap", "")]["data"])
    for name in ("redirect", "api", "worker", "sites"):
        values |= {variable["name"]: variable["value"] for variable in container(pods(objects)[name])["env"]}
    values.pop("VAYRO_METRICS_PORT")
    Settings(_env_file=None, **{name.removeprefix("VAYRO_").lower(): value for name, value in values.items()})


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_container_runs_a_command_of_vayro(variant):
    for pod in pods(render(**VARIANTS[variant])).values():
        assert container(pod)["args"][0] in get_command(app).commands


@pytest.mark.parametrize("variant", VARIANTS)
def test_containers_have_no_rights_and_write_nowhere_but_to_their_volumes(variant):
    for pod in pods(render(**VARIANTS[variant])).values():
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["automountServiceAccountToken"] is False
        security = container(pod)["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert {mount["mountPath"] for mount in container(pod)["volumeMounts"]} == {"/var/lib/vayro", "/tmp"}


def test_an_engines_clicks_rest_on_a_disk_of_its_own_that_outlives_it():
    engines = render()[("StatefulSet", "redirect")]["spec"]
    assert engines["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    (claim,) = engines["volumeClaimTemplates"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container(engines["template"])["volumeMounts"]}
    assert mounts[claim["metadata"]["name"]] == "/var/lib/vayro"


def test_a_full_spool_fits_on_its_disk():
    engines = render()[("StatefulSet", "redirect")]["spec"]
    environment = {variable["name"]: variable["value"] for variable in container(engines["template"])["env"]}
    size = engines["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"]
    spools = int(environment["VAYRO_SPOOL_MAX_BYTES"]) * int(environment["VAYRO_REDIRECT_WORKERS"])
    assert int(size.removesuffix("Gi")) << 30 > 2 * spools


@pytest.mark.parametrize("name", ["redirect", "api", "sites"])
def test_a_pod_that_goes_is_left_by_the_load_balancer_before_it_is_told_to_end(name):
    pod = pods(render(**EVERYTHING))[name]["spec"]
    (command,) = [container({"spec": pod})["lifecycle"]["preStop"]["exec"]["command"]]
    assert command[0] == "sleep"
    assert pod["terminationGracePeriodSeconds"] > int(command[1]) + STOP_SECONDS + 5


@pytest.mark.parametrize("name", ["redirect", "api", "worker", "sites"])
def test_probes_ask_a_port_that_is_there(name):
    only = container(pods(render(**EVERYTHING))[name])
    ports = {port["name"]: port["containerPort"] for port in only["ports"]}
    assert ports["metrics"] == DEFAULT_PORTS[name]
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert only[probe]["httpGet"]["port"] in ports
    if name != "worker":
        # A pod that drains is not ready; restarted for that it would never drain.
        assert only["livenessProbe"]["httpGet"]["path"] == "/health/live"
        assert only["readinessProbe"]["httpGet"]["path"] == "/health/ready"


@pytest.mark.parametrize("variant", ["defaults", "everything"])
def test_services_budgets_and_policies_select_pods_that_exist(variant):
    objects = render(**VARIANTS[variant])
    templates = list(pods(objects).values())
    for (kind, name), found in objects.items():
        spec = found.get("spec", {})
        selectors = {
            "Service": spec.get("selector"),
            "PodDisruptionBudget": spec.get("selector", {}).get("matchLabels"),
            "NetworkPolicy": spec.get("podSelector", {}).get("matchLabels"),
        }
        if (selector := selectors.get(kind)) and name != "drain":
            assert [pod for pod in templates if is_selected(pod, selector)], (kind, name)


@pytest.mark.parametrize("variant", ["defaults", "everything", "keda"])
def test_what_scales_and_what_routes_names_objects_that_exist(variant):
    objects = render(**VARIANTS[variant])
    for (kind, _), found in objects.items():
        if kind == "HorizontalPodAutoscaler":
            target = found["spec"]["scaleTargetRef"]
            assert (target["kind"], target["name"].removeprefix("prod-vayro-")) in objects
            # Helm and the autoscaler would fight over the number.
            scaled = objects[target["kind"], target["name"].removeprefix("prod-vayro-")]
            assert "replicas" not in scaled["spec"]
        for backend in re.findall(r"'service': {'name': 'prod-vayro-(\S+?)'", str(found)) if kind == "Ingress" else []:
            assert ("Service", backend) in objects


def test_sites_are_served_under_every_host_below_their_domain_when_they_are_switched_on():
    assert [name for _, name in render() if "sites" in name] == []
    objects = render(**EVERYTHING)
    hosts = [rule["host"] for rule in objects[("Ingress", "sites")]["spec"]["rules"]]
    assert hosts == ["*.sites.example.com", "rossi.example"]
    assert container(pods(objects)["sites"])["args"] == ["api", "--sites"]
    kinds = {kind for kind, name in objects if name == "sites"}
    assert kinds >= {"Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"}


def test_sites_without_a_domain_and_a_way_to_nobody_are_refused_in_one_sentence():
    assert "Set settings.VAYRO_SITES_DOMAIN" in refusal(**SECRET, sites={"enabled": True})
    assert "set sites.enabled" in refusal(**SECRET, ingress={"sites": {"enabled": True}})


def test_workers_scale_by_a_metric_that_they_show():
    from tests.deploy.metrics import metric_names

    scaler = render(**EVERYTHING)[("HorizontalPodAutoscaler", "worker")]["spec"]
    assert scaler["metrics"][0]["external"]["metric"]["name"] in metric_names()


def test_metrics_come_under_the_names_of_jobs_that_the_alerts_go_by():
    objects = render(**EVERYTHING)
    monitor = objects[("ServiceMonitor", "")]["spec"]
    jobs = yaml.safe_load((CHART.parents[1] / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    services = [objects[("Service", f"{name}-pods")] for name in ("redirect", "api", "worker", "sites")]
    assert {service["metadata"]["labels"][monitor["jobLabel"]] for service in services} == {
        job["job_name"] for job in jobs
    }
    for service in services:
        assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()


def test_workers_scale_by_the_stream_that_they_read():
    from vayro.stream.redis_client import GROUP, STREAM

    (trigger,) = render(**VARIANTS["keda"])[("ScaledObject", "worker")]["spec"]["triggers"]
    assert (trigger["metadata"]["stream"], trigger["metadata"]["consumerGroup"]) == (STREAM, GROUP)
    assert (trigger["type"], trigger["metadata"]["lagCount"]) == ("redis-streams", "20000")


def test_of_several_streams_one_is_watched_for_its_part():
    spread = {**VARIANTS["keda"], "settings": {"VAYRO_STREAM_SHARDS": "4", "VAYRO_REDIS_CLUSTER": True}}
    (trigger,) = render(**spread)[("ScaledObject", "worker")]["spec"]["triggers"]
    assert (trigger["type"], trigger["metadata"]["lagCount"]) == ("redis-cluster-streams", "5000")


def test_the_database_is_migrated_before_an_upgrade_by_a_job_that_needs_nothing_of_the_release():
    objects = render(**{**BARE, "migration": {"enabled": True}})
    job = objects[("Job", "migrate")]
    assert "pre-upgrade" in job["metadata"]["annotations"]["helm.sh/hook"]
    (variable,) = container(job["spec"]["template"])["env"]
    needed = variable["valueFrom"]["secretKeyRef"]["name"].removeprefix("prod-vayro-")
    secret = objects[("Secret", needed)]
    weights = [int(found["metadata"]["annotations"]["helm.sh/hook-weight"]) for found in (secret, job)]
    assert weights == sorted(weights)
    assert "serviceAccountName" not in job["spec"]["template"]["spec"]


def test_with_a_secret_of_the_operator_the_chart_makes_none():
    objects = render()
    assert [name for kind, name in objects if kind == "Secret"] == []
    for name in ("redirect", "api", "worker"):
        sources = container(pods(objects)[name])["envFrom"]
        assert {"secretRef": {"name": SECRET["secrets"]["existingSecret"]}} in sources


def test_an_installation_without_stores_is_refused_in_one_sentence():
    assert "Set secrets.existingSecret, or secrets.values.VAYRO_DATABASE_URL" in refusal()


def test_pods_start_anew_when_their_settings_change():
    before = pods(render())["api"]["metadata"]["annotations"]["checksum/settings"]
    after = pods(render(settings={"VAYRO_STORE_IP": "none"}))["api"]["metadata"]["annotations"]["checksum/settings"]
    assert before != after


def test_the_schema_of_the_values_is_up_to_date():
    assert SCHEMA.read_text() == chart_schema()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"redirect": {"replica": 3}}, "replica"),
        ({"worker": {"autoscaling": {"mode": "automatic"}}}, "mode"),
        ({"api": {"workers": "two"}}, "workers"),
        ({"settings": {"VAYRO_LOG_LEVEL": ["info"]}}, "VAYRO_LOG_LEVEL"),
    ],
)
def test_a_value_that_nothing_reads_or_that_cannot_be_is_refused_by_name(values, named):
    assert named in refusal(**SECRET, **values)
