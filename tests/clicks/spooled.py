"""Clicks as an engine spools them, for tests."""

import uuid
from pathlib import Path
from typing import Any

from vayro.clicks.event import ClickEncoder, bulk, encode_flags, encode_ip, encode_link_id
from vayro.spool.writer import SpoolWriter

LINK = str(uuid.uuid4())
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
_encoder = ClickEncoder()


def open_writer(spool: Path, **over: Any) -> SpoolWriter:
    values: dict[str, Any] = {"segment_bytes": 64 * 1024, "max_bytes": 1 << 26, **over}
    return SpoolWriter(spool, **values)


def make_payload(
    *,
    link: str = LINK,
    ip: str = "192.0.2.77",
    user_agent: str = FIREFOX,
    referer: str = "",
    flags: tuple[str, ...] = (),
) -> bytes:
    """An event as the engine encodes it."""
    return _encoder.encode(
        encode_link_id(link), encode_ip(ip), user_agent.encode(), referer.encode(), encode_flags(*flags)
    )


def fields_of(payload: bytes) -> dict[str, str]:
    parts = payload.decode().split("\r\n")
    return dict(zip(parts[1::4], parts[3::4], strict=False))


def event_id_of(payload: bytes) -> str:
    return fields_of(payload)["event_id"]


def change(payload: bytes, **over: str) -> bytes:
    """The event with other values, as a faulty or foreign producer might send it."""
    return b"".join(bulk(part.encode()) for pair in (fields_of(payload) | over).items() for part in pair)
