"""The names of the streams that clicks are spread over.

The first is always `stream:clicks`. The others carry a tag in braces, by which alone a Redis Cluster chooses the slot:
the number of the shard, and letters that are chosen so that the slots lie far apart. With bare numbers the first three
streams would all lie on the second of three masters.
"""

from functools import cache
from itertools import product
from string import ascii_lowercase

from redis.crc import key_slot

STREAM = "stream:clicks"
GROUP = "analytics"
MAX_SHARDS = 64
"""So many are looked at for clicks that were spread over more streams than there are now."""

_SLOTS = 16_384
# Each multiple of it falls into the largest gap that those before have left, however many there are.
_GOLDEN = 0.6180339887
_NEAR_SLOTS = 150


@cache
def stream_name(shard: int) -> str:
    """Return the name of a stream; the first one's number is 0."""
    if not shard:
        return STREAM
    wanted = (key_slot(STREAM.encode()) + shard * _GOLDEN * _SLOTS) % _SLOTS
    for letters in product(ascii_lowercase, repeat=2):
        name = f"{STREAM}:{{{shard}{''.join(letters)}}}"
        if abs(key_slot(name.encode()) - wanted) <= _NEAR_SLOTS:
            return name
    raise LookupError(f"no name for shard {shard}")


def stream_names(shards: int) -> list[str]:
    """Return the names of so many streams."""
    return [stream_name(shard) for shard in range(shards)]


def beside(stream: str, suffix: str) -> str:
    """Return the name of a key in the stream's own slot."""
    tag = stream[stream.index("{") + 1 : stream.index("}")] if "{" in stream else stream
    return f"{{{tag}}}:{suffix}"
