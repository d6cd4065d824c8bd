"""What routes are given: the services, and who is calling.

Nothing here commits: a `yield` dependency ends after the answer is sent, so a commit there would come too late.
Services commit.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request, Security

from vayro.accounts.access import Access
from vayro.accounts.privacy import Privacy
from vayro.accounts.service import AccountService, Caller
from vayro.api.authentication import BearerKey
from vayro.api.governance import Governance
from vayro.api.limits import RequestLimits
from vayro.api.sending import Sending
from vayro.campaigns.preview import Previews
from vayro.campaigns.progress import ProgressFeed
from vayro.campaigns.service import CampaignService
from vayro.clicks.service import AnalyticsService
from vayro.clicks.shares import ShareService
from vayro.database.engine import Database
from vayro.links.domain_service import DomainService
from vayro.links.service import LinkService
from vayro.links.unfurl import Unfurler
from vayro.links.utm_templates import UtmTemplates
from vayro.settings import Settings
from vayro.sites.businesses import BusinessService
from vayro.sites.pages import SitePages
from vayro.sites.service import SiteService


@dataclass(frozen=True)
class Services:
    """Everything that routes use, built once in `app.py`. `draining` is set when the process is told to stop."""

    settings: Settings
    database: Database
    accounts: AccountService
    access: Access
    governance: Governance
    links: LinkService
    analytics: AnalyticsService
    shares: ShareService
    domains: DomainService
    unfurler: Unfurler
    utm_templates: UtmTemplates
    businesses: BusinessService
    sites: SiteService
    sending: Sending
    limits: RequestLimits
    privacy: Privacy
    previews: Previews
    site_pages: SitePages
    campaigns: CampaignService
    campaign_progress: ProgressFeed
    draining: asyncio.Event = field(default_factory=asyncio.Event)


async def get_services(request: Request) -> Services:  # FastAPI runs plain functions in threads: 300 us
    """Return the services of the process that answers this request."""
    services: Services = request.app.state.services
    return services


CurrentServices = Annotated[Services, Depends(get_services)]

# Who calls, and what they must be allowed; the OpenAPI document names it. A route without one of these is public.
_key = BearerKey()
# For what only looks, however often: not even the last use of a key or session is noted.
_key_unnoted = BearerKey(notes_use=False)
CurrentCaller = Annotated[Caller, Security(_key)]
LinksReader = Annotated[Caller, Security(_key, scopes=["links:read"])]
LinksWriter = Annotated[Caller, Security(_key, scopes=["links:write"])]
SitesReader = Annotated[Caller, Security(_key, scopes=["sites:read"])]
SitesWriter = Annotated[Caller, Security(_key, scopes=["sites:write"])]
CampaignsReader = Annotated[Caller, Security(_key, scopes=["campaigns:read"])]
CampaignsLooker = Annotated[Caller, Security(_key_unnoted, scopes=["campaigns:read"])]
CampaignsWriter = Annotated[Caller, Security(_key, scopes=["campaigns:write"])]
AnalyticsReader = Annotated[Caller, Security(_key, scopes=["analytics:read"])]
WorkspaceAdmin = Annotated[Caller, Security(_key, scopes=["admin"])]
