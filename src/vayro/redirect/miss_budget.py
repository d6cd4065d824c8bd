"""How many unknown codes one address may try: a brake on whoever tries codes to see which exist.

Counted in the memory of this process, which is bounded: of more addresses than it holds, those seen longest ago have
their budget back. Only addresses of the Internet are counted. A private one is mostly a proxy that
`VAYRO_TRUSTED_PROXIES` forgot, and everybody stands behind it. Links redirect all the same, whoever asks.
"""

import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address

from vayro.limits.budget import Budget
from vayro.limits.limiter import address_key
from vayro.limits.memory import MemoryWindows

MAX_ADDRESSES = 50_000


class MissBudget:
    """The misses of each address in the last minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.time) -> None:
        """Args: per_minute, 0 for no limit; clock, seconds."""
        self._budget = Budget("misses", per_minute, 60) if per_minute else None
        self._windows = MemoryWindows(MAX_ADDRESSES, clock)

    def spend(self, address: str) -> int:
        """Count a miss; return 0, or in how many seconds the address may miss again."""
        key = counted_by(address) if self._budget else b""
        if not key or not self._budget:
            return 0
        standing = self._windows.spend_now(self._budget, key)
        return 0 if standing.is_allowed else standing.retry_seconds()


@lru_cache(10_000)
def counted_by(address: str) -> bytes:
    """Return what an address is counted by; nothing when it is not counted."""
    try:
        found = ip_address(address)
    except ValueError:
        return b""
    return address_key(address).encode() if found.is_global else b""
