"""Who may do what, at every address of the API: made from the OpenAPI document, so that no route can be forgotten.

A new route fails `test_every_route_is_in_the_table` until it stands there. Then the other tests call it: without a
credential, without its scope, in each role, and with what belongs to another workspace.
"""

import contextlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import insert

from tests.accounts.people import make_team
from tests.api.conftest import House, client
from tests.api.signing_in import browser, make_person, session_of, sign_in
from tests.campaigns.rows import make_campaign
from tests.factories import make_click, now
from vayro.accounts.permissions import ALL_SCOPES, ROLE_SCOPES, ROLES, SCOPES
from vayro.api.app import build_app
from vayro.database.models import domains
from vayro.settings import Settings

PUBLIC = "public"
ANY = "any"
PERSON = "person"

# PUBLIC: nobody is asked who they are. ANY: whoever belongs to the workspace. PERSON: for who is signed in; a key is
# refused. ADMIN_KEY: as PERSON, or a key with the scope admin. All others name the scope that is needed.
ADMIN_KEY = "person or admin"
ENDLESS = {"GET /v1/analytics/live", "GET /v1/sites/progress", "GET /v1/campaigns/progress"}
TABLE = {
    "POST /v1/links": "links:write",
    "GET /v1/links": "links:read",
    "PUT /v1/links/canonical": "links:write",
    "POST /v1/links/bulk": "links:write",
    "PATCH /v1/links/bulk": "links:write",
    "POST /v1/links/bulk/delete": "links:write",
    "POST /v1/links/bulk/restore": "links:write",
    "POST /v1/links/check": "links:write",
    "POST /v1/links/unfurl": "links:write",
    "GET /v1/links/export": "links:read",
    "GET /v1/tags": "links:read",
    "GET /v1/utm-templates": "links:read",
    "POST /v1/utm-templates": "links:write",
    "PATCH /v1/utm-templates/{template_id}": "links:write",
    "DELETE /v1/utm-templates/{template_id}": "links:write",
    "GET /v1/links/{link_id}": "links:read",
    "PATCH /v1/links/{link_id}": "links:write",
    "DELETE /v1/links/{link_id}": "links:write",
    "POST /v1/links/{link_id}/restore": "links:write",
    "GET /v1/links/{link_id}/qr": "links:read",
    "GET /v1/links/{link_id}/check": "links:read",
    "GET /v1/businesses": "sites:read",
    "POST /v1/businesses": "sites:write",
    "POST /v1/businesses/bulk": "sites:write",
    "GET /v1/businesses/categories": "sites:read",
    "GET /v1/businesses/export": "sites:read",
    "GET /v1/businesses/{business_id}": "sites:read",
    "PATCH /v1/businesses/{business_id}": "sites:write",
    "DELETE /v1/businesses/{business_id}": "sites:write",
    "GET /v1/sites": "sites:read",
    "POST /v1/sites": "sites:write",
    "POST /v1/sites/bulk": "sites:write",
    "GET /v1/sites/designs": "sites:read",
    "GET /v1/sites/settings": "sites:read",
    "GET /v1/sites/progress": "sites:read",
    "GET /v1/sites/{site_id}": "sites:read",
    "PATCH /v1/sites/{site_id}": "sites:write",
    "DELETE /v1/sites/{site_id}": "sites:write",
    "POST /v1/sites/{site_id}/regenerate": "sites:write",
    "POST /v1/sites/{site_id}/verify-domain": "sites:write",
    "GET /v1/sites/{site_id}/html": "sites:read",
    "POST /v1/sites/{site_id}/render": "sites:write",
    "GET /v1/links/{link_id}/share": "analytics:read",
    "PUT /v1/links/{link_id}/share": "links:write",
    "DELETE /v1/links/{link_id}/share": "links:write",
    "GET /v1/shared": PUBLIC,
    "GET /v1/analytics": "analytics:read",
    "GET /v1/analytics/live": "analytics:read",
    "GET /v1/analytics/export": "analytics:read",
    "GET /v1/analytics/{link_id}/export": "analytics:read",
    "GET /v1/analytics/{link_id}": "analytics:read",
    "GET /v1/analytics/{link_id}/events": "analytics:read",
    "POST /v1/campaigns/preview-sms": "campaigns:read",
    "POST /v1/campaigns/audience": "campaigns:read",
    "POST /v1/campaigns": "campaigns:write",
    "GET /v1/campaigns": "campaigns:read",
    "GET /v1/campaigns/progress": "campaigns:read",
    "GET /v1/campaigns/{campaign_id}": "campaigns:read",
    "PATCH /v1/campaigns/{campaign_id}": "campaigns:write",
    "POST /v1/campaigns/{campaign_id}/pause": "campaigns:write",
    "POST /v1/campaigns/{campaign_id}/resume": "campaigns:write",
    "POST /v1/campaigns/{campaign_id}/cancel": "campaigns:write",
    "GET /v1/campaigns/{campaign_id}/messages": "campaigns:read",
    "GET /v1/campaigns/report": "campaigns:read",
    "GET /v1/campaigns/{campaign_id}/report": "campaigns:read",
    "GET /v1/businesses/{business_id}/report": "campaigns:read",
    "POST /v1/campaigns/receipts/twilio": PUBLIC,
    "POST /v1/campaigns/inbound/twilio": PUBLIC,
    "POST /v1/campaigns/receipts/gateway": PUBLIC,
    "POST /v1/campaigns/inbound/gateway": PUBLIC,
    "GET /v1/opt-outs": "campaigns:read",
    "POST /v1/opt-outs": "campaigns:write",
    "DELETE /v1/opt-outs/{phone}": "campaigns:write",
    "GET /v1/workspace": ANY,
    "PATCH /v1/workspace": "admin",
    "POST /v1/workspaces": ADMIN_KEY,
    "POST /v1/workspace/leave": PERSON,
    "GET /v1/workspace/members": "admin",
    "PATCH /v1/workspace/members/{user_id}": "admin",
    "DELETE /v1/workspace/members/{user_id}": "admin",
    "GET /v1/invitations": "admin",
    "POST /v1/invitations": "admin",
    "DELETE /v1/invitations/{invitation_id}": "admin",
    "POST /v1/invitations/accept": PERSON,
    "GET /v1/keys": "admin",
    "POST /v1/keys": "admin",
    "DELETE /v1/keys/{key_id}": "admin",
    "GET /v1/audit": "admin",
    "GET /v1/domains": "links:read",
    "POST /v1/domains": "admin",
    "GET /v1/domains/{domain}": "links:read",
    "PATCH /v1/domains/{domain}": "admin",
    "DELETE /v1/domains/{domain}": "admin",
    "POST /v1/domains/{domain}/verify": "admin",
    "GET /internal/domain-check": PUBLIC,
    "GET /v1/auth/methods": PUBLIC,
    "POST /v1/auth/sign-in": PUBLIC,
    "POST /v1/auth/sign-in/code": PUBLIC,
    "POST /v1/auth/sign-up": PUBLIC,
    "POST /v1/auth/verify-email": PUBLIC,
    "POST /v1/auth/sign-out": PUBLIC,
    "POST /v1/auth/password/forgotten": PUBLIC,
    "POST /v1/auth/password/reset": PUBLIC,
    "POST /v1/auth/oidc/start": PUBLIC,
    "POST /v1/auth/oidc/link": PERSON,
    "POST /v1/auth/oidc/unlink": PERSON,
    "GET /v1/auth/oidc/callback": PUBLIC,
    "POST /v1/auth/sign-out-everywhere": PERSON,
    "GET /v1/auth/session": ANY,
    "GET /v1/auth/sessions": PERSON,
    "DELETE /v1/auth/sessions/{session_id}": PERSON,
    "POST /v1/auth/workspace": PERSON,
    "POST /v1/auth/password": PERSON,
    "GET /v1/auth/second-factor": ANY,
    "POST /v1/auth/second-factor": PERSON,
    "POST /v1/auth/second-factor/confirm": PERSON,
    "POST /v1/auth/second-factor/off": PERSON,
    "POST /v1/auth/second-factor/recovery-codes": PERSON,
    "POST /v1/billing/checkout": "admin",
    "POST /v1/billing/portal": "admin",
    "POST /webhooks/stripe": PUBLIC,
    "GET /v1/account/export": PERSON,
    "POST /v1/account/erase": PERSON,
    "GET /health/live": PUBLIC,
    "GET /health/ready": PUBLIC,
}

# What a request must carry to reach what it asks for.
BODIES: dict[str, Any] = {
    "PATCH /v1/links/{link_id}": {"title": "stolen"},
    "PATCH /v1/utm-templates/{template_id}": {"source": "stolen"},
    "PATCH /v1/businesses/{business_id}": {"name": "stolen"},
    "PATCH /v1/sites/{site_id}": {"subdomain": "stolen"},
    "POST /v1/sites/{site_id}/regenerate": {"brief": "stolen"},
    "POST /v1/sites/{site_id}/render": {},
    "PATCH /v1/campaigns/{campaign_id}": {"name": "stolen"},
    "PATCH /v1/workspace/members/{user_id}": {"role": "viewer"},
    "PATCH /v1/domains/{domain}": {"root_url": "https://example.com/"},
    "POST /v1/workspaces": {"name": "further"},
    "POST /v1/invitations/accept": {"token": "x" * 43},
    "POST /v1/auth/password": {"current_password": "correct horse", "new_password": "battery staple 7"},
    "POST /v1/auth/oidc/link": {"password": "correct horse"},
    "POST /v1/auth/oidc/unlink": {"password": "correct horse"},
    "POST /v1/auth/second-factor": {"password": "correct horse"},
    "POST /v1/auth/second-factor/confirm": {"code": "123456"},
    "POST /v1/auth/second-factor/off": {"password": "correct horse"},
    "POST /v1/auth/second-factor/recovery-codes": {"password": "correct horse"},
    "POST /v1/account/erase": {"password": "correct horse"},
}


@dataclass
class Belongings:
    """What a workspace has: identifiers by the name of the parameter, and words that nobody else may read."""

    ids: dict[str, str]
    words: list[str]
    workspace_id: str
    invitation_token: str


@pytest.fixture
async def neighbours(house: House, settings: Settings) -> Belongings:
    """Another workspace, which has one of everything; and somebody who is signed in elsewhere."""
    database = house.team.database
    team = await make_team(database)
    domain = f"go-{uuid4()}.test"
    async with database.transaction() as connection:
        row = {"name": domain, "workspace_id": team.workspace_id, "created_at": now(), "verified_at": now()}
        await connection.execute(insert(domains).values(row))
    scopes = ["admin", "links:write", "links:read", "sites:write", "campaigns:write"]
    made = await team.accounts.keys.issue(team["owner"], "neighbours-key", scopes)
    invited = await team.invitations.invite(team["owner"], f"{uuid4()}@example.com", "viewer")
    async with client(house.url, made.secret) as api:
        target = f"https://example.com/{uuid4()}"
        named = {"title": "neighbours-link", "tags": ["neighbours-tag"]}
        link = (await api.post("/v1/links", json={"target_url": target, **named})).json()
        template = (await api.post("/v1/utm-templates", json={"name": "neighbours-template"})).json()
        business = (await api.post("/v1/businesses", json={"name": "neighbours-business"})).json()
        site = (await api.post("/v1/sites", json={"business_id": business["id"]})).json()
        opt_out = (await api.post("/v1/opt-outs", json={"phone": "+49 30 901820"})).json()
        await api.patch("/v1/workspace", json={"name": "neighbours-workspace"})
    async with browser(house.url) as page:
        session_of(await sign_in(page, email := await make_person(settings)))
        [session] = (await page.get("/v1/auth/sessions")).json()["data"]
    campaign = await make_campaign(database, team.workspace_id, name="neighbours-campaign")
    await make_click(database, link["id"], referer="https://neighbours-referer.example/")
    await team.accounts.close()
    ids = {
        "link_id": link["id"],
        "template_id": template["id"],
        "campaign_id": str(campaign.id),
        "business_id": business["id"],
        "site_id": site["id"],
        "phone": opt_out["phone"],
        "key_id": str(made.key.id),
        "user_id": str(team["member"].user_id),
        "invitation_id": str(invited.id),
        "session_id": session["id"],
        "domain": domain,
    }
    words = [*ids.values(), str(team.workspace_id), link["short_code"], target, made.key.prefix, invited.email, email]
    token = team.mails[-1].text.split("/join#")[1].split()[0]
    return Belongings(ids, [*words, "neighbours-"], str(team.workspace_id), token)


def list_operations() -> dict[str, dict[str, Any]]:
    """All operations of the document, by method and path."""
    paths = build_app(Settings(_env_file=None)).openapi()["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def test_every_route_is_in_the_table() -> None:
    assert set(list_operations()) == set(TABLE)


def test_the_document_says_what_the_table_says() -> None:
    for name, operation in list_operations().items():
        accepted = operation.get("security")
        if TABLE[name] == PUBLIC:
            assert accepted is None, name
            continue
        scopes = [TABLE[name]] if TABLE[name] in SCOPES else []
        assert accepted == [{"ApiKey": scopes}, {"Session": scopes}], name
        assert {"401", "403", "429"} <= operation["responses"].keys(), name


async def test_nobody_gets_anywhere_without_a_credential(nobody: httpx.AsyncClient, house: House) -> None:
    got_in = {}
    for name in (name for name, needed in TABLE.items() if needed != PUBLIC):
        status, body = await call(nobody, name)
        if (status, body.get("code")) != (401, "unauthenticated"):
            got_in[name] = status
    assert got_in == {}


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_key_without_the_scope_is_refused_and_told_which(house: House, scope: str) -> None:
    others = sorted(ALL_SCOPES - {scope})
    wrong = {}
    async with client(house.url, await house.issue(*others)) as api:
        for name in (name for name, needed in TABLE.items() if needed == scope):
            status, body = await call(api, name)
            if (status, body.get("code")) != (403, "forbidden") or scope not in body["detail"]:
                wrong[name] = status
    assert wrong == {}


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_key_with_the_scope_alone_gets_in(house: House, scope: str) -> None:
    refused = {}
    async with client(house.url, await house.issue(scope)) as api:
        for name in (name for name, needed in TABLE.items() if needed in (scope, ANY)):
            status, _ = await call(api, name)
            if status in (401, 403) or status >= 500:
                refused[name] = status
    assert refused == {}


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_do_what_the_table_says_and_nothing_else(house: House, role: str) -> None:
    wrong = {}
    async with client(house.url, house.keys[role]) as api:
        for name, needed in TABLE.items():
            if needed in (PUBLIC, PERSON):
                continue
            is_allowed = needed == ANY or (needed if needed in SCOPES else "admin") in ROLE_SCOPES[role]
            status, _ = await call(api, name, body=BODIES.get(name))
            if (status == 403) == is_allowed or status == 401 or status >= 500:
                wrong[name] = status
    assert wrong == {}


async def test_what_is_for_people_refuses_every_key(house: House) -> None:
    allowed = {}
    own = {"POST /v1/auth/workspace": {"workspace_id": str(house.team.workspace_id)}}
    async with client(house.url, house.keys["owner"]) as api:
        for name in (name for name, needed in TABLE.items() if needed == PERSON):
            status, _ = await call(api, name, body=(BODIES | own).get(name))
            if status != 403:
                allowed[name] = status
    assert allowed == {}


async def test_what_belongs_to_another_workspace_is_not_found(house: House, neighbours: Belongings) -> None:
    async with client(house.url, house.keys["owner"]) as api:
        assert await find_foreign(api, neighbours, [name for name in TABLE if TABLE[name] in SCOPES]) == {}


async def test_no_list_holds_anything_of_another_workspace(house: House, neighbours: Belongings) -> None:
    async with client(house.url, house.keys["owner"]) as api:
        assert await read_foreign(api, neighbours, [name for name in TABLE if TABLE[name] != PERSON]) == {}


async def test_a_session_reaches_nothing_of_another_workspace(
    house: House, settings: Settings, neighbours: Belongings
) -> None:
    async with browser(house.url) as page:
        session_of(await sign_in(page, await make_person(settings)))
        assert await find_foreign(page, neighbours, list(TABLE)) == {}
        assert await read_foreign(page, neighbours, list(TABLE)) == {}
        moved = await page.post("/v1/auth/workspace", json={"workspace_id": neighbours.workspace_id})
        joined = await page.post("/v1/invitations/accept", json={"token": neighbours.invitation_token})
        assert (moved.status_code, joined.status_code) == (404, 404)


async def find_foreign(api: httpx.AsyncClient, neighbours: Belongings, names: list[str]) -> dict[str, int]:
    """The routes that do not answer 404 to an identifier of the neighbours."""
    found = {}
    for name in (name for name in names if "{" in name and TABLE[name] != PUBLIC):
        status, body = await call(api, name, ids=neighbours.ids, body=BODIES.get(name))
        if (status, body.get("code")) != (404, "not_found"):
            found[name] = status
    return found


async def read_foreign(api: httpx.AsyncClient, neighbours: Belongings, names: list[str]) -> dict[str, list[str]]:
    """The routes without an identifier whose answer holds a word of the neighbours."""
    told = {}
    for name in (name for name in names if name.startswith("GET ") and "{" not in name):
        if TABLE[name] != PUBLIC and name not in ENDLESS:
            answer = await api.get(name.removeprefix("GET "))
            assert answer.status_code == 200, name
            told[name] = [word for word in neighbours.words if word in answer.text]
    assert len(told) >= 8
    return {name: words for name, words in told.items() if words}


async def call(
    api: httpx.AsyncClient, name: str, *, ids: dict[str, str] | None = None, body: Any = None
) -> tuple[int, dict[str, Any]]:
    """Send a request; return the status, and the body where it is a problem document. Streams are not read."""
    method, path = name.split(" ")
    address = re.sub(r"\{(\w+)\}", lambda match: ids[match[1]] if ids else str(uuid4()), path)
    sent = {"json": body} if body is not None else {}
    async with contextlib.aclosing(await api.send(api.build_request(method, address, **sent), stream=True)) as answer:
        is_problem = "problem+json" in answer.headers.get("content-type", "")
        if is_problem:
            await answer.aread()
        return answer.status_code, answer.json() if is_problem else {}
