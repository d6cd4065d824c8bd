"""`vayro spool status|drain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vayro.cli.output import AsJson, print_rows, say

if TYPE_CHECKING:
    from vayro.settings import Settings

app = typer.Typer(help="Clicks that wait on this machine's disk.", no_args_is_help=True)


@app.command(epilog="Example: vayro spool status")
def status(as_json: AsJson = False) -> None:
    """List the engines whose clicks are on this disk: running or ended, their segments and bytes.

    The bytes of a running engine include the room that it has reserved.
    """
    from vayro.settings import load_settings

    print_rows(_list_engines(load_settings()), as_json=as_json)


@app.command(epilog="Example: vayro spool drain --timeout 600")
def drain(
    timeout: Annotated[int, typer.Option(min=1, help="Give up after so many seconds.")] = 300,
) -> None:
    """Wait until all clicks that ended engines left here are in the database; move them if nobody else does.

    For a disk or a data directory that is about to go. Exit status 1, with the number of bytes, when some are left.
    """
    import asyncio

    from vayro.cli.draining import drain_spool
    from vayro.errors import StartFailed
    from vayro.observability import configure_logging
    from vayro.settings import load_settings
    from vayro.supervisor.data_dir import prepare_data_dir

    settings = load_settings()
    prepare_data_dir(settings)
    configure_logging(settings, "cli")
    left = asyncio.run(drain_spool(settings, timeout))
    if left:
        raise StartFailed(f"{left} bytes of clicks are still in {settings.spool_dir} after {timeout} s; they are kept")
    running = sum(engine["state"] == "running" for engine in _list_engines(settings))
    say(f"No click waits here{f', but those of {running} running engines' if running else ''}.")


def _list_engines(settings: Settings) -> list[dict[str, Any]]:
    from vayro.spool.directory import engine_directories, is_alive
    from vayro.spool.segment import SUFFIX

    rows = []
    for directory in sorted(engine_directories(settings.spool_dir)):
        sizes = [path.stat().st_size for path in directory.glob(f"*{SUFFIX}")]
        state = "running" if is_alive(directory) else "ended"
        rows.append({"engine": directory.name, "state": state, "segments": len(sizes), "bytes": sum(sizes)})
    return rows
