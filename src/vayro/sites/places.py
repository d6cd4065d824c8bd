"""Countries, languages and time zones, as standards write them."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources

DEFAULT_LOCALE = "en"

# RFC 5646, of which a business needs language, script and region: de, pt-BR, zh-Hant-TW, es-419.
_LOCALE = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?", re.ASCII)


def check_country(text: str) -> str:
    """Return the ISO 3166 alpha-2 code in capitals. Raises ValueError."""
    code = text.strip().upper()
    if code not in _countries():
        raise ValueError("This is not a country's code of two letters (ISO 3166), like DE or US.")
    return code


def check_locale(text: str) -> str:
    """Return the BCP 47 tag as it is usually written, `pt-BR` for `pt_br`. Raises ValueError."""
    found = _LOCALE.fullmatch(text.strip().replace("_", "-").lower())
    if not found:
        raise ValueError("This is not a language tag (BCP 47) of language, script and region, like en or pt-BR.")
    language, script, region = found.groups()
    return "-".join(part for part in (language, script and script.title(), region and region.upper()) if part)


def check_time_zone(text: str) -> str:
    """Return the name of an IANA time zone. Raises ValueError."""
    name = text.strip()
    if not is_time_zone(name):
        raise ValueError("This is not a time zone of the IANA database, like Europe/Berlin or UTC.")
    return name


def is_time_zone(name: str) -> bool:
    """Return whether an IANA time zone that is known here is called so."""
    return name in _zone_names()


def only_time_zone(candidates: Iterable[str], country: str | None) -> str | None:
    """Return the zone that is meant, or None when it cannot be told.

    The one candidate; else that of the country, if all its zones keep the same time (the first is where most live).
    """
    named = [zone for zone in candidates if is_time_zone(zone)]
    if len(named) == 1:
        return named[0]
    return _zone_of_country(country) if country else None


@cache
def _zone_of_country(country: str) -> str | None:
    zones = [zone for code, _, zone, *_ in _read_table("zone.tab") if code == country and is_time_zone(zone)]
    return zones[0] if len({_times_of(zone) for zone in zones}) == 1 else None


def _times_of(name: str) -> tuple[dt.timedelta | None, ...]:
    """Return how far from UTC a zone is in each month of this year: equal where clocks show the same."""
    zone, year = zoneinfo.ZoneInfo(name), dt.datetime.now(dt.UTC).year
    return tuple(dt.datetime(year, month, 15, tzinfo=zone).utcoffset() for month in range(1, 13))


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code, *_ in _read_table("iso3166.tab"))


@cache
def _zone_names() -> frozenset[str]:
    # "Factory" says of itself that no zone has been set.
    return frozenset(zoneinfo.available_timezones() - {"Factory"})


def _read_table(name: str) -> Iterator[list[str]]:
    """Yield the lines of a table of the tz database. Blocks, once."""
    table = (resources.files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
