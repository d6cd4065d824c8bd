"""The end of a traced click: its way to the database, in the trace that its redirect began."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vayro.clicks.click import Click

if TYPE_CHECKING:
    from vayro.observability.spans import Tracing

# What OpenTelemetry keeps of a span's links unless told otherwise.
MOST_LINKS = 128


@contextmanager
def traced_batch(tracing: "Tracing | None", outcomes: Sequence[object]) -> Iterator[None]:
    """Run the block, which writes these clicks, as one span, if any of them is traced.

    The span is linked to the redirects; each of their traces gets the click's travel (spool, stream, enrichment) and
    its write, linked to the batch.
    """
    clicks = [found for found in outcomes if isinstance(found, Click) and found.traceparent] if tracing else []
    if tracing is None or not clicks:
        yield
        return
    started = time.time_ns()
    parents = [click.traceparent for click in clicks[:MOST_LINKS]]
    with tracing.batch("clicks.write", parents, {"vayro.clicks": len(outcomes)}) as batch:
        yield
    ended = time.time_ns()
    for click in clicks:
        clicked = int(click.timestamp.timestamp() * 1_000) * 1_000_000
        tracing.record_past("click.travel", click.traceparent, batch, clicked, started)
        tracing.record_past("click.write", click.traceparent, batch, started, ended)
