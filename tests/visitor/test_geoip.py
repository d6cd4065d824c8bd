"""Where an address is. `make install` fetches the bundled data; without it, its absence is tested."""

from pathlib import Path
from typing import Any

import pytest

from vayro.settings import BUNDLED_GEOIP_DATABASE
from vayro.visitor.geoip import NOWHERE, GeoDatabase, Place


class FakeReader:
    def __init__(self, record: Any) -> None:
        self.record = record

    def get(self, _address: str) -> Any:
        return self.record

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"country_code": "DE"}, Place("DE", None)),
        ({"country": {"iso_code": "fr"}, "city": {"names": {"en": "Lyon", "de": "Lyon"}}}, Place("FR", "Lyon")),
        ({"registered_country": {"iso_code": "US"}}, Place("US", None)),
        ({"country_code": "AT", "city": "Wien"}, Place("AT", "Wien")),
        ({"country_code": "toolong", "city": "x" * 200}, Place(None, "x" * 100)),
        ({}, NOWHERE),
        (None, NOWHERE),
        (["odd"], NOWHERE),
    ],
)
def test_records_of_every_shape_are_read(record: Any, expected: Place) -> None:
    database = GeoDatabase(Path("absent.mmdb"))
    database._reader = FakeReader(record)  # type: ignore[assignment]
    assert database.find_place("192.0.2.1") == expected


def test_without_a_file_every_place_is_unknown(tmp_path: Path) -> None:
    assert GeoDatabase(tmp_path / "absent.mmdb").find_place("8.8.8.8") == NOWHERE
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"not a database")
    assert not GeoDatabase(broken).is_available


@pytest.mark.skipif(not BUNDLED_GEOIP_DATABASE.exists(), reason="make install has not fetched the geo data")
@pytest.mark.parametrize(("address", "country"), [("8.8.8.8", "US"), ("2a02:908::1", "DE"), ("", None), ("x", None)])
def test_the_bundled_data_knows_countries(address: str, country: str | None) -> None:
    database = GeoDatabase(BUNDLED_GEOIP_DATABASE)
    assert database.find_place(address).country_code == country
    database.close()
