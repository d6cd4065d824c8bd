"""A log collector on HTTP: OTLP in its JSON form, or JSON lines.

OTLP: https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

import datetime as dt
import http.client
import json
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import vayro

SECONDS = 5.0
_RETRYABLE = frozenset({408, 425, 429, 500, 502, 503, 504})
_SEVERITY = {"debug": 5, "info": 9, "warning": 13, "error": 17, "critical": 21, "exception": 17}
_LONGEST_ANSWER = 1 << 16


class CollectorAway(Exception):
    """It did not answer, or asked for patience: the same records may be sent again."""


class CollectorRefused(Exception):
    """It will never take these records."""


Encode = Callable[[Sequence[str]], bytes]


class Collector:
    """One connection, kept between batches. Blocks, up to five seconds for each exchange; for one thread."""

    def __init__(self, url: str, encode: Encode, content_type: str, headers: Mapping[str, str]) -> None:
        """Args: url, http or https; headers, of each request besides its type."""
        parts = urlsplit(url)
        self._is_tls = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._encode = encode
        self._headers = {**headers, "Content-Type": content_type}
        self._connection: http.client.HTTPConnection | None = None

    def send(self, records: Sequence[str]) -> None:
        """Return once the records were taken. Raises CollectorAway or CollectorRefused."""
        body = self._encode(records)
        try:
            status = self._post(body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise CollectorAway(str(error)) from error
        if status in _RETRYABLE:
            raise CollectorAway(f"status {status}")
        if not 200 <= status < 300:
            raise CollectorRefused(f"status {status}")

    def _post(self, body: bytes) -> int:
        connection = self._connection or self._connect()
        connection.request("POST", self._path, body, self._headers)
        answer = connection.getresponse()
        if len(answer.read(_LONGEST_ANSWER)) == _LONGEST_ANSWER:
            self.close()
        return answer.status

    def _connect(self) -> http.client.HTTPConnection:
        if self._is_tls:
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(self._host, self._port, timeout=SECONDS, context=context)
        else:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        return self._connection

    def close(self) -> None:
        """Close the connection; the next batch opens another."""
        if self._connection:
            self._connection.close()
            self._connection = None


def read_headers(text: str) -> dict[str, str]:
    """Return the headers that `name=value,name=value` stands for."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def encode_lines(records: Sequence[str]) -> bytes:
    """Return the records as they are, one a line."""
    return "\n".join([*records, ""]).encode("utf-8", "backslashreplace")


def otlp_encoder(process: str) -> Encode:
    """Return the function that makes an ExportLogsServiceRequest. Args: process, the service is named for it."""
    about = {"service.name": f"vayro-{process}", "service.version": vayro.__version__}
    resource = {"attributes": [_attribute(name, value) for name, value in about.items()]}

    def encode(records: Sequence[str]) -> bytes:
        logs = {"scope": {"name": "vayro"}, "logRecords": [_log_record(json.loads(record)) for record in records]}
        return json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": [logs]}]}).encode()

    return encode


def _log_record(event: dict[str, Any]) -> dict[str, Any]:
    level = str(event.pop("level", "info"))
    moment = dt.datetime.fromisoformat(event.pop("timestamp"))
    record = {
        "timeUnixNano": str(int(moment.timestamp() * 1_000_000) * 1_000),
        "severityNumber": _SEVERITY.get(level, 9),
        "severityText": level.upper(),
        "body": {"stringValue": str(event.pop("event", ""))},
    }
    for ours, theirs in (("trace_id", "traceId"), ("span_id", "spanId")):
        if ours in event:
            record[theirs] = event.pop(ours)
    record["attributes"] = [_attribute(name, value) for name, value in event.items()]
    return record


def _attribute(name: str, value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"key": name, "value": {"boolValue": value}}
        case int():
            return {"key": name, "value": {"intValue": str(value)}}
        case float():
            return {"key": name, "value": {"doubleValue": value}}
        case str():
            return {"key": name, "value": {"stringValue": value}}
    return {"key": name, "value": {"stringValue": json.dumps(value)}}
