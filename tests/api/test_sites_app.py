"""Sites by Host, from the process that serves them, and at `/s/` of the Dashboard API."""

import datetime as dt
import gzip
import http.client
import re
from typing import Any

import httpx
import pytest

from tests.observability.pages import read_sample
from tests.processes import vayro
from tests.sites.site_rows import PAGE, make_site
from vayro.api.sites_app import SitesApp, read_host
from vayro.database.engine import open_database
from vayro.observability import get_metrics
from vayro.sites.address import PageKey, SiteAddresses
from vayro.sites.pages import POLICY

DOMAIN = "sites.example.com"


@pytest.mark.parametrize(
    ("host", "key"),
    [
        (b"rossi.sites.example.com", (False, "rossi")),
        (b"ROSSI.Sites.Example.COM.:8443", (False, "rossi")),
        (b"rossi.example", (True, "rossi.example")),
        (b"sites.example.com", None),
        (b"a.b.sites.example.com", None),
        (b"", None),
        (b"..", None),
        (b"-a.example", None),
        (b"rossi.example:", None),
        (b"rossi.example:80:80", None),
        (b"rossi.example/x", None),
        (b"r\xc3\xb6ssi.example", None),
        (b"a" * 300, None),
        (b"[::1]:80", None),
    ],
)
def test_a_host_names_a_site_however_it_is_written(settings_factory, host, key):
    addresses = SiteAddresses(settings_factory(sites_domain=DOMAIN))
    assert read_host(host, addresses) == (PageKey(*key) if key else None)


async def test_sites_are_served_by_host(settings_factory, database_url):
    settings = settings_factory(database_url=database_url, sites_domain=DOMAIN)
    database = open_database(settings)
    await make_site(database, subdomain="rossi")
    await make_site(database, subdomain="hidden", is_published=False)
    await database.close()
    with vayro("api", settings, "--sites", metrics_port=settings.metrics_port) as process:
        async with httpx.AsyncClient(base_url=process.url, headers={"host": f"rossi.{DOMAIN}"}, timeout=30) as client:
            answer = await client.get("/?utm_source=sms", headers={"cookie": "vayro_session=x"})
            assert (answer.status_code, answer.text) == (200, PAGE)
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["content-security-policy"] == POLICY
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-robots-tag"] == "noindex"
            assert re.match(r"public, max-age=60\b", answer.headers["cache-control"])
            assert "set-cookie" not in answer.headers
            again = await client.get("/", headers={"if-none-match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")
            plain = await client.get("/", headers={"accept-encoding": "identity"})
            assert "content-encoding" not in plain.headers
            head = await client.head("/", headers={"accept-encoding": "gzip"})
            assert int(head.headers["content-length"]) == len(gzip.compress(PAGE.encode(), 6, mtime=0))
            refused = await client.post("/", content=b"x" * 100)
            assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
            for host, path in ((f"hidden.{DOMAIN}", "/"), (f"none.{DOMAIN}", "/"), (f"rossi.{DOMAIN}", "/v1/links")):
                missing = await client.get(path, headers={"host": host})
                assert missing.status_code == 404
                assert "There is no site here" in missing.text
                assert missing.headers["content-security-policy"] == POLICY
            assert (await client.get("/health/live")).status_code == 200
            assert (await client.get("/robots.txt")).text.startswith("User-agent")
        assert ask_with_two_hosts(settings.sites_port) == 400
        page = f"http://127.0.0.1:{settings.metrics_port}/metrics"
        for status, count in (("200", 4), ("304", 1), ("404", 3), ("405", 1), ("400", 1)):
            assert read_sample(page, f'vayro_site_requests_total{{status="{status}"}}') == count
        assert read_sample(page, "vayro_site_request_duration_seconds_count") == 10
        assert process.stop() == 0


async def test_what_nobody_thought_of_is_a_500_and_the_last_answer_of_a_connection_while_it_drains(settings_factory):
    app = SitesApp(settings_factory(sites_domain=DOMAIN), get_metrics())
    app.draining.set()
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    # Its lifespan has not begun: there are no pages to look into.
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", f"rossi.{DOMAIN}".encode())]}
    await app(scope, send, send)
    assert sent[0]["status"] == 500
    assert (b"connection", b"close") in sent[0]["headers"]
    assert b"Please try again" in sent[1]["body"]


def ask_with_two_hosts(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.putrequest("GET", "/", skip_host=True)
    connection.putheader("Host", f"rossi.{DOMAIN}")
    connection.putheader("Host", f"other.{DOMAIN}")
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


async def test_without_a_domain_for_sites_the_api_serves_them_under_a_policy_of_their_own(api_url, settings):
    database = open_database(settings)
    await make_site(database, subdomain="embedded")
    await database.close()
    async with httpx.AsyncClient(base_url=api_url, timeout=30, verify=False) as client:
        answer = await client.get("/s/Embedded")
        assert (answer.status_code, answer.text) == (200, PAGE)
        assert answer.headers.get_list("content-security-policy") == [POLICY]
        assert "set-cookie" not in answer.headers
        assert (await client.get("/s/embedded", headers={"if-none-match": answer.headers["etag"]})).status_code == 304
        assert (await client.head("/s/embedded")).content == b""
        for name in ("none", "-", "a%00b", "%2e%2e", "x" * 100):
            assert (await client.get(f"/s/{name}")).status_code == 404


async def test_with_a_domain_for_sites_the_api_says_where_they_are_and_which_need_a_certificate(
    settings_factory, database_url
):
    settings = settings_factory(database_url=database_url, sites_domain=DOMAIN)
    database = open_database(settings)
    verified = {"custom_domain": "rossi.example", "verified_at": dt.datetime.now(dt.UTC)}
    await make_site(database, subdomain="rossi", **verified)
    await make_site(database, subdomain="hidden", is_published=False)
    await make_site(database, subdomain="claimed", custom_domain="claimed.example")
    await database.close()
    with vayro("api", settings) as process:
        async with httpx.AsyncClient(base_url=process.url, timeout=30) as client:
            answer = await client.get("/s/rossi")
            assert (answer.status_code, answer.headers["location"]) == (308, f"https://rossi.{DOMAIN}")
            for host in (f"rossi.{DOMAIN}", f"Rossi.{DOMAIN}.", "rossi.example"):
                asked = await client.get("/internal/domain-check", params={"domain": host})
                assert (host, asked.status_code) == (host, 200)
            for host in (f"hidden.{DOMAIN}", f"none.{DOMAIN}", DOMAIN, "claimed.example", "none.example"):
                asked = await client.get("/internal/domain-check", params={"domain": host})
                assert (host, asked.status_code) == (host, 404)
