"""Over HTTP: what providers post, numbers that want nothing, and reports."""

import csv
import io
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from twilio.request_validator import RequestValidator

from tests.api.conftest import House, client
from tests.api.test_links import assert_problem
from tests.campaigns.sending_data import ago, make_businesses, make_campaign, make_messages, message_of, phone_of
from tests.processes import vayro
from tests.servers import free_port
from vayro.campaigns.signing import HEADER, sign
from vayro.settings import Settings

TOKEN, SECRET, PUBLIC = "twilio's token", "a secret of the gateway", "https://app.example.com"


@pytest.fixture(scope="module")
def public_url(settings: Settings) -> Iterator[str]:
    """An API that has both providers, behind a proxy under another name."""
    named = {"twilio_auth_token": TOKEN, "sms_gateway_secret": SECRET, "dashboard_url": PUBLIC}
    with vayro("api", settings, api_port=free_port(), **named) as process:
        yield process.url


async def make_sent(house: House) -> UUID:
    [one] = await make_businesses(
        house.team.database, house.team.workspace_id, 1, phone=phone_of(time.time_ns() % 10**7)
    )
    campaign_id = await make_campaign(house.team.database, house.team.workspace_id)
    [made] = await make_messages(house.team.database, campaign_id, [one], status="sent", sent_at=ago(9))
    return made


async def test_a_signed_receipt_is_taken_and_a_forged_one_is_not(house: House, public_url: str) -> None:
    message_id = await make_sent(house)
    body = orjson.dumps({"id": str(message_id), "status": "delivered"})
    path = "/v1/campaigns/receipts/gateway"
    async with httpx.AsyncClient(base_url=public_url, verify=False, timeout=30) as provider:
        forged = await provider.post(path, content=body, headers={HEADER: sign(body, "x" * 16)})
        assert_problem(forged, 403, "forbidden")
        assert_problem(await provider.post(path, content=body), 403, "forbidden")
        # As a browser of another site would send it: who signed it decides, not where it comes from.
        headers = {HEADER: sign(body, SECRET), "Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        for _ in range(2):
            assert (await provider.post(path, content=body, headers=headers)).status_code == 204
    assert (await message_of(house.team.database, message_id)).status == "delivered"


async def test_twilio_signs_the_address_by_which_the_world_knows_us(house: House, public_url: str) -> None:
    message_id = await make_sent(house)
    path = f"/v1/campaigns/receipts/twilio?message={message_id}"
    form = {"MessageSid": f"SM{uuid4().hex}", "MessageStatus": "delivered", "Body": "ä & b"}
    async with httpx.AsyncClient(base_url=public_url, verify=False, timeout=30) as twilio:
        for base, status in ((public_url, 403), (PUBLIC, 204)):
            signature = RequestValidator(TOKEN).compute_signature(f"{base}{path}", form)
            answer = await twilio.post(path, data=form, headers={"X-Twilio-Signature": signature})
            assert answer.status_code == status
        inbound = "/v1/campaigns/inbound/twilio"
        heard = {"From": "+14155550123", "Body": "Hello"}
        signature = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{inbound}", heard)
        answer = await twilio.post(inbound, data=heard, headers={"X-Twilio-Signature": signature})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        assert answer.text.endswith("<Response/>")
    assert (await message_of(house.team.database, message_id)).status == "delivered"


async def test_where_no_provider_is_set_up_nobody_is_listened_to(nobody: httpx.AsyncClient) -> None:
    for path in ("receipts/twilio", "inbound/twilio", "receipts/gateway", "inbound/gateway"):
        assert_problem(await nobody.post(f"/v1/campaigns/{path}", content=b"a=b"), 404, "not_found")


async def test_a_number_is_noted_shown_and_taken_back(house: House) -> None:
    async with client(house.url, house.keys["owner"]) as api:
        made = await api.post("/v1/opt-outs", json={"phone": "+49 (30) 901-820"})
        assert made.status_code == 201
        assert (made.json()["phone"], made.json()["source"]) == ("+4930901820", "manual")
        assert (await api.post("/v1/opt-outs", json={"phone": "+4930901820"})).json() == made.json()
        assert (await api.get("/v1/opt-outs")).json() == {"data": [made.json()], "next_cursor": None}
        assert (await api.delete("/v1/opt-outs/+4930901820")).status_code == 204
        assert_problem(await api.delete("/v1/opt-outs/+4930901820"), 404, "not_found")
        for wrong in ("12", "hello", "\0", "\ud800", "+1" + "2" * 40):
            content = b'{"phone": "\\ud800"}' if wrong == "\ud800" else orjson.dumps({"phone": wrong})
            json = {"Content-Type": "application/json"}
            assert_problem(await api.post("/v1/opt-outs", content=content, headers=json), 422, "validation_failed")


async def test_who_answered_stop_is_shown_to_those_who_know_the_number_and_stays_out(
    house: House, public_url: str, ada: httpx.AsyncClient
) -> None:
    message_id = await make_sent(house)
    phone = (await message_of(house.team.database, message_id)).phone
    body = orjson.dumps({"from": phone, "body": "STOP"})
    async with httpx.AsyncClient(base_url=public_url, verify=False, timeout=30) as gateway:
        path, headers = "/v1/campaigns/inbound/gateway", {HEADER: sign(body, SECRET)}
        assert (await gateway.post(path, content=body, headers=headers)).status_code == 204
    async with client(house.url, house.keys["owner"]) as api:
        [seen] = (await api.get("/v1/opt-outs")).json()["data"]
        assert (seen["phone"], seen["source"], seen["keyword"]) == (phone, "keyword", "STOP")
        assert_problem(await api.delete(f"/v1/opt-outs/{phone}"), 403, "forbidden")
    assert (await ada.get("/v1/opt-outs")).json()["data"] == []
    assert_problem(await ada.delete(f"/v1/opt-outs/{phone}"), 404, "not_found")


async def test_numbers_come_in_pages(house: House) -> None:
    numbers = [f"+4930901{number}" for number in range(820, 825)]
    async with client(house.url, house.keys["owner"]) as api:
        for number in numbers:
            assert (await api.post("/v1/opt-outs", json={"phone": number})).status_code == 201
        seen, cursor = [], ""
        while cursor is not None:
            page = (await api.get("/v1/opt-outs", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
            seen += [one["phone"] for one in page["data"]]
            cursor = page["next_cursor"]
    assert seen == numbers[::-1]


async def test_reports_are_json_and_files(house: House) -> None:
    message_id = await make_sent(house)
    row = await message_of(house.team.database, message_id)
    async with client(house.url, house.keys["viewer"]) as api:
        for path in ("campaigns/report", f"campaigns/{row.campaign_id}/report", f"businesses/{row.business_id}/report"):
            told = (await api.get(f"/v1/{path}")).json()
            assert (told["sent"], told["clicks"], told["currency"], told["next_cursor"]) == (1, 0, "USD", None)
            assert [one["business_id"] for one in told["businesses"]] == [str(row.business_id)]
            file = await api.get(f"/v1/{path}", params={"format": "csv"})
            assert file.headers["content-type"] == "text/csv; charset=utf-8"
            [line] = csv.DictReader(io.StringIO(file.text))
            assert (line["business_id"], line["sent"]) == (str(row.business_id), "1")
        early = {"from": "2020-01-01T00:00:00Z", "to": "2020-02-01T00:00:00Z"}
        assert (await api.get("/v1/campaigns/report", params=early)).json()["sent"] == 0
        assert_problem(await api.get(f"/v1/campaigns/{uuid4()}/report"), 404, "not_found")
