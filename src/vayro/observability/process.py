"""What a process switches on before it does anything else, and off at its end."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from vayro.observability.collector import Collector, encode_lines, otlp_encoder, read_headers
from vayro.observability.logs import build_formatter, configure_logging
from vayro.observability.metrics import get_metrics
from vayro.observability.shipping import REASONS, LogShipper, Outcome
from vayro.observability.tracing import start_tracing
from vayro.settings import Settings


@contextmanager
def observed(settings: Settings, process: str) -> Iterator[None]:
    """Log, ship logs and trace as the settings say, while the block runs. Its end takes two seconds at most."""
    configure_logging(settings, process)
    shipper = _start_shipping(settings, process)
    tracing = start_tracing(settings, process)
    try:
        yield
    finally:
        if tracing:
            tracing.close()
        if shipper:
            shipper.close()


def _start_shipping(settings: Settings, process: str) -> LogShipper | None:
    if not settings.log_ship_url:
        return None
    is_otlp = settings.log_ship_format == "otlp"
    collector = Collector(
        settings.log_ship_url,
        otlp_encoder(process) if is_otlp else encode_lines,
        "application/json" if is_otlp else "application/x-ndjson",
        read_headers(settings.log_ship_headers.get_secret_value()),
    )
    metrics = get_metrics()
    for reason in REASONS:  # from 0 on: Prometheus does not see the increase that makes a series
        metrics.logs_dropped.labels(reason)
    shipper = LogShipper(
        collector,
        Outcome(metrics.logs_shipped.inc, lambda reason, count: metrics.logs_dropped.labels(reason).inc(count)),
    )
    handler = _ShippingHandler(shipper)
    handler.setFormatter(build_formatter(settings, structlog.processors.JSONRenderer()))
    logging.getLogger().addHandler(handler)
    return shipper


class _ShippingHandler(logging.Handler):
    def __init__(self, shipper: LogShipper) -> None:
        super().__init__()
        self._shipper = shipper

    def emit(self, record: logging.LogRecord) -> None:
        """Hand over the line. What cannot be rendered is reported by the handler that writes to stderr."""
        try:
            self._shipper.offer(self.format(record))
        except Exception:  # noqa: BLE001  # logging must not fail what it tells of
            self.handleError(record)
