"""`vayro geo update`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vayro.cli.output import AsJson, print_record, say

app = typer.Typer(help="The data that tells from which country a click came.", no_args_is_help=True)


@app.callback()
def geo() -> None:
    """Keep `update` a sub-command although it is alone."""


@app.command(epilog="Example: vayro geo update --file GeoLite2-City.mmdb")
def update(
    file: Annotated[
        Path | None, typer.Option("--file", metavar="PATH", help="A MaxMind-format file; default: the bundled data.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Install geo data into the data directory, after opening it. Workers read it from their next start on."""
    from vayro.settings import BUNDLED_GEOIP_DATABASE, INSTALLED_GEOIP_DATABASE, load_settings
    from vayro.supervisor.data_dir import prepare_data_dir

    settings = load_settings()
    prepare_data_dir(settings)
    source = file or BUNDLED_GEOIP_DATABASE
    about = _describe(source)
    target = settings.data_dir / INSTALLED_GEOIP_DATABASE
    _install(source, target)
    print_record({**about, "file": str(target)}, as_json=as_json)
    if settings.geoip_database not in (target, BUNDLED_GEOIP_DATABASE):
        say(f"VAYRO_GEOIP_DATABASE={settings.geoip_database} is what is read; unset it to use this file.")


def _describe(path: Path) -> dict[str, object]:
    """Open the file and look one address up in it. Raises ValidationFailed."""
    import datetime as dt

    import maxminddb

    from vayro.errors import ValidationFailed

    try:
        with maxminddb.open_database(path) as reader:
            metadata = reader.metadata()
            reader.get("8.8.8.8")
    except FileNotFoundError:
        raise ValidationFailed(f"{path} is not there.") from None
    except (OSError, ValueError, maxminddb.InvalidDatabaseError):
        raise ValidationFailed(f"{path} is not a MaxMind-format database.") from None
    return {"type": metadata.database_type, "built": dt.datetime.fromtimestamp(metadata.build_epoch, dt.UTC)}


def _install(source: Path, target: Path) -> None:
    """Put it there whole: a process that opens it meanwhile gets the old file or the new one."""
    import os
    import shutil

    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_suffix(".partial")
    shutil.copyfile(source, partial)
    with partial.open("rb") as copied:
        os.fsync(copied.fileno())
    partial.replace(target)
