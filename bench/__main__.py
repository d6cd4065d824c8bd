"""`make bench`: every measurement, one after the other. `make bench ARGS="redirect create"` runs only those named.

Each module prints what it measures and, last, a ratio to something that does the same least work on the same
machine in the same run. Absolute figures depend on the machine; the ratios hardly do.
"""

import importlib
import sys

MEASUREMENTS = {
    "redirect": "CPU of one redirect, next to nginx writing its access log",
    "create": "CPU of one created link, next to a bare FastAPI route",
    "bulk": "links created by bulk calls",
    "preview": "latency of a message's preview, next to health/live",
    "worker": "clicks from the stream to committed rows, next to a bare COPY",
    "analytics": "analytics of a link with 10 million clicks",
    "dashboard": "the dashboard in a browser: 100,000 links, a million clicks, changes of pages",
    "lighthouse": "the dashboard's pages, as Lighthouse judges them",
    "sites": "CPU of one page of a site, next to nginx sending the same file",
    "short_codes": "codes per second and core, and that none comes twice",
}


def main() -> None:
    """Run what is named on the command line, or everything. Exit status 2 for an unknown name."""
    names = sys.argv[1:] or list(MEASUREMENTS)
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}", file=sys.stderr)
        sys.exit(2)
    for name in names:
        print(f"\n── {name}: {MEASUREMENTS[name]} ──", flush=True)
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
