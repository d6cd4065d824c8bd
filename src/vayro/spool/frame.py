"""The form of a segment file: frames, one behind the other, until a zero length or the seal.

    u32 length | u32 crc32 of the payload | payload          native byte order: a spool never leaves its machine
    0                                                         the end so far: files are made of zeros
    0xFFFFFFFF                                                the seal: nothing will follow

The writer puts the payload first and the length last, so a reader in another process meets a whole frame or the end.
The checksum covers what ordering cannot: a processor that reorders stores, and pages lost with the power.
"""

import enum
import struct

from vayro.spool.checksum import crc32

HEADER = struct.Struct("=II")
WORD = struct.Struct("=I")
HEADER_BYTES = HEADER.size
SEAL = 0xFFFFFFFF
SEAL_BYTES = WORD.size
# A request head is at most 64 KiB, and the engine cuts its values long before; readers size their buffer by this.
MAX_PAYLOAD_BYTES = 128 * 1024


class End(enum.Enum):
    """Why the frames of a buffer end."""

    OPEN = "open"
    """Nothing written beyond; or only half of a frame, which a live writer will complete."""
    CUT = "cut"
    """The buffer ends within a frame: read on from there."""
    SEALED = "sealed"
    """The segment is complete."""


def parse_frames(buffer: bytes, payloads: list[bytes]) -> tuple[int, End]:
    """Append every whole frame's payload; return the position behind the last one, and what ends them there."""
    position, size = 0, len(buffer)
    unpack = HEADER.unpack_from
    append = payloads.append
    last_header = size - HEADER_BYTES
    while position <= last_header:
        length, checksum = unpack(buffer, position)
        start = position + HEADER_BYTES
        end = start + length
        if end > size or not length:
            return position, _classify(length)
        payload = buffer[start:end]
        if crc32(payload) != checksum:
            return position, End.OPEN
        append(payload)
        position = end
    return position, _classify_rest(buffer, position)


def measure_frames(buffer: bytes) -> int:
    """Return the position behind the last whole frame, by the lengths alone: for counting, not for reading."""
    position, last_header = 0, len(buffer) - HEADER_BYTES
    while position <= last_header:
        (length,) = WORD.unpack_from(buffer, position)
        end = position + HEADER_BYTES + length
        if not length or end > len(buffer):
            break
        position = end
    return position


def _classify(length: int) -> End:
    if length == SEAL:
        return End.SEALED
    return End.CUT if 0 < length <= MAX_PAYLOAD_BYTES else End.OPEN


def _classify_rest(buffer: bytes, position: int) -> End:
    """What less than a header says: at the end of a truncated file only the seal stands there."""
    if len(buffer) - position < WORD.size:
        return End.CUT
    return End.SEALED if WORD.unpack_from(buffer, position)[0] == SEAL else End.CUT
