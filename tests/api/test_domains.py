"""Short domains over HTTP."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.dns_zone import DnsZone, dns_zone
from tests.processes import run_vayro
from tests.servers import free_port
from vayro.settings import Settings

DOMAIN = "links.ada.test"


@pytest.fixture(scope="module")
def settings(module_sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The API's, which asks a resolver that each test puts at this port for itself."""
    return Settings(
        _env_file=None,
        data_dir=tmp_path_factory.mktemp("domains"),
        database_url=module_sqlite_url,
        short_url_base="https://go.test",
        domain_resolver=f"127.0.0.1:{free_port()}",
        api_port=free_port(),
    )


@pytest.fixture
async def zone(settings: Settings) -> AsyncIterator[DnsZone]:
    async with dns_zone(int(settings.domain_resolver.rpartition(":")[2])) as opened:
        yield opened


async def test_from_claim_to_certificate_to_links(
    ada: httpx.AsyncClient, nobody: httpx.AsyncClient, zone: DnsZone
) -> None:
    claimed = await ada.post("/v1/domains", json={"domain": "Links.Ada.test"})
    assert claimed.status_code == 201, claimed.text
    proof = claimed.json()["proof"]
    assert proof["name"] == f"_vayro.{DOMAIN}"
    assert not claimed.json()["is_verified"]
    assert (await nobody.get("/internal/domain-check", params={"domain": DOMAIN})).status_code == 404
    assert (await ada.post(f"/v1/domains/{DOMAIN}/verify")).status_code == 422
    zone.set_txt(proof["name"], proof["value"])
    assert (await ada.post(f"/v1/domains/{DOMAIN}/verify")).json()["is_verified"]
    assert (await nobody.get("/internal/domain-check", params={"domain": DOMAIN})).status_code == 200
    changed = await ada.patch(f"/v1/domains/{DOMAIN}", json={"is_default": True, "root_url": "https://example.com"})
    assert changed.json()["root_url"] == "https://example.com/"
    link = (await ada.post("/v1/links", json={"target_url": "https://example.com/a"})).json()
    assert link["short_url"] == f"https://{DOMAIN}/{link['short_code']}"
    assert [found["domain"] for found in (await ada.get("/v1/domains")).json()["data"]] == [DOMAIN]
    assert (await ada.delete(f"/v1/domains/{DOMAIN}")).status_code == 422
    await ada.delete(f"/v1/links/{link['id']}")
    assert (await ada.delete(f"/v1/domains/{DOMAIN}")).status_code == 204


async def test_another_workspaces_domain_does_not_exist(ada: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    assert (await ada.post("/v1/domains", json={"domain": "ada.test"})).status_code == 201
    answers = [
        await bob.get("/v1/domains/ada.test"),
        await bob.patch("/v1/domains/ada.test", json={"is_default": False}),
        await bob.post("/v1/domains/ada.test/verify"),
        await bob.delete("/v1/domains/ada.test"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4


@pytest.mark.parametrize(("domain", "status"), [("go.test", 200), ("GO.test.", 200), ("example.com", 404), ("", 404)])
async def test_domain_check(nobody: httpx.AsyncClient, domain: str, status: int) -> None:
    assert (await nobody.get("/internal/domain-check", params={"domain": domain})).status_code == status


async def test_the_operator_adds_and_removes(settings: Settings, ada: httpx.AsyncClient) -> None:
    added = await asyncio.to_thread(run_vayro, settings, "domains", "add", "all.test")
    assert added.returncode == 0, added.stderr
    link = await ada.post("/v1/links", json={"target_url": "https://example.com/", "domain": "all.test"})
    assert link.status_code == 201
    refused = await asyncio.to_thread(run_vayro, settings, "domains", "remove", "all.test")
    assert (refused.returncode, "has links" in refused.stderr) == (1, True)
    await ada.delete(f"/v1/links/{link.json()['id']}")
    removed = await asyncio.to_thread(run_vayro, settings, "domains", "remove", "all.test")
    assert removed.returncode == 0, removed.stderr
