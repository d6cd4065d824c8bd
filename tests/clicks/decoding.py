"""Reading an event back from its wire form, without the worker's decoder: what tests compare with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawClick:
    """A click before enrichment; every value as the engine received it."""

    event_id: str
    timestamp: str
    link_id: str
    ip: str
    user_agent: str
    referer: str
    flags: str
    segment: str = ""


def decode_click(payload: bytes, segment: str = "") -> RawClick:
    """The click that `payload` holds; KeyError or ValueError when it is no event. Bytes not UTF-8 become U+FFFD."""
    parts = payload.decode("utf-8", "replace").split("\r\n")
    fields = dict(zip(parts[1::4], parts[3::4], strict=True))
    names = ("event_id", "timestamp", "link_id", "ip", "user_agent", "referer", "flags")
    return RawClick(*(fields[name] for name in names), fields.get("segment", segment))
