"""Links per second through bulk calls of 1,000 on PostgreSQL, next to the bare insert of the same rows."""

import json

from bench.api_load import measure_posts
from bench.api_servers import API_KEY, Served, serve_api

LINKS = 1_000
WARM_UP = 5
CALLS = 60
CLIENTS = 2
GOAL = 20_000


def main() -> None:
    """Print links per second, the API's CPU per link, and the ratio to the goal."""
    with serve_api() as api:
        _post(api, WARM_UP)
        cost = _post(api, CALLS)
        rate = cost.rate * LINKS
        print(f"{CALLS} calls of {LINKS:,} links, {CLIENTS} at a time: {rate:,.0f} links/s ({dict(cost.statuses)})")
        cpu_us = cost.cpu_us / LINKS
        print(f"CPU of the API: {cpu_us:.1f} us a link, so {1e6 / cpu_us:,.0f} links/s/core")
        print(f"ratio to the goal of {GOAL:,} links/s: {rate / GOAL:.2f}")


def _post(api: Served, calls: int):  # noqa: ANN202
    return measure_posts(f"{api.url}/v1/links/bulk", api.pids, _body, requests=calls, clients=CLIENTS, key=API_KEY)


_ROWS = [
    {"target_url": f"https://www.example.com/products/{number}?utm_source=mail", "tags": ["spring"], "title": "Product"}
    for number in range(LINKS)
]
_BODY = json.dumps({"links": _ROWS}).encode()


def _body(_number: int) -> bytes:
    return _BODY


if __name__ == "__main__":
    main()
