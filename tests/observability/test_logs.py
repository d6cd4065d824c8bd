"""Lines are JSON, tell which request and trace they belong to, and drivers do not chat."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.conftest import SettingsFactory
from vayro.api.observer import Observer
from vayro.observability import configure_logging, get_metrics
from vayro.observability import tracing as tracing_module
from vayro.observability.context import RequestMark, current_request
from vayro.observability.spans import Tracing
from vayro.settings import Settings


@pytest.fixture
def settings(settings_factory: SettingsFactory) -> Settings:
    return settings_factory(log_level="debug", log_format="json", trace_ratio=1.0)


@pytest.fixture
def lines(settings: Settings) -> Iterator[Any]:
    """Call it for what was logged since the last call."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {
        name: logging.getLogger(name).level for name in ("aiosqlite", "asyncio", "psycopg", "sqlalchemy", "urllib3")
    }
    configuration = structlog.get_config()
    configure_logging(settings, "test")
    written = io.StringIO()
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield lambda: [json.loads(line) for line in _take(written)]
    structlog.configure(**configuration)
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def _take(written: io.StringIO) -> list[str]:
    found = written.getvalue().splitlines()
    written.seek(0)
    written.truncate()
    return found


async def serve(observer: Observer) -> dict[str, str]:
    """One request; the headers of its answer."""
    started: dict[str, Any] = {}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.update(message)

    scope = {
        "app": FastAPI(),
        "type": "http",
        "method": "GET",
        "path": "/v1/links",
        "headers": [],
        "client": ("203.0.113.9", 1),
    }
    await observer(scope, None, send)  # type: ignore[arg-type]
    return {name.decode(): value.decode() for name, value in started["headers"]}


async def fail(_scope: Any, _receive: Any, _send: Any) -> None:
    logging.getLogger("some.library").warning("refused for %s", ("203.0.113.9", 4711))
    raise RuntimeError("password=hunter2")


async def test_lines_of_a_request_have_the_identifier_of_its_answer(settings: Settings, lines: Any) -> None:
    headers = await serve(Observer(fail, get_metrics(), settings))
    first, second = lines()
    assert first["request_id"] == second["request_id"] == headers["x-request-id"]
    assert (first["event"], second["event"]) == ("refused for ('203.0.113.0/24', 4711)", "request failed")
    assert "RuntimeError: password=***" in second["exception"]
    assert second["process"] == "test"


async def test_lines_of_a_traced_request_have_its_trace(
    settings: Settings, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = InMemorySpanExporter()
    tracing = Tracing(settings, "test", exporter)
    monkeypatch.setattr(tracing_module, "_tracing", [tracing])
    await serve(Observer(fail, get_metrics(), settings))
    tracing._provider.force_flush()
    (span,) = exporter.get_finished_spans()
    tracing.leave()
    tracing.close()
    assert {line["trace_id"] for line in lines()} == {f"{span.context.trace_id:032x}"}
    assert span.attributes["http.response.status_code"] == 500


def test_a_line_outside_of_requests_has_no_identifier(lines: Any) -> None:
    current_request.set(None)
    structlog.get_logger("vayro.worker").info("the worker runs", shape="embedded")
    (line,) = lines()
    assert (line["event"], line["shape"], line["level"]) == ("the worker runs", "embedded", "info")
    assert "request_id" not in line
    assert "trace_id" not in line


@pytest.mark.parametrize("name", ["aiosqlite", "asyncio", "psycopg", "sqlalchemy.engine.Engine", "urllib3"])
def test_drivers_do_not_repeat_what_they_are_given(lines: Any, name: str) -> None:
    logging.getLogger(name).debug("executing %s", "INSERT … 'argon2 hash'")
    logging.getLogger(name).info("executing %s", "INSERT … 'argon2 hash'")
    assert lines() == []


def test_an_identifier_is_made_when_it_is_asked_for_and_kept() -> None:
    mark = RequestMark()
    assert mark._identifier == ""
    assert len(mark.identifier) == 16
    assert mark.identifier == mark.identifier
