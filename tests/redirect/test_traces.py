"""Traced redirects: both receivers of the fast lane treat them alike, and visitors see no difference."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.redirect.conftest import make_settings
from tests.redirect.engines import SENTINEL, EngineThread, get, running_engine, without_date
from vayro.observability import tracing as tracing_module
from vayro.observability.spans import Tracing
from vayro.redirect import fastlane
from vayro.settings import Settings

REQUESTS = [
    get("/plain"),
    get("/plain", method="HEAD"),
    get("/plain", "Purpose: prefetch"),
    get("/moved"),
    get("/none"),
]
FLAGS = ["", "head", "prefetch", ""]
TRACE = re.compile(r"trace=00-([0-9a-f]{32})-[0-9a-f]{16}-01")


@pytest.fixture(params=["c", "python"])
def receiver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "python":
        monkeypatch.setattr(fastlane, "Receiver", None)
    elif fastlane.Receiver is None:
        pytest.skip("there was no compiler")
    return str(request.param)


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    return make_settings(tmp_path / "engine", sqlite_template)


@pytest.fixture
def exporter(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    made = InMemorySpanExporter()
    tracing = Tracing(settings.model_copy(update={"trace_ratio": 1.0}), "redirect", made)
    monkeypatch.setattr(tracing_module, "_tracing", [tracing])
    yield made
    tracing.close()


def play(engine: EngineThread) -> list[bytes]:
    """Each request twice: looked up, then from memory."""
    return [without_date(engine.exchange(request + SENTINEL, seconds=30)) for request in REQUESTS * 2]


def traces_of(engine: EngineThread) -> list[str]:
    """The trace of each click, in order; an empty one for a click without."""
    found = [TRACE.search(click.flags) for click in engine.clicks]
    return [match[1] if match else "" for match in found]


def test_every_traced_click_carries_its_trace_and_its_flags(
    receiver: str, settings: Settings, exporter: InMemorySpanExporter
) -> None:
    with running_engine(settings) as engine:
        play(engine)
        traces = traces_of(engine)
        assert len(set(traces)) == len(engine.clicks) == 8
        assert "" not in traces
        kinds = [TRACE.sub("", click.flags).rstrip(",") for click in engine.clicks]
        assert kinds == FLAGS * 2
    tracing_module._tracing[0]._provider.force_flush()
    spans = {f"{span.context.trace_id:032x}": span for span in exporter.get_finished_spans() if span.name == "redirect"}
    assert set(traces) <= set(spans)
    assert [span.attributes["http.response.status_code"] for trace, span in spans.items() if trace not in traces] == [
        404, 404,
    ]  # fmt: skip


def test_answers_are_the_same_with_and_without_tracing(
    receiver: str, settings: Settings, exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_engine(settings) as engine:
        traced = play(engine)
    monkeypatch.setattr(tracing_module, "_tracing", [])
    with running_engine(settings) as engine:
        assert play(engine) == traced
        assert traces_of(engine) == [""] * 8


def test_off_the_lane_calls_the_encoder_itself(settings: Settings) -> None:
    with running_engine(settings) as engine:
        lane = engine.server.lane
        assert lane is not None
        assert lane.encode == engine.engine.recorder.encoder.encode


def test_a_ratio_is_kept_to(settings: Settings) -> None:
    tracing = Tracing(settings.model_copy(update={"trace_ratio": 0.05}), "redirect", InMemorySpanExporter())
    gaps = [tracing.gap() for _ in range(20_000)]
    tracing.close()
    assert min(gaps) == 1
    assert 18 < sum(gaps) / len(gaps) < 22
