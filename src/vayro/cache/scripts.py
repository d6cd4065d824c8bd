"""What Redis must do in one step: compare a version, then write. One key a call."""

import hashlib
from dataclasses import dataclass

_HELD_VERSION = """
local held = redis.call('GET', KEYS[1])
local version = held and tonumber(string.match(held, '"version"%s*:%s*(%d+)'))
"""


@dataclass(frozen=True)
class Script:
    """A Lua script and the digest by which EVALSHA finds it."""

    text: bytes
    digest: bytes


def _script(text: str) -> Script:
    return Script(text.encode(), hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().encode())


# A quotation mark inside a JSON string is escaped, so no destination can pretend to hold a version.
STORE_NEWER = _script(
    _HELD_VERSION
    + """
if version and version > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""
)
"""ARGV: version, JSON, seconds to live. 1 when it was stored, 0 when a newer version is there."""

DROP_OLDER = _script(
    _HELD_VERSION
    + """
if not version or version >= tonumber(ARGV[1]) then return 0 end
return redis.call('DEL', KEYS[1])
"""
)
"""ARGV: version. 1 when something older was removed."""
