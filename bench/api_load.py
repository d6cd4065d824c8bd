"""A load of POST requests over keep-alive connections, and what it costs the process that answers."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What a load came to."""

    requests: int
    statuses: Counter[int]
    wall_seconds: float
    cpu_seconds: float

    @property
    def cpu_us(self) -> float:
        """CPU of the server per request, in microseconds."""
        return self.cpu_seconds / self.requests * 1e6

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.wall_seconds


def measure_posts(
    url: str, pids: list[int], body: Callable[[int], bytes], *, requests: int, clients: int, key: str = ""
) -> Cost:
    """Send `requests` bodies from `clients` connections and return what that cost these processes."""
    return asyncio.run(_measure(url, pids, body, requests=requests, clients=clients, key=key))


async def _measure(
    url: str, pids: list[int], body: Callable[[int], bytes], *, requests: int, clients: int, key: str
) -> Cost:
    numbers = iter(range(requests))
    statuses: Counter[int] = Counter()
    before, started = _cpu_seconds(pids), time.perf_counter()
    await asyncio.gather(*(_client(url, body, numbers, statuses, key) for _ in range(clients)))
    wall = time.perf_counter() - started
    return Cost(requests, statuses, wall, _cpu_seconds(pids) - before)


async def _client(url: str, body: Callable[[int], bytes], numbers, statuses: Counter[int], key: str) -> None:  # noqa: ANN001
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    for number in numbers:
        payload = body(number)
        writer.write(b"%b%d\r\n\r\n%b" % (head, len(payload), payload))
        answer = await reader.readuntil(b"\r\n\r\n")
        statuses[int(answer[9:12])] += 1
        await reader.readexactly(_content_length(answer))
    writer.close()


def _content_length(head: bytes) -> int:
    lower = head.lower()
    start = lower.index(b"content-length:") + len(b"content-length:")
    return int(lower[start : lower.index(b"\r", start)])


def _cpu_seconds(pids: list[int]) -> float:
    return sum(_cpu_of(pid) for pid in pids)


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
