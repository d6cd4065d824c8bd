"""Runs the part of a command that needs the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from vayro.cli.session import Session
    from vayro.settings import Settings

Result = TypeVar("Result")


def run(work: Callable[[Session], Awaitable[Result]]) -> Result:
    """Return what `work` returns, given services on an open database.

    Raises Unavailable when the database does not answer; it says so when the cause is a missing migration.
    """
    import asyncio

    from vayro.errors import Unavailable
    from vayro.settings import load_settings

    settings = load_settings()
    try:
        return asyncio.run(_run(settings, work))
    except Unavailable as error:
        from vayro.supervisor.diagnosis import explain_unavailable

        raise Unavailable(explain_unavailable(settings) or error.detail) from error


async def _run(settings: Settings, work: Callable[[Session], Awaitable[Result]]) -> Result:
    from vayro.cli.session import open_session

    async with open_session(settings) as session:
        return await work(session)
