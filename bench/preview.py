"""Latency of previews of messages from two API processes, next to `GET /health/live` of the same processes.

Rounds of 500 previews and of 500 times `health/live` alternate, so that whatever else the machine does meets both.
"""

import asyncio
import json
import math
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import psycopg
from uuid_utils.compat import uuid7

from bench.api_servers import API_KEY, serve_api

WARM_UP = 1_000
ROUND = 500
ROUNDS = 8
GOAL_MS = 10.0
VARIANTS = ("friendly", "professional", "urgent")


def main() -> None:
    """Print p50 and p99 of both, and by how much they differ: from one client, from ten, and from fifty at once."""
    with serve_api(workers=2, apart=True) as api:
        site_id = _make_site(api.url, api.database_url)
        head = f"Host: {urlsplit(api.url).netloc}\r\nAuthorization: Bearer {API_KEY}\r\nContent-Type: application/json"
        previews = [
            f"POST /v1/campaigns/preview-sms HTTP/1.1\r\n{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
            for body in (json.dumps({"site_id": site_id, "variant": variant}) for variant in VARIANTS)
        ]
        lives = [f"GET /health/live HTTP/1.1\r\nHost: {urlsplit(api.url).netloc}\r\n\r\n".encode()]
        asyncio.run(_measure(api.urls, previews, clients=10, requests=WARM_UP))
        for clients in (1, 10, 50):
            _report(clients, *asyncio.run(_alternate(api.urls, previews, lives, clients=clients)))


def _report(clients: int, previews: list[float], lives: list[float]) -> None:
    for name, found in (("previews", previews), ("health/live", lives)):
        print(f"{clients} clients: {name}: p50 {_quantile(found, 0.5):.2f} ms, p99 {_quantile(found, 0.99):.2f} ms")
    over = _quantile(previews, 0.99) - _quantile(lives, 0.99)
    print(
        f"{clients} clients: the p99 of a preview is {over:.2f} ms over that of health/live (goal: at most {GOAL_MS})"
    )


async def _alternate(
    urls: list[str], previews: list[bytes], lives: list[bytes], *, clients: int
) -> tuple[list[float], list[float]]:
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for requests, seen in zip((previews, lives), found, strict=True):
            seen.extend(await _measure(urls, requests, clients=clients, requests=ROUND))
    return found


async def _measure(urls: list[str], wanted: list[bytes], *, clients: int, requests: int) -> list[float]:
    """Return the milliseconds of each."""
    found: list[float] = []
    numbers = iter(range(requests))
    await asyncio.gather(*(_client(urls[n % len(urls)], wanted, numbers, found) for n in range(clients)))
    return found


async def _client(url: str, wanted: list[bytes], numbers: Iterator[int], found: list[float]) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    for number in numbers:
        found.append(await _ask(reader, writer, wanted[number % len(wanted)]))
    writer.close()


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> float:
    started = time.perf_counter()
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    start = head.index(b"content-length:") + len(b"content-length:")
    await reader.readexactly(int(head[start : head.index(b"\r", start)]))
    elapsed = (time.perf_counter() - started) * 1e3
    if head[9:12] != b"200":
        raise RuntimeError(head.decode())
    return elapsed


def _quantile(found: list[float], share: float) -> float:
    return sorted(found)[math.ceil(len(found) * share) - 1]


def _make_site(url: str, database_url: str) -> str:
    """Make a link by the API and, in the database, a business and its site."""
    wanted = {"target_url": "https://sunrise.sites.example/", "link_type": "site_preview"}
    made = httpx.put(
        f"{url}/v1/links/canonical", json=wanted, headers={"Authorization": f"Bearer {API_KEY}"}, timeout=30
    )
    link = made.raise_for_status().json()
    business, site = uuid7(), uuid7()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO businesses (id, workspace_id, name, phone, locale, created_at, updated_at) "
            "SELECT %s, workspace_id, 'Sunrise Bakery', '+14155550100', 'en', now(), now() FROM links WHERE id = %s",
            (business, link["id"]),
        )
        connection.execute(
            "INSERT INTO sites (id, workspace_id, business_id, subdomain, generator, design, status, step, generations,"
            " generation_id, is_published, cost_micros, created_at, updated_at, link_id, short_url) "
            "SELECT %s, workspace_id, id, 'sunrise', 'template', 'plain', 'completed', 'done', 1, %s, true, 0, now(), "
            "now(), %s, %s FROM businesses WHERE id = %s",
            (site, uuid7(), link["id"], link["short_url"], business),
        )
    return str(site)


if __name__ == "__main__":
    main()
