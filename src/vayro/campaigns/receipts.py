"""What providers tell of messages afterwards, and what people answer them.

Receipts come late, twice and in any order, and sometimes before we have recorded that the message was handed over. So
each only ever moves a message forward: `delivered` stays, whatever else comes.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import orjson
import structlog
from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from vayro.campaigns.keywords import read_wish
from vayro.campaigns.opt_outs import opt_in_for_all, opt_out_for_all
from vayro.campaigns.signing import is_signed
from vayro.database.engine import Database
from vayro.database.models import campaign_messages
from vayro.errors import Forbidden, NotFound, RequestError
from vayro.observability import Metrics
from vayro.settings import Settings

Told = Literal["sent", "delivered", "failed"]
MAX_COST_MICROS = 1_000_000_000
# Twilio's: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
_TWILIO: Mapping[str, Told] = {
    "accepted": "sent", "scheduled": "sent", "queued": "sent", "sending": "sent", "sent": "sent",
    "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip
_TWILIO_OPTED_OUT = "21610"
# Where a message may be for a receipt to move it. What waits to be sent again after a crash is among them.
_BEFORE: Mapping[Told, tuple[str, ...]] = {
    "sent": ("queued", "sending", "unknown"),
    "delivered": ("queued", "sending", "unknown", "sent", "failed"),
    "failed": ("queued", "sending", "unknown", "sent"),
}
_E164 = re.compile(r"\+[1-9]\d{4,14}")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Receipt:
    """What a provider says of one message, named by our identifier, by the provider's, or both."""

    status: Told
    message_id: UUID | None
    provider_message_id: str
    error: str | None = None
    cost_micros: int | None = None
    is_opted_out: bool = False


class Receipts:
    """Takes receipts and answers of people. Raises NotFound where no such provider is set up, Forbidden when forged."""

    def __init__(self, settings: Settings, database: Database, metrics: Metrics) -> None:
        """Args: settings, which name the secrets."""
        self._settings = settings
        self._database = database
        self._metrics = metrics

    async def take_twilio(self, path_and_query: str, form: Mapping[str, str], signature: str, message: str) -> None:
        """Act on a status callback. Args: message, our identifier, which the callback's address carries."""
        self._check_twilio(path_and_query, form, signature)
        status = _TWILIO.get(form.get("MessageStatus", "").lower())
        sid, code = form.get("MessageSid", "")[:100], form.get("ErrorCode", "")[:10]
        if status is None or not sid:
            return
        error = f"Twilio could not deliver it: error {code}." if code.isdecimal() else "Twilio could not deliver it."
        receipt = Receipt(
            status,
            _read_id(message),
            sid,
            error if status == "failed" else None,
            is_opted_out=code == _TWILIO_OPTED_OUT,
        )
        await self._take(receipt)

    async def hear_twilio(self, path_and_query: str, form: Mapping[str, str], signature: str) -> None:
        """Act on what somebody answered, if it is one of the words that end or begin."""
        self._check_twilio(path_and_query, form, signature)
        await self._hear(form.get("From", ""), form.get("Body", ""))

    async def take_gateway(self, body: bytes, signature: str) -> None:
        """Act on a receipt of the gateway."""
        told = self._read_gateway(body, signature)
        status, name, cost = told.get("status"), told.get("provider_message_id"), told.get("cost_micros")
        if status not in ("sent", "delivered", "failed"):
            raise RequestError("The status is none of sent, delivered and failed.")
        is_cost = isinstance(cost, int) and not isinstance(cost, bool) and 0 <= cost <= MAX_COST_MICROS
        receipt = Receipt(
            status,
            _read_id(told.get("id")),
            name[:100] if isinstance(name, str) else "",
            _read_error(told.get("error")) if status == "failed" else None,
            cost if is_cost else None,
            is_opted_out=told.get("code") == "opted_out",
        )
        await self._take(receipt)

    async def hear_gateway(self, body: bytes, signature: str) -> None:
        """Act on what somebody answered, as the gateway tells it."""
        told = self._read_gateway(body, signature)
        sender, text = told.get("from"), told.get("body")
        await self._hear(sender if isinstance(sender, str) else "", text if isinstance(text, str) else "")

    def _check_twilio(self, path_and_query: str, form: Mapping[str, str], signature: str) -> None:
        token = self._settings.twilio_auth_token.get_secret_value()
        if not token:
            raise NotFound("Twilio is not set up here.")
        from twilio.request_validator import RequestValidator  # noqa: PLC0415  # for who uses it

        address = f"{self._settings.resolved_dashboard_url}{path_and_query}"
        if not RequestValidator(token).validate(address, dict(form), signature):
            raise Forbidden("The signature is not that of Twilio.")

    def _read_gateway(self, body: bytes, signature: str) -> dict[str, Any]:
        secret = self._settings.sms_gateway_secret.get_secret_value()
        if not secret:
            raise NotFound("No gateway is set up here.")
        if not is_signed(body, signature, secret):
            raise Forbidden("The signature is not that of the gateway, or too old.")
        try:
            told = orjson.loads(body)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise RequestError("The body is no JSON object.")
        return told

    async def _take(self, receipt: Receipt) -> None:
        async with self._database.transaction() as connection:
            phone, has_moved = await _apply(connection, receipt)
        if has_moved:
            self._metrics.campaign_messages.labels(receipt.status).inc()
        if phone and receipt.is_opted_out:
            await opt_out_for_all(self._database, phone, source="provider")

    async def _hear(self, sender: str, text: str) -> None:
        spoken = read_wish(text)
        if spoken is None or not _E164.fullmatch(sender):
            return
        if spoken.wish == "start":
            await opt_in_for_all(self._database, sender)
            return
        ended = await opt_out_for_all(self._database, sender, source="keyword", keyword=spoken.keyword)
        _log.info("somebody opted out", keyword=spoken.keyword, messages=ended)


async def _apply(connection: AsyncConnection, receipt: Receipt) -> tuple[str | None, bool]:
    """Return the number of the message that the receipt is about, and whether it changed what is known of it."""
    message, now = campaign_messages.c, dt.datetime.now(dt.UTC)
    found = select(message.id, message.phone).where(_names(receipt)).order_by(message.id).limit(1).with_for_update()
    row = (await connection.execute(found)).one_or_none()
    if row is None:
        return None, False
    told: dict[str, Any] = {}
    if receipt.cost_micros is not None:
        told["cost_micros"] = receipt.cost_micros
    if receipt.provider_message_id:
        told["provider_message_id"] = func.coalesce(message.provider_message_id, receipt.provider_message_id)
    if told:
        await connection.execute(update(campaign_messages).where(message.id == row.id).values(told))
    values: dict[str, Any] = {"status": receipt.status, "error": receipt.error, "updated_at": now}
    values["sent_at"] = case((message.sent_at.is_(None), now), else_=message.sent_at)
    if receipt.status == "delivered":
        values["delivered_at"] = now
    before = message.status.in_(_BEFORE[receipt.status])
    moved = await connection.execute(update(campaign_messages).where(message.id == row.id, before).values(values))
    return row.phone, bool(moved.rowcount)


def _names(receipt: Receipt) -> ColumnElement[bool]:
    """The message that it is about. Our identifier comes from an address or a body that was signed: it is believed."""
    if receipt.message_id:
        return campaign_messages.c.id == receipt.message_id
    return campaign_messages.c.provider_message_id == (receipt.provider_message_id or None)


def _read_id(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _read_error(value: object) -> str:
    said = "".join(letter for letter in str(value)[:300] if letter.isprintable()) if isinstance(value, str) else ""
    return f"The gateway could not deliver it: {said}" if said else "The gateway could not deliver it."
