"""How a rollup unit holds its numbers: quarters of an hour, sketches and the breakdown.

A **quarter** is 15 minutes: every time zone in use is a whole number of them away from UTC, so local hours, days,
weeks and months all end between two quarters.

For a day, `quarters` has six rows of 96. The last three make the visitors of parts of the day exact without knowing
who they were: visitors before quarter q are those whose *first* click lies before q, visitors from q on are those
whose *last* click does not; and a local hour is one of the 96 windows of four quarters.
"""

import json
import zlib
from enum import IntEnum

import msgspec
import numpy as np
import numpy.typing as npt

from vayro.clicks.sketch import VisitorSketch

QUARTER_SECONDS = 900
HOUR_QUARTERS = 4
DAY_QUARTERS = 96

Counts = npt.NDArray[np.int64]
Breakdown = dict[str, tuple[list[str], list[int], list[int]]]
"""For each dimension: the values, their clicks by people, their clicks by bots."""


class Row(IntEnum):
    """Rows of `quarters`. An hour has the first two only."""

    CLICKS = 0
    BOTS = 1
    VISITORS = 2
    FIRST_SEEN = 3
    LAST_SEEN = 4
    HOUR_VISITORS = 5


def pack_quarters(counts: Counts) -> bytes:
    """Return the rows as bytes; a quiet day takes some 60, a busy one some 1,000."""
    return zlib.compress(counts.astype("<u4").tobytes(), 1)


def unpack_quarters(data: bytes, quarters: int) -> Counts:
    """Return the rows of a unit that has so many quarters."""
    return np.frombuffer(zlib.decompress(data), "<u4").astype(np.int64).reshape(-1, quarters)


def pack_sketches(sketches: list[VisitorSketch]) -> bytes:
    """Return the sketches of an hour's quarters, in order."""
    return msgspec.msgpack.encode([sketch.pack() for sketch in sketches])


def unpack_sketches(data: bytes) -> list[VisitorSketch]:
    """Return what `pack_sketches` was given, rounded as `VisitorSketch.pack` says."""
    return [VisitorSketch.unpack(part) for part in msgspec.msgpack.decode(data, type=list[bytes])]


def pack_breakdown(breakdown: Breakdown) -> str:
    """Return the breakdown as JSON, readable in the database."""
    return json.dumps(breakdown, ensure_ascii=False, separators=(",", ":"))


unpack_breakdown = msgspec.json.Decoder(Breakdown).decode
"""Return what `pack_breakdown` was given."""

unpack_people = msgspec.json.Decoder(dict[str, tuple[list[str], list[int], msgspec.Raw]]).decode
"""Return the same, with the clicks by bots left unread: a fifth faster."""


def count_parts(visitor_ids: npt.NDArray[np.int64], quarters: npt.NDArray[np.int64]) -> Counts:
    """Return the rows VISITORS to HOUR_VISITORS of a day, from the visitor and the quarter (0-95) of each click.

    Adding what it returns for two groups that share no visitor gives what it returns for both together.
    """
    order = np.lexsort((quarters, visitor_ids))
    who, when = visitor_ids[order], quarters[order]
    is_new = np.ones(who.size, bool)
    is_new[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    who, when = who[is_new], when[is_new]
    is_first = np.ones(who.size, bool)
    is_first[1:] = who[1:] != who[:-1]
    is_last = np.roll(is_first, -1)
    return np.stack([_count(when), _count(when[is_first]), _count(when[is_last]), _count_windows(when, is_first)])


def _count(quarters: npt.NDArray[np.int64]) -> Counts:
    return np.bincount(quarters, minlength=DAY_QUARTERS).astype(np.int64)


def _count_windows(when: npt.NDArray[np.int64], is_first: npt.NDArray[np.bool_]) -> Counts:
    """Return, for each quarter q, the visitors seen in the hour that starts with q.

    A visitor seen in quarter p is in the windows p-3 to p; those that the visitor's click before already opened are
    left out. The windows opened and closed are then added up along the day.
    """
    opened = np.maximum(when - (HOUR_QUARTERS - 1), 0)
    opened[1:] = np.where(is_first[1:], opened[1:], np.maximum(opened[1:], when[:-1] + 1))
    changes = np.bincount(opened, minlength=DAY_QUARTERS + 1) - np.bincount(when + 1, minlength=DAY_QUARTERS + 1)
    return np.cumsum(changes)[:DAY_QUARTERS].astype(np.int64)
