"""Endless answers end with the right to them: a session that was ended, a key that was revoked, a role that changed."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from fastapi import Request

from vayro.accounts.permissions import Scope
from vayro.accounts.records import Caller
from vayro.api.authentication import recognise
from vayro.errors import Unavailable, VayroError

CHECK_SECONDS = 10.0
"""Below the pause between two comments of the live feed, so that its listeners are looked at before each."""


def while_allowed(
    pieces: AsyncGenerator[bytes, None], request: Request, caller: Caller, scope: Scope
) -> AsyncGenerator[bytes, None]:
    """Return the pieces, until the caller may not have them any more, which is looked at every ten seconds."""

    async def is_allowed() -> bool:
        try:
            now = await recognise(request, is_use=False)
        except Unavailable:
            return True  # nobody knows, and nobody loses an answer because a store is away
        except VayroError:
            return False
        return now.workspace_id == caller.workspace_id and scope in now.scopes

    return watch(pieces, is_allowed, CHECK_SECONDS)


async def watch(
    pieces: AsyncGenerator[bytes, None], is_allowed: Callable[[], Awaitable[bool]], every_seconds: float
) -> AsyncGenerator[bytes, None]:
    """Return the pieces until `is_allowed` says no, asked before a piece when that is so many seconds ago."""
    looked_at = time.monotonic()
    async with aclosing(pieces):
        async for piece in pieces:
            if time.monotonic() - looked_at >= every_seconds:
                if not await is_allowed():
                    return
                looked_at = time.monotonic()
            yield piece
