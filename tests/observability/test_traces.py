"""Traces: a click is followed from the engine through the stream to the worker, and nobody outside decides which."""

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import SettingsFactory
from tests.factories import make_link
from tests.flows.shapes import ADMINISTRATOR, API_KEY
from tests.observability.collectors import ReceivingCollector, Span, eventually, receiving
from tests.processes import Process, vayro
from vayro.database.engine import open_database
from vayro.errors import SettingsError
from vayro.observability import tracing as tracing_module
from vayro.observability.tracing import start_tracing
from vayro.settings import Settings

# Whole families of processes start here, which may take a minute on a busy machine.
pytestmark = pytest.mark.timeout(300)
STRANGE_TRACE = "0af7651916cd43dd8448eb211c80319c"
STRANGER = {"traceparent": f"00-{STRANGE_TRACE}-b7ad6b7169203331-01"}
UNDECIDED = {"traceparent": f"00-{STRANGE_TRACE}-b7ad6b7169203331-00"}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReceivingCollector]:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    with receiving() as made:
        yield made


async def make_code(settings: Settings) -> str:
    database = open_database(settings)
    code = str((await make_link(database)).short_code)
    await database.close()
    return code


async def follow(process: Process, code: str, **headers: str) -> None:
    async with httpx.AsyncClient(timeout=30) as visitor:
        assert (await visitor.get(f"{process.url}/{code}", headers=headers)).status_code == 302


def named(collector: ReceivingCollector, name: str) -> list[Span]:
    return [span for span in collector.spans() if span.name == name]


async def test_a_click_is_one_trace_from_the_engine_to_the_row(
    collector: ReceivingCollector, settings_factory: SettingsFactory, postgres_url: str, redis_url: str
) -> None:
    settings = settings_factory(
        database_url=postgres_url, redis_url=redis_url, otlp_endpoint=collector.url, trace_ratio=1.0
    )
    code = await make_code(settings)
    with vayro("redirect", settings) as engine, vayro("worker", settings):
        await follow(engine, code)  # looked up
        await follow(engine, code)  # a hit of the fast lane
        eventually(lambda: len(named(collector, "click.write")) == 2, what=collector.spans)
        eventually(lambda: len(named(collector, "redirect")) == 2, what=collector.spans)
    redirects = {span.trace_id: span for span in named(collector, "redirect")}
    assert len(redirects) == 2
    assert {span.service for span in redirects.values()} == {"vayro-redirect"}
    assert all(not span.parent_id for span in redirects.values())
    for name in ("click.travel", "click.write"):
        for span in named(collector, name):
            assert span.service == "vayro-worker"
            assert span.parent_id == redirects[span.trace_id].span_id
            assert span.start <= span.end
    batches = named(collector, "clicks.write")
    assert {trace for span in batches for trace in span.links} == set(redirects)
    statements = [span for span in collector.spans() if "db.query.text" in span.attributes]
    # Under the redirect that looked its link up, and under the batch.
    assert {span.trace_id for span in statements} & set(redirects)
    assert {span.trace_id for span in statements} & {span.trace_id for span in batches}
    assert b"127.0.0.1" not in collector.bodies()


async def test_a_traced_click_is_no_bot(
    collector: ReceivingCollector, settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    settings = settings_factory(database_url=sqlite_url, otlp_endpoint=collector.url, trace_ratio=1.0)
    code = await make_code(settings)
    with vayro("redirect", settings) as engine, vayro("worker", settings):
        await follow(engine, code, **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0"})
        eventually(lambda: named(collector, "click.write"), what=collector.spans)
    database = open_database(settings)
    async with database.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT is_bot FROM click_events")).all()
    await database.close()
    assert [bool(row[0]) for row in rows] == [False]


async def test_a_visitors_traceparent_decides_nothing(
    collector: ReceivingCollector, settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    # Even with the setting: it comes from no trusted proxy.
    settings = settings_factory(
        database_url=sqlite_url, otlp_endpoint=collector.url, trace_ratio=0.0, trace_parents="proxies"
    )
    code = await make_code(settings)
    with vayro("redirect", settings) as engine:
        for _ in range(3):
            await follow(engine, code, **STRANGER)
        await follow(engine, code, **STRANGER, Purpose="prefetch")
        assert engine.stop() == 0  # what there was to send is sent
    assert collector.spans() == []


async def test_a_trusted_proxys_traceparent_decides(
    collector: ReceivingCollector, settings_factory: SettingsFactory, sqlite_url: str
) -> None:
    settings = settings_factory(
        database_url=sqlite_url, otlp_endpoint=collector.url, trace_ratio=0.0, trace_parents="proxies",
        trusted_proxies="127.0.0.1/32",
    )  # fmt: skip
    code = await make_code(settings)
    with vayro("redirect", settings) as engine:
        for _ in range(3):  # looked up the first time, in memory after that
            await follow(engine, code, **STRANGER)
            await follow(engine, code, **UNDECIDED)
            await follow(engine, code)
        eventually(lambda: len(named(collector, "redirect")) == 3, what=collector.spans)
        assert engine.stop() == 0
    assert {(span.trace_id, span.parent_id) for span in named(collector, "redirect")} == {
        (STRANGE_TRACE, "b7ad6b7169203331")
    }


async def test_an_api_request_is_a_span_with_its_statements_below(
    collector: ReceivingCollector,
    settings_factory: SettingsFactory,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)  # the standard way
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    settings = settings_factory(database_url=sqlite_url, **ADMINISTRATOR)
    headers = {"Authorization": f"Bearer {API_KEY}"}
    with vayro("api", settings) as api:
        async with httpx.AsyncClient(base_url=api.url, headers=headers, timeout=30) as client:
            body = {"target_url": "https://example.com/?token=s3cret-token"}
            assert (await client.post("/v1/links", json=body)).status_code == 201
            assert (await client.get("/v1/links", headers=STRANGER)).status_code == 200
        eventually(lambda: named(collector, "GET /v1/links"), what=collector.spans)
        eventually(lambda: named(collector, "POST /v1/links"), what=collector.spans)
    (read,) = named(collector, "GET /v1/links")
    assert read.service == "vayro-api"
    assert read.attributes["http.response.status_code"] == 200
    assert read.trace_id != STRANGE_TRACE
    below = [span for span in collector.spans() if span.trace_id == read.trace_id and span.parent_id]
    assert below
    assert any(span.attributes["db.query.text"].startswith("SELECT") for span in below)
    for secret in (API_KEY, "s3cret-token", ADMINISTRATOR["bootstrap_password"], "127.0.0.1"):
        assert secret.encode() not in collector.bodies()


def test_what_few_need_is_not_loaded_at_start() -> None:
    # Tracing, of which redis-py loads parts by itself where it is installed; and what makes sites and sends messages.
    unwanted = {"vayro.observability.spans", "opentelemetry.exporter.otlp", "jinja2", "nh3", "openai", "twilio", "dbos"}
    code = (
        "import sys, vayro.redirect.process, vayro.api.process, vayro.worker.app, vayro.stream.shipper;"
        f"print(*({unwanted} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "\n")


def test_the_missing_extra_is_one_clear_line(
    settings_factory: SettingsFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vayro.observability.spans", None)
    settings = settings_factory(otlp_endpoint="http://127.0.0.1:4318")
    with pytest.raises(SettingsError) as caught:
        start_tracing(settings, "api")
    assert "pip install 'vayro[tracing]'" in caught.value.detail
    assert tracing_module.get_tracing() is None


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
    ids=["off", "standard", "standard-traces", "disabled", "no-exporter"],
)
def test_the_standard_variables_are_heeded(
    settings_factory: SettingsFactory, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert tracing_module.is_wanted(settings_factory()) is expected
