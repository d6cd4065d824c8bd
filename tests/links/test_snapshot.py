"""The snapshot's JSON, which other programs may read in Redis."""

import datetime as dt
import json
import uuid

from vayro.links.snapshot import LinkSnapshot, decode_snapshot, encode_snapshot, tombstone


def test_the_json_always_has_target_active_id_and_version():
    snapshot = LinkSnapshot("", "abc", "https://example.com/", is_active=True, link_id="i", version=3)
    document = json.loads(encode_snapshot(snapshot))
    assert document == {
        "domain": "",
        "short_code": "abc",
        "target": "https://example.com/",
        "active": True,
        "id": "i",
        "version": 3,
    }


def test_a_full_snapshot_survives_the_round_trip():
    snapshot = LinkSnapshot(
        "go.example.com",
        "abc",
        "https://example.com/",
        is_active=True,
        link_id=str(uuid.uuid4()),
        version=3,
        redirect_status=301,
        cache_seconds=60,
        expires_at=dt.datetime(2030, 1, 1, tzinfo=dt.UTC),
        expired_url="https://example.com/gone",
        max_clicks=7,
    )
    assert decode_snapshot(encode_snapshot(snapshot)) == snapshot


def test_a_tombstone_is_inactive_and_says_that_it_is_one():
    stone = tombstone("", "abc", uuid.uuid4(), 9)
    assert (stone.is_active, stone.is_deleted, stone.version) == (False, True, 9)
