"""Twilio, by its own library, over our way out. Imported only where it is used: the library is large.

Twilio has no idempotency for messages. What was asked and not answered is looked for in its list of messages to that
number; what is not found there is `unknown` and is never sent again by itself.
"""

import base64
import datetime as dt
import logging
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response as TwilioResponse
from twilio.rest import Client

from vayro.campaigns.providers.gateway import NEVER_ASKED
from vayro.campaigns.providers.port import Accepted, Outgoing, Refused, TryLater, Unsure
from vayro.egress.client import EgressClient, open_egress
from vayro.egress.refusals import NotFetched
from vayro.errors import SettingsError
from vayro.settings import Settings

RECEIPTS = "/v1/campaigns/receipts/twilio"
OPTED_OUT = 21610
_TOO_MANY = frozenset({20429, 14107, 30022})
_MISCONFIGURED = frozenset({401, 403, 404})
# Of one number, newest first: it is written to a few times a year.
_LISTED = 50
_CLOCKS = dt.timedelta(minutes=2)
MICROS = 1_000_000


class _Egress(AsyncHttpClient):  # type: ignore[misc]  # the library has no types
    """The library's requests, through the one way out: neither `aiohttp` nor proxies of the environment."""

    def __init__(self, egress: EgressClient) -> None:
        super().__init__(logging.getLogger("vayro.twilio"), is_async=True)
        self._egress = egress

    async def request(
        self,
        method: str,
        uri: str,
        *,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: object,
    ) -> TwilioResponse:
        url = f"{uri}?{urlencode(params, doseq=True)}" if params else uri
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        if method == "GET":
            answer = await self._egress.fetch(url, headers=sent, follow=False)
        else:
            answer = await self._egress.post(url, urlencode(data or {}, doseq=True).encode(), headers=sent)
        return TwilioResponse(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)


class Twilio:
    """Hands messages to Twilio's Messages resource."""

    is_idempotent = False
    at_once = 16

    def __init__(self, settings: Settings) -> None:
        """Args: settings. Raises SettingsError when they do not name an account and a sender."""
        sid, token = settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
        sender = {"from_": settings.twilio_from, "messaging_service_sid": settings.twilio_messaging_service_sid}
        self._sender = {name: value for name, value in sender.items() if value}
        if not sid or not token or not self._sender:
            raise SettingsError(
                "Twilio needs VAYRO_TWILIO_ACCOUNT_SID, VAYRO_TWILIO_AUTH_TOKEN, and VAYRO_TWILIO_FROM or "
                "VAYRO_TWILIO_MESSAGING_SERVICE_SID."
            )
        self.seconds = settings.sms_timeout_seconds
        egress = open_egress(settings, [settings.twilio_url], seconds=self.seconds)
        self._client = Client(sid, token, http_client=_Egress(egress))
        self._client.api.base_url = settings.twilio_url
        self._currency = settings.currency
        # Twilio refuses a callback that nobody outside can reach; without receipts a message stays `sent`.
        is_public = settings.resolved_dashboard_url.startswith("https://")
        self._receipts = f"{settings.resolved_dashboard_url}{RECEIPTS}" if is_public else ""

    async def send(self, message: Outgoing) -> Accepted:
        """Hand a message over. Raises Refused, Unsure and TryLater."""
        wanted: dict[str, Any] = {"to": message.phone, "body": message.body, **self._sender}
        if self._receipts:
            wanted["status_callback"] = f"{self._receipts}?message={message.id}"
        try:
            made = await self._client.messages.create_async(**wanted)
        except NEVER_ASKED as error:
            raise TryLater(f"Twilio cannot be reached: {error}", seconds=5, is_for_all=True) from error
        except NotFetched as error:
            raise Unsure(f"Twilio was asked, and its answer was lost: {error}") from error
        except (TwilioRestException, TwilioServiceException) as error:
            raise _translate(error) from error
        except (TwilioException, ValueError, KeyError, TypeError) as error:
            raise Unsure("Twilio answered with what cannot be read.") from error
        if not isinstance(made.sid, str) or not made.sid:
            raise Unsure("Twilio answered without naming the message.")
        return Accepted(made.sid[:100], cost_of(made.price, made.price_unit, self._currency))

    async def find(self, message: Outgoing, since: dt.datetime) -> Accepted | None:
        """Return the message that Twilio took for this number, with this very text, since then."""
        try:
            found = await self._client.messages.list_async(to=message.phone, limit=_LISTED, page_size=_LISTED)
        except (NotFetched, TwilioException, ValueError, KeyError, TypeError):
            return None
        for one in reversed(found):  # the oldest first
            created = one.date_created
            is_late = isinstance(created, dt.datetime) and created >= since - _CLOCKS
            if is_late and one.body == message.body and str(one.direction).startswith("outbound"):
                return Accepted(str(one.sid)[:100], cost_of(one.price, one.price_unit, self._currency))
        return None

    async def close(self) -> None:
        """Close nothing: each request has a connection of its own."""


def cost_of(price: object, unit: object, currency: str) -> int | None:
    """Return a price of Twilio (`-0.00750`, a debit) in millionths; None when there is none, or of another currency."""
    try:
        amount = abs(Decimal(str(price)))
    except InvalidOperation:
        return None
    if str(unit).upper() != currency or not amount.is_finite() or amount > MICROS:
        return None
    return int(amount * MICROS)


def _translate(error: TwilioRestException | TwilioServiceException) -> Refused | Unsure | TryLater:
    """Return what an answer of Twilio's means. Its text repeats the number, and is not kept; the code tells all."""
    status, code = int(error.status), int(error.code or 0)
    reason = f"Twilio answered {status}" + (f" with its error {code}." if code != status else ".")
    if status in (429, 503) or code in _TOO_MANY:
        return TryLater(reason, seconds=2, is_for_all=True)
    if status >= 500:
        return Unsure(reason)
    if status in _MISCONFIGURED:
        return TryLater(reason, seconds=60, is_for_all=True)
    return Refused(reason, is_opted_out=code == OPTED_OUT)
