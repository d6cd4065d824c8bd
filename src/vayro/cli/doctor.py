"""`vayro doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from vayro.cli.output import AsJson, print_json, show

if TYPE_CHECKING:
    from vayro.cli.checks.finding import Finding
    from vayro.settings import Settings

_COLOURS = {"ok": typer.colors.GREEN, "warn": typer.colors.YELLOW, "fail": typer.colors.RED}


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command(epilog="Example: vayro doctor --json")(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Look whether all is well: settings, folders, stores, clock, ports; say what to do.

    The exit status is 1 when something fails.
    """
    findings = []
    for finding in _examine():
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)


def _examine() -> Iterator[Finding]:
    from vayro.cli.checks.finding import fail
    from vayro.errors import SettingsError
    from vayro.settings import load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        yield fail("settings", error.detail, "docs/configuration.md lists what is accepted")
        return
    yield from _examine_with(settings)


def _examine_with(settings: Settings) -> Iterator[Finding]:
    import asyncio

    from vayro.cli.checks import local, ports, stores

    async def ask_stores() -> list[Finding]:
        found = [finding async for finding in stores.check_database(settings)]
        return found + [finding async for finding in stores.check_redis(settings)]

    yield from local.check_settings(settings)
    yield from local.check_data_dir(settings)
    yield from asyncio.run(ask_stores())
    yield from local.check_spool(settings)
    yield from local.check_geo_data(settings)
    yield from ports.check_ports(settings)


def _print(finding: Finding) -> None:
    state = typer.style(f"{finding.state:<4}", fg=_COLOURS[finding.state])
    typer.echo(f"{state}  {finding.check:<21} {show(finding.detail)}")
    if finding.advice:
        typer.echo(f"      {'':<21} → {show(finding.advice)}")
