"""`vayro backup` and `vayro restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vayro.cli.output import AsJson, print_record, say

if TYPE_CHECKING:
    from vayro.settings import Settings

Skip = Annotated[
    bool,
    typer.Option("--skip-codes/--no-skip-codes", help="Pass over the codes that were given out after the backup."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command(epilog="Example: vayro backup vayro-2026-11-22.tar.gz")(backup)
    app.command(epilog="Example: vayro restore vayro-2026-11-22.tar.gz")(restore)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write, a compressed tar.")],
    as_json: AsJson = False,
) -> None:
    """Copy database, spool and data directory into one file, while everything runs. Guard it: it holds all secrets.

    For the embedded shape; a PostgreSQL database is backed up by its own tools, see docs/operations.md.
    """
    import datetime as dt

    from vayro import __version__
    from vayro.cli.backup.archive import writing
    from vayro.cli.backup.contents import add_all
    from vayro.database.migrations import find_revision
    from vayro.settings import load_settings

    settings = load_settings()
    database = _database_file(settings)
    if not database.exists():
        raise _refused(f"There is no database at {database} yet.")
    created_at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    revision = find_revision(settings.resolved_database_url)
    with writing(file) as archive:
        add_all(archive, settings, database)
        archive.add_manifest({"vayro": __version__, "revision": revision, "created_at": created_at})
    about = {"file": str(file), "bytes": file.stat().st_size, "revision": revision, "created_at": created_at}
    print_record(about, as_json=as_json)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup that `vayro backup` wrote.")],
    skip_codes: Skip = True,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty data directory, and up to date. Nothing of Vayro may run there meanwhile.

    Codes that may have been given out after the backup are passed over: printed somewhere, they must not lead to
    somebody else's destination. --no-skip-codes: when nothing was created since, as when moving to another machine.
    """
    import tempfile

    from vayro.cli.backup.archive import unpack
    from vayro.cli.backup.contents import find_obstacle, put_back
    from vayro.settings import load_settings
    from vayro.supervisor.data_dir import prepare_data_dir

    settings = load_settings()
    database = _database_file(settings)
    if obstacle := find_obstacle(settings, database):
        raise _refused(f"{obstacle} is in the way: stop Vayro and move {settings.data_dir} elsewhere first.")
    prepare_data_dir(settings)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data_dir) as folder:
        manifest = unpack(file, Path(folder))
        _check_age(manifest)
        put_back(Path(folder), settings, database)
    print_record(_bring_up_to_date(settings, manifest, skip=skip_codes), as_json=as_json)
    if not settings.is_embedded:
        say("Empty Redis before anything starts: its cache may hold links that are newer than the backup.")


def _database_file(settings: Settings) -> Path:
    from vayro.database.sqlite_copy import sqlite_path

    path = sqlite_path(settings.resolved_database_url)
    if path is None:
        raise _refused("This database is PostgreSQL: back it up and restore it with its own tools, see operations.md.")
    return path


def _check_age(manifest: dict[str, Any]) -> None:
    from vayro.database.migrations import is_newer

    if is_newer(manifest.get("revision")):
        raise _refused(f"The backup is of Vayro {manifest.get('vayro')}, which is newer: install that version first.")


def _bring_up_to_date(settings: Settings, manifest: dict[str, Any], *, skip: bool) -> dict[str, Any]:
    from vayro.cli.running import run
    from vayro.supervisor.diagnosis import migrate

    revision = migrate(settings)
    skipped = run(_skip) if skip else 0
    return {"created_at": manifest["created_at"], "revision": revision, "skipped_codes": skipped}


async def _skip(session: Any) -> int:
    from vayro.links.allocation.recovery import skip_codes

    return sum(outcome.skipped for outcome in await skip_codes(session.database))


def _refused(sentence: str) -> Exception:
    from vayro.errors import StartFailed

    return StartFailed(sentence)
