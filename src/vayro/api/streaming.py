"""Answers that are sent while they are made."""

import asyncio
from collections.abc import AsyncGenerator

from fastapi.responses import StreamingResponse
from starlette.types import Send

# A client that takes nothing for so long is not there any more, or means harm.
SEND_SECONDS = 30


class Stream(StreamingResponse):
    """A streaming answer that closes what it reads from, and gives up on a client that takes nothing.

    Starlette leaves a generator that was cancelled between two pieces to the garbage collector.
    """

    body_iterator: AsyncGenerator[bytes, None]

    async def stream_response(self, send: Send) -> None:
        """Send the head and all pieces. Raises TimeoutError when a piece is not taken; uvicorn then hangs up."""
        head = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        try:
            await send(head)
            async for piece in self.body_iterator:
                body = {"type": "http.response.body", "body": piece, "more_body": True}
                await asyncio.wait_for(send(body), SEND_SECONDS)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            await self.body_iterator.aclose()
