"""Spans of database statements, below the request or batch that sends them. Only while tracing is on."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from vayro.observability.spans import Tracing, end


def trace_statements(engine: AsyncEngine, tracing: Tracing) -> None:
    """Record each statement that runs below a span. Its text has placeholders; values are never recorded."""
    system = {"postgresql": "postgresql", "sqlite": "sqlite"}.get(engine.dialect.name, "other_sql")

    def begin(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _is_many: Any) -> None:
        if context is not None:
            context.vayro_span = tracing.begin_statement(system, statement)

    def finish(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _is_many: Any) -> None:
        if span := getattr(context, "vayro_span", None):
            end(span)

    def fail(failure: Any) -> None:
        if span := getattr(failure.execution_context, "vayro_span", None):
            end(span, failure.original_exception)

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", finish)
    event.listen(engine.sync_engine, "handle_error", fail)
