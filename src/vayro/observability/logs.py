"""Logging set-up: readable lines on a terminal, JSON lines elsewhere; each cleaned of secrets and addresses."""

import logging
import sys

import structlog

from vayro.observability.context import add_request
from vayro.observability.redaction import build_redactor, redact
from vayro.settings import Settings

# They log what they are given: at DEBUG aiosqlite repeats every statement with its values.
TALKATIVE = ("aiosqlite", "asyncio", "psycopg", "sqlalchemy", "urllib3")


def configure_logging(settings: Settings, process: str) -> None:
    """Log to stderr: readable on a terminal, JSON lines elsewhere. Standard-library logs take the same way."""
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(_level(settings)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(build_formatter(settings, renderer))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_level(settings))
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, _level(settings)))
    structlog.contextvars.bind_contextvars(process=process)


def build_formatter(settings: Settings, renderer: structlog.types.Processor) -> logging.Formatter:
    """Return what turns a record into text. Cleaning comes last but one: the text of an exception is in by then."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact(build_redactor(settings)),
            renderer,
        ],
    )


def _shared() -> list[structlog.types.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        add_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _level(settings: Settings) -> int:
    return int(logging.getLevelNamesMapping()[settings.log_level.upper()])
