"""Which request a log line belongs to."""

import secrets
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any


class RequestMark:
    """Identifies a request. The identifier is made when it is first asked for: most requests log nothing."""

    __slots__ = ("_identifier",)

    def __init__(self) -> None:
        self._identifier = ""

    @property
    def identifier(self) -> str:
        """16 hexadecimal digits."""
        if not self._identifier:
            self._identifier = secrets.token_hex(8)
        return self._identifier


current_request: ContextVar[RequestMark | None] = ContextVar("current_request", default=None)
"""Set at the door of a process; tasks that a request starts inherit it."""

TraceIds = Callable[[], tuple[str, str] | None]
_trace_ids: list[TraceIds] = []


def install_trace_ids(find: TraceIds | None) -> None:
    """Have log lines carry what `find` returns: trace and span, or None outside of a trace."""
    _trace_ids[:] = [find] if find else []


def add_request(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The step of structlog that adds `request_id`, `trace_id` and `span_id` where there are such."""
    if mark := current_request.get():
        event.setdefault("request_id", mark.identifier)
    for find in _trace_ids:
        if found := find():
            event["trace_id"], event["span_id"] = found
    return event
