"""CPU of one created link, next to a FastAPI route that validates the same body and returns it."""

import json

from bench.api_load import Cost, measure_posts
from bench.api_servers import API_KEY, serve_api, serve_echo

WARM_UP = 2_000
REQUESTS = 10_000
ALONE = 2_000
GOAL = 5.0
REFERENCE_RATE = 1_158


def main() -> None:
    """Print the cost of both, with 64 clients at once and with one."""
    with serve_api() as api, serve_echo() as echo:
        create = {"url": f"{api.url}/v1/links", "pids": api.pids, "key": API_KEY}
        bare = {"url": f"{echo.url}/echo", "pids": echo.pids}
        for target in (create, bare):
            measure_posts(**target, body=_body, requests=WARM_UP, clients=64)
        for clients, requests in ((64, REQUESTS), (1, ALONE)):
            made = measure_posts(**create, body=_body, requests=requests, clients=clients)
            echoed = measure_posts(**bare, body=_body, requests=requests, clients=clients)
            _report(clients, made, echoed)


def _report(clients: int, made: Cost, echoed: Cost) -> None:
    print(f"{clients} clients: {made.rate:,.0f} links/s ({dict(made.statuses)}), {made.cpu_us:.0f} us of CPU each")
    print(f"{clients} clients: {echoed.rate:,.0f} echoes/s, {echoed.cpu_us:.0f} us of CPU each")
    print(f"ratio with {clients} clients: {made.cpu_us / echoed.cpu_us:.2f} (goal: at most {GOAL})")
    if made.statuses != {201: made.requests}:
        print(f"NOT ALL CREATED: {made.statuses}")
    if clients > 1:
        print(f"ratio to the reference's {REFERENCE_RATE:,} creates/s: {made.rate / REFERENCE_RATE:.2f}")


def _body(number: int) -> bytes:
    return json.dumps(
        {
            "target_url": f"https://www.example.com/products/{number}?utm_source=newsletter&utm_campaign=spring",
            "title": f"Product {number}",
            "tags": ["newsletter", "spring"],
            "metadata": {"product": number},
        }
    ).encode()


if __name__ == "__main__":
    main()
