"""Where a site is on the web."""

from collections.abc import Callable
from typing import Any

import pytest

from vayro.errors import SettingsError
from vayro.settings import Settings, load_settings
from vayro.sites.address import SiteAddresses
from vayro.sites.service import SiteService

Factory = Callable[..., Settings]


def test_a_site_is_a_subdomain_of_the_sites_domain(settings_factory: Factory) -> None:
    addresses = SiteAddresses(settings_factory(sites_domain="Sites.Example.com."))
    assert addresses.url_of("joes-pizza") == "https://joes-pizza.sites.example.com"
    assert addresses.subdomain_of("joes-pizza.sites.example.com") == "joes-pizza"


def test_without_a_sites_domain_a_site_is_a_path_of_the_dashboard(settings_factory: Factory) -> None:
    addresses = SiteAddresses(settings_factory(dashboard_url="https://app.example.com"))
    assert addresses.url_of("joes-pizza") == "https://app.example.com/s/joes-pizza"


def test_a_verified_custom_domain_is_the_address(settings_factory: Factory) -> None:
    assert SiteAddresses(settings_factory()).url_of("joes-pizza", "joes.example") == "https://joes.example"


@pytest.mark.parametrize("host", ["sites.example.com", "a.b.sites.example.com", "evilsites.example.com", "", "."])
def test_a_host_that_names_no_site_has_no_subdomain(settings_factory: Factory, host: str) -> None:
    assert SiteAddresses(settings_factory(sites_domain="sites.example.com")).subdomain_of(host) is None


async def test_what_can_be_no_site_is_told_without_asking_the_database(settings_factory: Factory) -> None:
    settings = settings_factory(sites_domain="sites.example.com", dashboard_url="https://app.example.com")
    nobody: Any = None
    service = SiteService(settings, nobody, nobody, nobody)
    for host in ("sites.example.com", "a.b.sites.example.com.", "App.example.com", "no name", "x.example:443", ""):
        assert not await service.serves(host)
    with pytest.raises(AttributeError):
        await service.serves("x.example")


@pytest.mark.parametrize("name", ["https://x.example", "a b", "-a.example", "a..b", "x.example:0", "x.example:port"])
def test_a_sites_domain_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="VAYRO_SITES_DOMAIN"):
        load_settings(sites_domain=name)
