"""The data directory: database, spool, secrets. Nobody else's to read."""

from vayro.errors import StartFailed
from vayro.settings import Settings


def prepare_data_dir(settings: Settings) -> None:
    """Make it (mode 0700) if it is not there. Raises StartFailed."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StartFailed(
            f"VAYRO_DATA_DIR={str(settings.data_dir)!r} cannot be made: {error.strerror}; choose a folder you may write"
        ) from None
