"""What a session is called in the list of sessions: the browser and the system, as people know them."""

import asyncio
from functools import cache

from fastapi import Request

from vayro.visitor.user_agent import UserAgentReader

REMEMBERED_BYTES = 1 << 20
UNKNOWN = "an unknown browser"


async def name_browser(request: Request) -> str:
    """Return a name like `Firefox on Linux`. The first call of a process takes 0.3 s, in a thread."""
    reader = await asyncio.to_thread(_open_reader)
    device = reader.read(request.headers.get("user-agent", ""))
    if not device.browser:
        return UNKNOWN
    return f"{device.browser} on {device.os}" if device.os else device.browser


@cache
def _open_reader() -> UserAgentReader:
    return UserAgentReader(REMEMBERED_BYTES)
