"""Every error that Vayro raises on purpose.

VayroError
├── SettingsError            a setting is wrong: the process does not start
├── StartFailed              what the process needs to start is not there: a port, a folder
├── Unavailable              503  a store that is needed does not answer
└── RequestError             the caller can mend it
    ├── ValidationFailed     422  validation_failed
    │   ├── InvalidUrl            invalid_url
    │   ├── BlockedDomain         blocked_domain
    │   ├── SelfLink              self_link
    │   ├── InvalidCode           invalid_code
    │   └── ReservedCode          reserved_code
    ├── CodeTaken            409  code_taken
    ├── CanonicalTaken       409  canonical_taken
    ├── InUse                409  in_use
    │   └── LinkInUse             link_in_use
    ├── SubdomainTaken       409  subdomain_taken
    ├── SiteBusy             409  site_busy
    ├── CampaignOver         409  campaign_over
    ├── NotFound             404  not_found
    ├── Unauthenticated      401  unauthenticated
    ├── Forbidden            403  forbidden
    │   └── QuotaExceeded         quota_exceeded
    └── RateLimited          429  rate_limited

`code` is part of the public contract (RFC 9457 problem documents carry it) and never changes its meaning.
"""

from typing import ClassVar


class VayroError(Exception):
    """The root. `detail` is one sentence for the person who caused it; it holds no secret."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str = "", *, field: str | None = None) -> None:
        """Args: detail, the sentence shown; field, the name of the input it is about."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.field = field


class SettingsError(VayroError):
    """A setting is wrong; the message names the setting, its value and what is accepted."""

    code = "settings"
    title = "A setting is wrong"


class StartFailed(VayroError):
    """What the process needs to start is not there; the message says what to do."""

    code = "start_failed"
    title = "The process cannot start"


class _ComeBackLater(VayroError):
    """What passes by itself. `retry_after_seconds` goes into `Retry-After`."""

    def __init__(self, detail: str = "", *, retry_after_seconds: int = 1) -> None:
        """Args: detail, the sentence shown; retry_after_seconds, when to come back."""
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(_ComeBackLater):
    """A store that is needed does not answer."""

    status = 503
    code = "unavailable"
    title = "Temporarily unavailable"


class RequestError(VayroError):
    """The caller can mend it."""

    status = 400
    code = "bad_request"
    title = "The request cannot be served"


class ValidationFailed(RequestError):
    """The input is not what is accepted."""

    status = 422
    code = "validation_failed"
    title = "The input is not valid"


class InvalidUrl(ValidationFailed):
    """The destination is not a URL that Vayro redirects to."""

    code = "invalid_url"
    title = "The destination is not acceptable"


class BlockedDomain(ValidationFailed):
    """The destination's host is on the block list."""

    code = "blocked_domain"
    title = "The destination is blocked"


class SelfLink(ValidationFailed):
    """The destination is one of our own short domains: it would loop."""

    code = "self_link"
    title = "The destination is a short link of this service"


class InvalidCode(ValidationFailed):
    """The custom code breaks the rules."""

    code = "invalid_code"
    title = "The short code is not acceptable"


class ReservedCode(ValidationFailed):
    """The custom code is kept for Vayro itself, or is a word that is not given out."""

    code = "reserved_code"
    title = "The short code is reserved"


class CodeTaken(RequestError):
    """Another link has this code in this domain."""

    status = 409
    code = "code_taken"
    title = "The short code is taken"


class CanonicalTaken(RequestError):
    """Another active link is the canonical one of this workspace, destination and type."""

    status = 409
    code = "canonical_taken"
    title = "There is a canonical link already"


class InUse(RequestError):
    """Something else needs it as long as it is there."""

    status = 409
    code = "in_use"
    title = "It is in use"


class LinkInUse(InUse):
    """The link belongs to a site, and ends with it."""

    code = "link_in_use"
    title = "The link belongs to a site"


class SubdomainTaken(RequestError):
    """Another site has this subdomain."""

    status = 409
    code = "subdomain_taken"
    title = "The subdomain is taken"


class SiteBusy(RequestError):
    """The site is just being generated: what would be changed is about to be replaced."""

    status = 409
    code = "site_busy"
    title = "The site is being generated"


class CampaignOver(RequestError):
    """The campaign was completed or cancelled: nothing about it changes any more."""

    status = 409
    code = "campaign_over"
    title = "The campaign is over"


class NotFound(RequestError):
    """It does not exist, or is not the caller's to see."""

    status = 404
    code = "not_found"
    title = "Not found"


class Unauthenticated(RequestError):
    """No valid credential came with the request."""

    status = 401
    code = "unauthenticated"
    title = "Sign in, or send an API key"


class Forbidden(RequestError):
    """The caller is known, and may not do this."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class QuotaExceeded(Forbidden):
    """The plan's limit is reached."""

    code = "quota_exceeded"
    title = "The plan's limit is reached"


class RateLimited(_ComeBackLater, RequestError):
    """Too many requests."""

    status = 429
    code = "rate_limited"
    title = "Too many requests"
