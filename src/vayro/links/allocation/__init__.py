"""Where generated short codes come from: one port, three allocators.

CodeAllocator
├── CounterAllocator     blocks of a counter in the database, the default
├── PoolAllocator        ready codes in Redis, filled from the counter; falls back to it
└── SnowflakeAllocator   time + leased node + sequence: the database is asked once a minute

Each keeps a reserve in memory that is refilled before it is empty. A process that dies takes its reserve with it:
losing codes leaves gaps, and no code is ever given out twice.
"""

from vayro.links.allocation.port import CodeAllocator
from vayro.links.allocation.wiring import build_allocator

__all__ = ["CodeAllocator", "build_allocator"]
