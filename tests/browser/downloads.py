"""What a page gave the browser to save."""

import asyncio
from pathlib import Path

from playwright.async_api import Download


async def read(download: Download) -> str:
    """Return the text of a saved file, without a byte order mark."""
    path = Path(await download.path())
    return await asyncio.to_thread(path.read_text, encoding="utf-8-sig")
