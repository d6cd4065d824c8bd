"""Asking an endpoint that speaks OpenAI's chat completions, by its own client, and how what it said is counted."""

import json
import math
from typing import Any, Self

import msgspec

from vayro.settings import Settings

MAX_ANSWER_BYTES = 1 << 20
RETRIES = 2
_CHARACTERS_PER_TOKEN = 3
"""Less than most languages need, so that an estimate is rather too high."""


class NoWriting(Exception):
    """The endpoint gives no answer that could be used; the message says why, in a few words for people."""


class Said(msgspec.Struct, frozen=True):
    """One answer, and what it cost."""

    text: str
    cost_micros: int


class Endpoint:
    """Where the model is. Use as an async context manager."""

    def __init__(self, settings: Settings) -> None:
        """Args: settings, which name it, its model and its prices."""
        # 0.4 s and 30 MB, for who has an AI writer and uses it.
        from openai import AsyncOpenAI  # noqa: PLC0415

        self._settings = settings
        self._takes_schema = True
        self._client = AsyncOpenAI(
            api_key=settings.ai_api_key.get_secret_value() or "none",
            base_url=settings.ai_base_url,
            timeout=settings.ai_timeout_seconds,
            max_retries=RETRIES,
        )

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close its connections."""
        await self._client.close()

    async def ask(self, messages: list[dict[str, str]], schema: dict[str, Any], key: str) -> Said:
        """Return the model's answer. Raises NoWriting.

        Args: key, the same for each try of one question: an endpoint that knows it does not write twice.
        """
        import openai  # noqa: PLC0415

        try:
            return await self._ask(messages, schema, key)
        except openai.BadRequestError as error:
            if not self._takes_schema:
                raise NoWriting(f"the endpoint refused the request ({error.status_code})") from None
            self._takes_schema = False  # many endpoints know no schemas, and say so with a 400
            return await self.ask(messages, schema, f"{key}-plain")
        except openai.APITimeoutError:
            raise NoWriting("the endpoint did not answer in time") from None
        except openai.APIConnectionError:
            raise NoWriting("the endpoint could not be reached") from None
        except openai.RateLimitError:
            raise NoWriting("the endpoint takes no more requests at present (429)") from None
        except openai.APIStatusError as error:
            raise NoWriting(f"the endpoint answered with an error ({error.status_code})") from None
        except openai.OpenAIError:
            raise NoWriting("the endpoint's answer could not be read") from None

    def may_ask(self, messages: list[dict[str, str]], spent_micros: int) -> bool:
        """Whether one more question surely stays within what a site may cost."""
        read = sum(len(message["content"]) for message in messages) // _CHARACTERS_PER_TOKEN
        most = self._cost(read, self._settings.ai_max_tokens)
        return spent_micros + most <= self._settings.ai_max_cost_micros

    async def _ask(self, messages: list[dict[str, str]], schema: dict[str, Any], key: str) -> Said:
        form = {"response_format": {"type": "json_schema", "json_schema": schema}} if self._takes_schema else {}
        asked = self._client.chat.completions.with_streaming_response.create(
            model=self._settings.ai_model,
            messages=messages,  # type: ignore[arg-type]  # its types name each role apart
            max_tokens=self._settings.ai_max_tokens,
            extra_headers={"Idempotency-Key": key, "Accept-Encoding": "identity"},
            extra_body=form,
        )
        received = bytearray()
        async with asked as response:
            async for chunk in response.iter_bytes():
                received += chunk
                if len(received) > MAX_ANSWER_BYTES:
                    raise NoWriting("the endpoint's answer is too large")
        return self._read(bytes(received), messages)

    def _read(self, body: bytes, messages: list[dict[str, str]]) -> Said:
        try:
            document = json.loads(body)
            choice = document["choices"][0]
            text, usage = choice["message"].get("content"), document.get("usage")
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            raise NoWriting("the endpoint's answer could not be read") from None
        if choice.get("finish_reason") == "content_filter" or choice["message"].get("refusal"):
            raise NoWriting("the model refused to write")
        text = text if isinstance(text, str) else ""
        read = sum(len(message["content"]) for message in messages) // _CHARACTERS_PER_TOKEN
        return Said(
            text,
            self._cost(
                _count(usage, "prompt_tokens", read),
                _count(usage, "completion_tokens", len(text) // _CHARACTERS_PER_TOKEN),
            ),
        )

    def _cost(self, read: int, written: int) -> int:
        settings = self._settings
        return math.ceil(
            (read * settings.ai_input_price_micros + written * settings.ai_output_price_micros) / 1_000_000
        )


def _count(usage: object, name: str, otherwise: int) -> int:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and 0 <= value < 1 << 40 else otherwise
