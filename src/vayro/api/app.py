"""Wiring of the Dashboard API: everything is built here and passed down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

import vayro
from vayro.accounts.access import build_access
from vayro.accounts.data_export import DataExport
from vayro.accounts.deletion import AccountErasure
from vayro.accounts.mail import open_outbox
from vayro.accounts.privacy import Privacy
from vayro.accounts.service import AccountService
from vayro.api.authentication import document_session
from vayro.api.body_limit import BodyLimit
from vayro.api.dependencies import Services
from vayro.api.error_handlers import install_error_handlers
from vayro.api.governance import build_governance
from vayro.api.headers import SafetyHeaders
from vayro.api.limits import RequestLimits
from vayro.api.observer import Observer
from vayro.api.problems import Problem
from vayro.api.route_index import RouteIndex
from vayro.api.routes import (
    analytics,
    audit,
    auth,
    billing,
    businesses,
    campaign_receipts,
    campaign_report,
    campaigns,
    credentials,
    domains,
    health,
    keys,
    link_bulk,
    link_tools,
    links,
    oidc,
    opt_outs,
    pages,
    privacy,
    shares,
    site_pages,
    sites,
    utm_templates,
    workspaces,
)
from vayro.api.sending import build_sending
from vayro.cache.adapters import open_link_cache
from vayro.campaigns.preview import Previews
from vayro.campaigns.progress import ProgressFeed
from vayro.campaigns.service import CampaignService
from vayro.clicks.service import AnalyticsService
from vayro.clicks.shares import ShareService
from vayro.database.engine import open_database
from vayro.egress.client import open_egress
from vayro.limits.limiter import open_limiter
from vayro.links.allocation import build_allocator
from vayro.links.domain_service import open_domains
from vayro.links.service import LinkService
from vayro.links.unfurl import Unfurler
from vayro.links.utm_templates import UtmTemplates
from vayro.observability import get_metrics
from vayro.settings import Settings
from vayro.sites.address import SiteAddresses
from vayro.sites.businesses import BusinessService
from vayro.sites.pages import SitePages
from vayro.sites.progress import SiteFeed
from vayro.sites.service import SiteService

MAX_BODY_BYTES = 1 << 20
_ABOUT = (
    "Links, their clicks, and what can be counted from them. Errors are problem documents (RFC 9457) with a stable "
    "`code`. Lists are pages: follow `next_cursor` until it is null."
)


def build_app(settings: Settings) -> FastAPI:
    """Return the app. It connects to nothing before its lifespan begins."""
    app = FastAPI(
        title="Vayro",
        version=vayro.__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # A `/v1/links/` that answered with a redirect would lose the body of a POST in some clients.
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES, exceptions=link_bulk.LARGE_BODIES | businesses.LARGE_BODIES)
    app.add_middleware(Observer, metrics=get_metrics(), settings=settings)
    app.add_middleware(SafetyHeaders, settings=settings)
    install_error_handlers(app)
    access = (auth, credentials, oidc, workspaces, keys, audit, billing, privacy)
    # Fixed addresses before those with an identifier in their place.
    about_links = (link_bulk, link_tools, links, utm_templates, domains, analytics, shares)
    sending = (campaign_report, campaign_receipts, opt_outs)
    modules = (*about_links, businesses, sites, *sending, campaigns, *access, health, site_pages, pages)
    app.router.routes.insert(0, RouteIndex(route for module in modules for route in module.router.routes))
    for module in modules:
        app.include_router(module.router)
    pages.mount_pages(app)
    _document(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        app.state.services = await _build_services(app.state.settings, stack)
        yield


async def _build_services(settings: Settings, stack: AsyncExitStack) -> Services:
    database = open_database(settings, has_readers=True)
    stack.push_async_callback(database.close)
    cache = open_link_cache(settings)
    stack.push_async_callback(cache.close)
    accounts = AccountService(database)
    stack.push_async_callback(accounts.close)
    outbox = open_outbox(settings)
    stack.push_async_callback(outbox.close)
    governance = build_governance(settings, database, accounts, outbox)
    stack.push_async_callback(governance.billing.close)
    access = build_access(settings, database, outbox, governance.quotas, get_metrics())
    stack.push_async_callback(access.close)
    allocator = build_allocator(settings, database)
    stack.push_async_callback(allocator.close)
    service = LinkService(settings, database, cache, allocator, get_metrics())
    stack.push_async_callback(service.close)
    limiter = open_limiter(settings)
    stack.push_async_callback(limiter.close)
    site_pages = SitePages(database)
    stack.push_async_callback(site_pages.close)
    draining = asyncio.Event()
    clicks = AnalyticsService(database, draining=draining)
    stack.push_async_callback(clicks.close)
    site_feed = SiteFeed(database, draining=draining)
    stack.push_async_callback(site_feed.close)
    return Services(
        settings=settings,
        database=database,
        accounts=accounts,
        access=access,
        governance=governance,
        links=service,
        analytics=clicks,
        shares=ShareService(settings, database),
        domains=open_domains(settings, database, service),
        unfurler=Unfurler(open_egress(settings), is_on=settings.unfurl),
        utm_templates=UtmTemplates(database),
        limits=RequestLimits(settings, limiter),
        businesses=BusinessService(settings, database),
        sites=SiteService(settings, database, service, site_feed),
        sending=build_sending(settings, database, get_metrics()),
        privacy=Privacy(DataExport(database), AccountErasure(database, cache, governance.billing.end)),
        previews=Previews(database, SiteAddresses(settings)),
        site_pages=site_pages,
        campaigns=CampaignService(settings, database),
        campaign_progress=ProgressFeed(database, draining),
        draining=draining,
    )


def _document(app: FastAPI) -> None:
    """Make /openapi.json name the schema of problems, which no route has as its model."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            components = document.setdefault("components", {}).setdefault("schemas", {})
            components.update(schema.pop("$defs"))
            components["Problem"] = schema
            document_session(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document
