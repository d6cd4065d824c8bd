"""From a business to a visitor who reads its site: generated, linked, redirected to, served, edited, taken back."""

import string
from pathlib import Path

import httpx
import pytest

from tests.processes import vayro
from tests.servers import NginxServer, running, wait_until

TEMPLATE = Path(__file__).parents[2] / "deploy" / "nginx" / "sites.conf.template"
KEY = "vk_sitevisit000000000000000000000000"
SECONDS = 60


@pytest.mark.slow
def test_a_short_link_leads_to_the_site_of_a_business(settings_factory):
    first = settings_factory(
        bootstrap_email="ada@example.com", bootstrap_password="correct horse 9", bootstrap_api_key=KEY
    )
    domain = f"sites.test:{first.sites_port}"
    settings = first.model_copy(update={"sites_domain": domain, "sites_scheme": "http"})
    blocks = string.Template(TEMPLATE.read_text()).safe_substitute(
        VAYRO_SITES_LISTEN="127.0.0.1:{port}", VAYRO_SITES_SERVERS=f"server 127.0.0.1:{settings.sites_port};"
    )
    with (
        vayro("up", settings) as up,
        vayro("api", settings, "--sites"),
        running(NginxServer(blocks)) as nginx,
    ):
        headers = {"authorization": f"Bearer {KEY}"}
        with (
            httpx.Client(base_url=up.serves[1], headers=headers, timeout=30) as api,
            httpx.Client(timeout=30) as visitor,
        ):
            business = {"name": "Rossi & <b>Sons</b>", "category": "Plumber", "phone": "+442071838750"}
            business_id = api.post("/v1/businesses", json=business).raise_for_status().json()["id"]
            asked = api.post("/v1/sites", json={"business_id": business_id, "subdomain": "rossi"})
            address = f"/v1/sites/{asked.raise_for_status().json()['id']}"
            wait_until(lambda: api.get(address).json()["status"] == "completed", seconds=SECONDS)
            site = api.get(address).json()
            assert site["url"] == f"http://rossi.{domain}"
            assert site["design"] == "trade"

            led = visitor.get(site["short_url"])
            assert (led.status_code, led.headers["location"].rstrip("/")) == (302, site["url"])

            def read() -> httpx.Response:
                return visitor.get(f"{nginx.url}/", headers={"host": f"rossi.{domain}"})

            page = read()
            assert page.status_code == 200
            assert "Rossi &amp; Sons" in page.text
            assert 'href="tel:+442071838750"' in page.text
            assert page.headers["content-security-policy"].startswith("sandbox ")

            content = site["content"] | {"headline": "Quite another {{ headline }}"}
            api.patch(address, json={"content": content}).raise_for_status()
            wait_until(lambda: "Quite another {{ headline }}" in read().text, seconds=SECONDS)
            api.patch(address, json={"is_published": False}).raise_for_status()
            wait_until(lambda: read().status_code == 404, seconds=SECONDS)
            elsewhere = api.get("/s/rossi", follow_redirects=False)
            assert (elsewhere.status_code, elsewhere.headers["location"]) == (308, site["url"])
