"""What providers post: receipts, and what people answered. Public, and signed; no session, no key."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from vayro.api.dependencies import CurrentServices
from vayro.api.problems import document_problems
from vayro.campaigns.signing import HEADER
from vayro.errors import RequestError

_MAX_FIELDS = 200
_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


async def _spend(request: Request, services: CurrentServices) -> None:
    """Dependency: a budget of its own, so that receipts and strangers do not take it from each other."""
    await services.limits.count_stranger(request, "receipt")


router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], dependencies=[Depends(_spend)])

_PROBLEMS = document_problems(400, 403, 404, 413, always=(422, 429, 503))
_FORM = {
    "requestBody": {
        "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": True}}}
    }
}
_RECEIPT: dict[str, Any] = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["status"],
                    "properties": {
                        "id": {"type": "string", "format": "uuid", "description": "Ours, as it was posted."},
                        "provider_message_id": {"type": "string", "description": "Yours; one of the two is needed."},
                        "status": {"enum": ["sent", "delivered", "failed"]},
                        "error": {"type": "string"},
                        "code": {"type": "string", "description": "`opted_out`: they want no messages."},
                        "cost_micros": {"type": "integer", "minimum": 0},
                    },
                }
            }
        }
    }
}
_ANSWER: dict[str, Any] = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["from", "body"],
                    "properties": {"from": {"type": "string", "description": "E.164."}, "body": {"type": "string"}},
                }
            }
        }
    }
}
TwilioSignature = Annotated[str, Header(alias="X-Twilio-Signature", max_length=500)]
GatewaySignature = Annotated[str, Header(alias=HEADER, max_length=1_000)]


@router.post("/receipts/twilio", summary="Hear of a message from Twilio", status_code=204, responses=_PROBLEMS,
             openapi_extra=_FORM)  # fmt: skip
async def take_twilio_receipt(
    request: Request,
    services: CurrentServices,
    signature: TwilioSignature = "",
    message: Annotated[str, Query(max_length=100, description="Our identifier of the message.")] = "",
) -> Response:
    """Take a status callback over; one that is late, or of a message that nobody knows, changes nothing."""
    form = await _read_form(request)
    await services.sending.receipts.take_twilio(_address(request), form, signature, message)
    return Response(status_code=204)


@router.post("/inbound/twilio", summary="Hear what somebody answered, from Twilio", responses={
    200: {"description": "TwiML that answers nothing.", "content": {"text/xml": {"schema": {"type": "string"}}}},
    **_PROBLEMS,
}, response_class=Response, openapi_extra=_FORM)  # fmt: skip
async def hear_twilio_answer(request: Request, services: CurrentServices, signature: TwilioSignature = "") -> Response:
    """Note STOP and its kin, and what takes it back; other answers change nothing and are not kept."""
    form = await _read_form(request)
    await services.sending.receipts.hear_twilio(_address(request), form, signature)
    return Response(_TWIML, media_type="text/xml")


@router.post("/receipts/gateway", summary="Hear of a message from the gateway", status_code=204, responses=_PROBLEMS,
             openapi_extra=_RECEIPT)  # fmt: skip
async def take_gateway_receipt(
    request: Request, services: CurrentServices, signature: GatewaySignature = ""
) -> Response:
    """Take a receipt over; one that is late, or of a message that nobody knows, changes nothing."""
    await services.sending.receipts.take_gateway(await request.body(), signature)
    return Response(status_code=204)


@router.post("/inbound/gateway", summary="Hear what somebody answered, from the gateway", status_code=204,
             responses=_PROBLEMS, openapi_extra=_ANSWER)  # fmt: skip
async def hear_gateway_answer(
    request: Request, services: CurrentServices, signature: GatewaySignature = ""
) -> Response:
    """Note STOP and its kin, and what takes it back; other answers change nothing and are not kept."""
    await services.sending.receipts.hear_gateway(await request.body(), signature)
    return Response(status_code=204)


async def _read_form(request: Request) -> Mapping[str, str]:
    body = await request.body()
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError:
        raise RequestError("The body is no form.") from None


def _address(request: Request) -> str:
    """What follows the host in the address that was signed."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
