"""Waiting for services to answer."""

import http.client
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

READY_SECONDS = 60.0
_INTERVAL_SECONDS = 0.05
_REQUEST_SECONDS = 2.0


def await_ready(urls: Sequence[str], is_given_up: Callable[[], bool]) -> list[str]:
    """Wait until `/health/ready` of each answers 200; return those that did not, after 60 s or when given up."""
    waiting = list(urls)
    deadline = time.monotonic() + READY_SECONDS
    while waiting and time.monotonic() < deadline and not is_given_up():
        waiting = [url for url in waiting if not is_ready(url)]
        if waiting:
            time.sleep(_INTERVAL_SECONDS)
    return waiting


def is_ready(url: str) -> bool:
    """Return whether the service there says that it is ready."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_REQUEST_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
