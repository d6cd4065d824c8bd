"""Where an address is: its country always, its city when the database knows cities."""

from pathlib import Path
from typing import Any, NamedTuple

import maxminddb
import structlog

_log = structlog.get_logger(__name__)


class Place(NamedTuple):
    """ISO 3166-1 alpha-2 code in upper case, and the city's English name."""

    country_code: str | None
    city: str | None


NOWHERE = Place(None, None)


class GeoDatabase:
    """A file in MaxMind's format, mapped into memory. A lookup of a random address takes 0.7 us."""

    def __init__(self, path: Path) -> None:
        """Args: path; when it cannot be read, one line is logged and every place is unknown."""
        self._reader: maxminddb.Reader | None = None
        # Few places, many addresses: each place is made once.
        self._places: dict[tuple[str | None, str | None], Place] = {}
        try:
            self._reader = maxminddb.open_database(path, maxminddb.MODE_AUTO)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            _log.warning("no geo data: clicks have no country", path=str(path), error=str(error))

    @property
    def is_available(self) -> bool:
        """Whether there is a database."""
        return self._reader is not None

    def find_place(self, address: str) -> Place:
        """Return where the address is; NOWHERE when that is unknown or it is no address."""
        if self._reader is None:
            return NOWHERE
        try:
            record = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            return NOWHERE
        if not isinstance(record, dict):
            return NOWHERE
        key = (_country_of(record), _city_of(record))
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = Place(*key)
        return place

    def close(self) -> None:
        """Close the file."""
        if self._reader:
            self._reader.close()


def _country_of(record: dict[str, Any]) -> str | None:
    """Read both shapes: `{"country_code": "DE"}` of the bundled data, `{"country": {"iso_code": "DE"}}` of GeoLite2."""
    code = record.get("country_code")
    if code is None:
        country = record.get("country") or record.get("registered_country")
        code = country.get("iso_code") if isinstance(country, dict) else country
    return code.upper() if isinstance(code, str) and len(code) == 2 else None


def _city_of(record: dict[str, Any]) -> str | None:
    """Read `{"city": {"names": {"en": …}}}` and `{"city": …}`."""
    city = record.get("city")
    if isinstance(city, dict):
        names = city.get("names")
        city = names.get("en") if isinstance(names, dict) else None
    return city[:100] if isinstance(city, str) and city else None
