"""`vayro up`, `vayro redirect`, `vayro api`, `vayro worker`."""

import os
from typing import Annotated

import typer

Workers = Annotated[int | None, typer.Option("--workers", "-w", min=1, max=256, help="Processes that answer.")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int | None, typer.Option("--port", "-p", min=1, max=65535, help="Port to listen on.")]
Sites = Annotated[bool, typer.Option("--sites", help="Serve sites by Host, and nothing else.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command(epilog="Example: vayro up --workers 2")(up)
    app.command(epilog="Example: vayro redirect --workers 4 --host 0.0.0.0 --port 8000")(redirect)
    app.command(epilog="Example: vayro api --workers 2 --port 8080")(api)
    app.command(epilog="Example: VAYRO_DATABASE_URL=postgresql://vayro@db/vayro vayro worker")(worker)


def up(workers: Workers = None) -> None:
    """Start everything: redirects, dashboard API and worker. Ctrl-C stops it.

    Brings the database up to date first, and makes an administrator when there is no user yet.
    """
    _set(redirect_workers=workers)
    from vayro.settings import load_settings
    from vayro.supervisor.commands import run_up

    raise typer.Exit(run_up(load_settings()))


def redirect(workers: Workers = None, host: Host = None, port: Port = None) -> None:
    """Start the Redirect Engine alone."""
    _set(redirect_workers=workers, redirect_host=host, redirect_port=port)
    from vayro.settings import load_settings
    from vayro.supervisor.commands import run_redirect

    raise typer.Exit(run_redirect(load_settings()))


def api(workers: Workers = None, host: Host = None, port: Port = None, sites: Sites = False) -> None:
    """Start the Dashboard API alone; or, with --sites, what serves the sites of businesses by their own hosts."""
    kind = "sites" if sites else "api"
    _set(**{f"{kind}_workers": workers, f"{kind}_host": host, f"{kind}_port": port})
    from vayro.settings import load_settings
    from vayro.supervisor.commands import run_api, run_sites

    raise typer.Exit((run_sites if sites else run_api)(load_settings()))


def worker() -> None:
    """Start the Analytics Worker alone. Any number may run."""
    from vayro.settings import load_settings
    from vayro.supervisor.commands import run_worker

    raise typer.Exit(run_worker(load_settings()))


def _set(**options: str | int | None) -> None:
    """Put options into the environment: the child processes read their settings from there."""
    for name, value in options.items():
        if value is not None:
            os.environ[f"VAYRO_{name.upper()}"] = str(value)
