"""Collectors of logs and traces that a test starts: one that takes what it is sent, one that never answers."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class ReceivingCollector:
    """Keeps every request. `statuses` are answered first, one a request; then 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = collector.statuses.pop(0) if collector.statuses else 200
                if status == 200:
                    collector.requests.append((self.path, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def spans(self) -> list[Any]:
        """Every span received so far, with `service`, the name of what sent it."""
        found = []
        for path, _, body in list(self.requests):
            if path == "/v1/traces":
                message = ExportTraceServiceRequest.FromString(body)
                found += [
                    Span(resource.resource, span)
                    for resource in message.resource_spans
                    for scope in resource.scope_spans
                    for span in scope.spans
                ]
        return found

    def bodies(self) -> bytes:
        """All that was received, one behind the other."""
        return b"\n".join(body for _, _, body in list(self.requests))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Span:
    """A span as it came over the wire, its identifiers as hexadecimal digits."""

    def __init__(self, resource: Any, span: Any) -> None:
        self.service = _attributes(resource)["service.name"]
        self.name = span.name
        self.trace_id, self.span_id, self.parent_id = (
            value.hex() for value in (span.trace_id, span.span_id, span.parent_span_id)
        )
        self.attributes = _attributes(span)
        self.links = [link.trace_id.hex() for link in span.links]
        self.start, self.end = span.start_time_unix_nano, span.end_time_unix_nano

    def __repr__(self) -> str:
        return f"<{self.service} {self.name} {self.attributes}>"


def _attributes(thing: Any) -> dict[str, Any]:
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in thing.attributes}


@contextlib.contextmanager
def receiving() -> Iterator[ReceivingCollector]:
    """A collector that takes what it is sent."""
    collector = ReceivingCollector()
    try:
        yield collector
    finally:
        collector.close()


@contextlib.contextmanager
def black_hole() -> Iterator[str]:
    """The address of a collector that accepts connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def eventually(condition: Any, seconds: float = 60, what: object = "") -> None:
    """Return once it is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.02)
