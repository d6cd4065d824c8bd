"""What a child of the supervisor runs: `python -m vayro.supervisor.entry KIND --parent PID [--fd N]`.

It does not come through the command line's code, whose imports would stay in the memory of every engine.
"""

import argparse
import sys
from collections.abc import Callable

from vayro.errors import SettingsError, VayroError
from vayro.settings import Settings, load_settings
from vayro.supervisor.child import EXIT_CONFIGURATION
from vayro.supervisor.lifeline import die_with_parent
from vayro.supervisor.sockets import inherit


def main(arguments: list[str]) -> int:
    """Run one child to its end; return its exit status."""
    options = _parse(arguments)
    die_with_parent(options.parent)
    try:
        settings = load_settings()
        KINDS[options.kind](settings, options.fd)
    except SettingsError as error:
        sys.stderr.write(f"vayro: {error.detail}\n")
        return EXIT_CONFIGURATION
    except VayroError as error:
        sys.stderr.write(f"vayro: {error.detail}\n")
        return 1
    return 0


def _run_engine(settings: Settings, fd: int) -> None:
    from vayro.observability.process import observed
    from vayro.redirect.process import run_engine

    with observed(settings, "redirect"):
        run_engine(settings, [inherit(fd)])


def _run_shipper(settings: Settings, _fd: int) -> None:
    from vayro.observability.process import observed
    from vayro.stream.shipper import run_shipper

    with observed(settings, "shipper"):
        run_shipper(settings)


def _run_api(settings: Settings, fd: int) -> None:
    from vayro.api.process import run_api
    from vayro.observability.process import observed

    with observed(settings, "api"):
        run_api(settings, [inherit(fd)])


def _run_sites(settings: Settings, fd: int) -> None:
    from vayro.api.sites_process import run_sites
    from vayro.observability.process import observed

    with observed(settings, "sites"):
        run_sites(settings, [inherit(fd)])


def _run_worker(settings: Settings, _fd: int) -> None:
    from vayro.observability.process import observed
    from vayro.worker.app import run_worker

    with observed(settings, "worker"):
        run_worker(settings)


def _run_jobs(settings: Settings, _fd: int) -> None:
    from vayro.jobs.app import run_jobs
    from vayro.observability.process import observed

    with observed(settings, "jobs"):
        run_jobs(settings)


def _prepare(settings: Settings, fd: int) -> None:
    from vayro.supervisor.preparation import write_preparation

    write_preparation(settings, fd, migrate=True)


def _bootstrap(settings: Settings, fd: int) -> None:
    from vayro.supervisor.preparation import write_preparation

    write_preparation(settings, fd, migrate=False)


KINDS: dict[str, Callable[[Settings, int], None]] = {
    "redirect": _run_engine,
    "shipper": _run_shipper,
    "api": _run_api,
    "sites": _run_sites,
    "worker": _run_worker,
    "jobs": _run_jobs,
    "prepare": _prepare,
    "bootstrap": _bootstrap,
}


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vayro.supervisor.entry")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--fd", type=int, default=-1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
