"""This machine: settings, data directory, spool, geo data."""

import datetime as dt
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import maxminddb

from vayro.cli.checks.finding import Finding, fail, ok, warn
from vayro.settings import Settings
from vayro.spool.directory import size_of_dead_engines

GEO_OLD_DAYS = 90
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Settings that are each acceptable and do not fit together."""
    shape = "embedded" if settings.is_embedded else "production"
    base = urlsplit(settings.short_url_base)
    if base.hostname in _LOOPBACK and (base.port or 80) != settings.redirect_port:
        yield warn(
            "settings",
            f"short links begin with {settings.short_url_base}, the engine listens on port {settings.redirect_port}",
            f"set VAYRO_SHORT_URL_BASE=http://{settings.redirect_host}:{settings.redirect_port}, or your domain",
        )
    elif base.hostname in _LOOPBACK and settings.redirect_host not in _LOOPBACK:
        yield warn(
            "settings",
            f"the engine is open to others, but short links begin with {settings.short_url_base}",
            "set VAYRO_SHORT_URL_BASE to the address that visitors reach",
        )
    else:
        yield ok("settings", f"{shape} shape; short links begin with {settings.short_url_base}")


def check_data_dir(settings: Settings) -> Iterator[Finding]:
    """The data directory is ours alone, and can be written."""
    path = settings.data_dir
    if not path.is_dir():
        yield warn("data directory", f"{path} is not there yet", "`vayro up` makes it on its first start")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if not os.access(path, os.W_OK | os.X_OK):
        yield fail("data directory", f"{path} cannot be written", f"chown it to the user that runs Vayro: {path}")
    elif mode & 0o077:
        yield warn("data directory", f"{path} has mode {mode:04o}: others can look into it", f"chmod 700 {path}")
    else:
        yield ok("data directory", f"{path}, mode {mode:04o}")


def check_spool(settings: Settings) -> Iterator[Finding]:
    """There is room for the clicks that wait, and nothing waits for nobody."""
    spool = settings.spool_dir
    parent = next(path for path in (spool, *spool.absolute().parents) if path.exists())
    if not os.access(parent, os.W_OK | os.X_OK):
        yield fail("spool", f"{parent} cannot be written: clicks would be dropped", f"chown {parent}")
        return
    free = shutil.disk_usage(parent).free
    wanted = settings.spool_max_bytes * settings.redirect_workers
    left = size_of_dead_engines(spool)
    if free < wanted:
        yield warn(
            "spool",
            f"{_size(free)} free, a full spool takes {_size(wanted)}",
            "free some space, or lower VAYRO_SPOOL_MAX_BYTES",
        )
    elif left:
        who = "worker" if settings.is_embedded else "engine's shipper"
        yield warn("spool", f"{_size(left)} of clicks wait from engines that ended", f"a running {who} takes them up")
    else:
        yield ok("spool", f"{_size(free)} free, a full spool takes {_size(wanted)}")


def check_geo_data(settings: Settings) -> Iterator[Finding]:
    """The file that countries are looked up in."""
    path = settings.geoip_database
    if not path.exists():
        yield _no_geo(path, "is not there")
        return
    try:
        with maxminddb.open_database(path) as reader:
            built = dt.datetime.fromtimestamp(reader.metadata().build_epoch, dt.UTC)
            kind = reader.metadata().database_type
    except (OSError, ValueError, maxminddb.InvalidDatabaseError):
        yield _no_geo(path, "is not a MaxMind database")
        return
    days = (dt.datetime.now(dt.UTC) - built).days
    if days > GEO_OLD_DAYS:
        yield warn(
            "geo data", f"{kind} of {built:%Y-%m-%d}, {days} days old", "`vayro geo update` installs a newer one"
        )
    else:
        yield ok("geo data", f"{kind} of {built:%Y-%m-%d}")


def _no_geo(path: Path, reason: str) -> Finding:
    advice = "`make install` fetches the bundled data, `vayro geo update --file FILE` installs your own"
    return warn("geo data", f"{path} {reason}: clicks get no country", advice)


def _size(count: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.4g} {unit}"
        count /= 1024
    return f"{count:.4g} TiB"
