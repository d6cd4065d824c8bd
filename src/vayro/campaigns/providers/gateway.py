"""The provider that is any HTTP service: one signed POST a message, answered with JSON."""

import datetime as dt
from typing import Any

import orjson

from vayro.campaigns.providers.port import Accepted, Outgoing, Refused, TryLater, Unsure
from vayro.campaigns.signing import HEADER, sign
from vayro.egress.client import open_egress
from vayro.egress.exchange import Response
from vayro.egress.refusals import ForbiddenAddress, ForbiddenUrl, NoAddress, NotConnected, NotFetched
from vayro.errors import SettingsError
from vayro.settings import Settings

NEVER_ASKED = (NotConnected, NoAddress, ForbiddenAddress, ForbiddenUrl)
OPTED_OUT = "opted_out"
_BUSY = frozenset({408, 425, 429, 503})
# Not the message's fault: the operator has to mend something, and no other message would fare better.
_MISCONFIGURED = frozenset({401, 403, 404, 405})
_MAX_COST_MICROS = 1_000_000_000


class Gateway:
    """Posts messages to the address of the settings."""

    at_once = 16

    def __init__(self, settings: Settings) -> None:
        """Args: settings. Raises SettingsError when they name no gateway."""
        self._url = settings.sms_gateway_url
        self._secret = settings.sms_gateway_secret.get_secret_value()
        if not self._url or not self._secret:
            raise SettingsError("The gateway needs VAYRO_SMS_GATEWAY_URL and VAYRO_SMS_GATEWAY_SECRET.")
        self.is_idempotent = settings.sms_gateway_idempotent
        self.seconds = settings.sms_timeout_seconds
        self._egress = open_egress(settings, [self._url], seconds=self.seconds)

    async def send(self, message: Outgoing) -> Accepted:
        """Hand a message over. Raises Refused, Unsure and TryLater."""
        body = orjson.dumps(
            {"id": str(message.id), "to": message.phone, "body": message.body, "segments": message.segments}
        )
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Vayro",
            "Idempotency-Key": str(message.id),
            HEADER: sign(body, self._secret),
        }
        try:
            answer = await self._egress.post(self._url, body, headers=headers)
        except NEVER_ASKED as error:
            raise TryLater(f"The gateway cannot be reached: {error}", seconds=5, is_for_all=True) from error
        except NotFetched as error:
            raise Unsure(f"The gateway was asked, and its answer was lost: {error}") from error
        return _judge(answer)

    async def find(self, message: Outgoing, since: dt.datetime) -> Accepted | None:
        """Return nothing: no gateway is asked for what it was handed."""
        del message, since
        return None

    async def close(self) -> None:
        """Close nothing: each request has a connection of its own."""


def _judge(answer: Response) -> Accepted:
    told = _read(answer.body)
    if 200 <= answer.status < 300:
        name, cost = told.get("id"), told.get("cost_micros")
        is_cost = isinstance(cost, int) and not isinstance(cost, bool) and 0 <= cost <= _MAX_COST_MICROS
        return Accepted(name[:100] if isinstance(name, str) else "", cost if is_cost else None)
    reason = _reason(told, answer.status)
    if answer.status in _BUSY:
        raise TryLater(reason, seconds=read_seconds(answer.headers.get("retry-after", "")), is_for_all=True)
    if answer.status in _MISCONFIGURED:
        raise TryLater(reason, seconds=60, is_for_all=True)
    if answer.status >= 500:
        raise Unsure(reason)
    raise Refused(reason, is_opted_out=told.get("code") == OPTED_OUT)


def read_seconds(retry_after: str) -> float:
    """Return what a header `Retry-After` says, a second when it says nothing that can be read."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 6 else 1.0


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _reason(told: dict[str, Any], status: int) -> str:
    detail = told.get("detail") or told.get("error")
    said = f": {_clean(detail)}" if isinstance(detail, str) and detail else "."
    return f"The gateway answered {status}{said}"


def _clean(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:300])
