"""Who is calling: `Authorization: Bearer vk_…`, or the session's cookie."""

from typing import Any

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase

from vayro.accounts import permissions
from vayro.accounts.access import Access
from vayro.accounts.service import AccountService, Caller
from vayro.api.cookies import SECURE_PREFIX, SESSION, read_cookie
from vayro.api.limits import RequestLimits, count_stranger
from vayro.api.origin import check_own
from vayro.errors import Forbidden, Unauthenticated

SESSION_SCHEME = "Session"


class BearerKey(SecurityBase):
    """The dependency that asks for an API key or a session, and the key's entry in the OpenAPI document.

    The account service remembers accepted keys for a second, so most requests cost no query for it. Sessions are looked
    up each time. A request that brings a key needs no cookie, and its cookie is not looked at.
    """

    def __init__(self, *, notes_use: bool = True) -> None:
        """Args: notes_use, whether a request is a use of its key or session that is noted: it may write then."""
        self._notes_use = notes_use
        self.model = HTTPBearer(
            bearerFormat="vk_…",
            description="An API key, made with `POST /v1/keys` or `vayro keys create`. It belongs to one workspace; "
            "the names beside it at each address are the scopes that it must have.",
        )
        self.scheme_name = "ApiKey"

    async def __call__(self, request: Request, wanted: SecurityScopes) -> Caller:
        """Return the caller. Raises Unauthenticated, which never repeats what was sent, Forbidden and RateLimited."""
        caller = await self._identify(request)
        for scope in wanted.scopes:
            permissions.require(caller.scopes, scope)
        return caller

    async def _identify(self, request: Request) -> Caller:
        """Return who sent the request, whose budget it is counted against; a stranger's is that of the address."""
        limits: RequestLimits = request.app.state.services.limits
        limits.refuse_known_stranger(request)
        try:
            caller = await recognise(request, is_use=self._notes_use)
        except Unauthenticated:
            await limits.count_stranger(request)
            raise
        await limits.count(request, caller)
        return caller


async def recognise(request: Request, *, is_use: bool = True) -> Caller:
    """Return whose key or session a request brings. Raises Unauthenticated and Forbidden.

    Args: is_use, whether it is noted, and keeps a session from ending; a stream that nobody looks at does not. What is
    no use writes nothing.
    """
    caller = await find_session_caller(request, is_use=is_use)
    if caller is None:
        accounts: AccountService = request.app.state.services.accounts
        return await accounts.authenticate_key(read_key(request.headers.get("authorization", "")), is_use=is_use)
    return caller


async def find_session_caller(request: Request, *, is_use: bool = True) -> Caller | None:
    """Return who the session's cookie stands for; None when there is none, or a key beside it.

    Raises Unauthenticated when the session has ended, Forbidden when another site's page sent the request.
    """
    if "authorization" in request.headers:
        return None
    token = read_cookie(request, SESSION)
    if not token:
        return None
    check_own(request, needs_proof=True)
    services = request.app.state.services
    access: Access = services.access
    caller = await access.sessions.find_caller(token, is_use=is_use)
    if not caller.scopes and services.settings.second_factor == "required" and not _is_about_signing_in(request):
        raise Forbidden("Switch a second factor on first: this installation asks everybody for one.")
    return caller


def _is_about_signing_in(request: Request) -> bool:
    return request.url.path.startswith("/v1/auth/")


async def check_stranger(request: Request) -> None:
    """Dependency of routes that people use before they have a session. Raises Forbidden and RateLimited."""
    check_own(request, needs_proof=False)
    await count_stranger(request)


def document_session(document: dict[str, Any]) -> None:
    """Add the session's cookie to an OpenAPI document, wherever a key is accepted.

    As a second dependency it would cost every request 20 us.
    """
    schemes = document["components"].setdefault("securitySchemes", {})
    schemes[SESSION_SCHEME] = {
        "type": "apiKey",
        "in": "cookie",
        "name": SECURE_PREFIX + SESSION,
        "description": "The cookie that signing in sets. What changes something must come from a page of this host.",
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            for accepted in list(operation.get("security", ())):
                operation["security"].append({SESSION_SCHEME: next(iter(accepted.values()))})


def read_key(authorization: str) -> str:
    """Return the key in an `Authorization` header. Raises Unauthenticated when it holds none."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Unauthenticated("Send an API key: Authorization: Bearer vk_…")
    return key.strip()
