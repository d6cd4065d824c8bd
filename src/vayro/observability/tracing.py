"""Traces, off unless a collector is named. Until then nothing of OpenTelemetry's SDK is loaded.

It costs 16 MB and 0.2 s a process, so it is an extra of the package (`vayro[tracing]`).
"""

import os
from typing import TYPE_CHECKING

import structlog

from vayro.errors import SettingsError
from vayro.settings import Settings

if TYPE_CHECKING:
    from vayro.observability.spans import Tracing

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_tracing: list["Tracing"] = []
_log = structlog.get_logger(__name__)


def get_tracing() -> "Tracing | None":
    """Return this process's tracing; None when it is off."""
    return _tracing[0] if _tracing else None


def start_tracing(settings: Settings, process: str) -> "Tracing | None":
    """Switch tracing on if the settings, or OpenTelemetry's own variables, name a collector.

    Raises SettingsError when ours does and the extra is not installed.
    """
    if not is_wanted(settings):
        return None
    try:
        from vayro.observability.spans import build_tracing  # noqa: PLC0415  # see above
    except ImportError as error:
        if settings.otlp_endpoint:
            raise SettingsError(
                f"VAYRO_OTLP_ENDPOINT={settings.otlp_endpoint!r} needs what is not installed ({error.name}): "
                "pip install 'vayro[tracing]'"
            ) from None
        _log.warning("no traces: the extra `tracing` is not installed", missing=error.name)
        return None
    _tracing[:] = [build_tracing(settings, process)]
    return _tracing[0]


def forget_tracing() -> None:
    """Return to the state before `start_tracing`."""
    _tracing.clear()


def is_wanted(settings: Settings) -> bool:
    """Return whether a collector is named and nothing forbids to use it."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if settings.otlp_endpoint:
        return True
    return os.environ.get("OTEL_TRACES_EXPORTER", "otlp") != "none" and any(map(os.environ.get, _ENDPOINTS))
