"""What the Redirect Engine needs to know of a link, and its JSON form in Redis (`url:{code}`)."""

import datetime as dt

import msgspec

DEFAULT_DOMAIN = ""
"""The name under which links of the default domain are stored, whatever host that is today."""


class LinkSnapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """One version of a link. A deleted link leaves a tombstone: `is_deleted`, with the last version + 1.

    In JSON: `target`, `active`, `id`, `version` always; the rest when it is not the default. Of a password it says only
    that there is one: Redis holds no secret. `disabled_reason`: the link was taken down.
    """

    domain: str
    short_code: str
    target_url: str = msgspec.field(name="target")
    is_active: bool = msgspec.field(name="active")
    link_id: str = msgspec.field(name="id")
    version: int
    redirect_status: int = 302
    cache_seconds: int | None = None
    expires_at: dt.datetime | None = None
    expired_url: str | None = None
    max_clicks: int | None = None
    is_deleted: bool = False
    has_password: bool = False
    disabled_reason: str | None = None


_decoder = msgspec.json.Decoder(LinkSnapshot)
_encoder = msgspec.json.Encoder()


def encode_snapshot(snapshot: LinkSnapshot) -> bytes:
    """Return the JSON that Redis holds."""
    return _encoder.encode(snapshot)


def decode_snapshot(payload: bytes) -> LinkSnapshot:
    """Return the snapshot. Raises msgspec.DecodeError when the payload is not one."""
    return _decoder.decode(payload)
