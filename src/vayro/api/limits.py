"""What a request spends, and what its answer says of it.

Headers: `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset` and `RateLimit-Policy`, as drafts 03 to 07 of
draft-ietf-httpapi-ratelimit-headers have them and clients read them; of several budgets that with the least left.
"""

from collections.abc import Sequence
from typing import Literal

from fastapi import Request
from starlette.types import Scope

from vayro.accounts.records import Caller
from vayro.limits.budget import Standing
from vayro.limits.limiter import BudgetSpent, Limiter, address_key, plan_budget
from vayro.settings import Settings
from vayro.visitor.address import AddressReader

STANDING = "vayro.standing"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
# A POST because of its body; it changes nothing.
_LOOKS = ("/preview-sms", "/campaigns/audience")
_BULKY = ("/bulk", "/bulk/delete", "/bulk/restore", "/export", "/import", "/events")

RouteClass = Literal["read", "write", "bulk"]


class RequestLimits:
    """Spends the budgets of requests. `limiter` is for what routes spend themselves: sign-ins, passwords, reports."""

    def __init__(self, settings: Settings, limiter: Limiter) -> None:
        """Args: settings, whose proxies may be believed; limiter, of this process."""
        self.limiter = limiter
        self._addresses = AddressReader(settings.trusted_proxies)

    async def count(self, request: Request, caller: Caller) -> None:
        """Spend one request of a key or session, of its user, and of what the plan allows. Raises RateLimited."""
        credential = f"key {caller.key_id}" if caller.key_id else f"session {caller.session_id or caller.user_id}"
        kind = route_class(request.method, request.scope["path"])
        wanted: list[tuple[str, str, int]] = [(kind, credential, 1), ("user", str(caller.user_id), 1)]
        if (plan := plan_budget(caller.plan)) in self.limiter.budgets:
            wanted.append((plan, str(caller.workspace_id), 1))
        await self._spend(request, wanted)

    async def count_stranger(self, request: Request, budget: str = "public") -> None:
        """Spend one request of somebody who is not known. Raises RateLimited."""
        await self._spend(request, [(budget, address_key(self.address(request)), 1)])

    def refuse_known_stranger(self, request: Request) -> None:
        """Raise RateLimited, before anything is looked up, if the address was refused a moment ago."""
        self.limiter.refuse_known("public", lambda: address_key(self.address(request)))

    def address(self, request: Request) -> str:
        """Return the client's address, by `VAYRO_TRUSTED_PROXIES`; "" when there is none."""
        peer = request.client.host if request.client else ""
        return self._addresses.read(peer, ",".join(request.headers.getlist("x-forwarded-for")))

    async def _spend(self, request: Request, wanted: Sequence[tuple[str, str, int]]) -> None:
        try:
            request.scope[STANDING] = await self.limiter.spend_all(wanted)
        except BudgetSpent as error:
            request.scope[STANDING] = error.standing
            raise


def route_class(method: str, path: str) -> RouteClass:
    """Return what kind of request this is."""
    if path.endswith(_BULKY):
        return "bulk"
    return "read" if method in _READING or path.endswith(_LOOKS) else "write"


def limit_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Return what the answer says of the caller's budget; nothing when none was spent."""
    standing: Standing | None = scope.get(STANDING)
    if standing is None:
        return []
    budget = standing.budget
    return [
        (b"ratelimit-limit", b"%d" % budget.amount),
        (b"ratelimit-remaining", b"%d" % (standing.remaining if standing.is_allowed else 0)),
        (b"ratelimit-reset", b"%d" % standing.reset_seconds),
        (b"ratelimit-policy", budget.policy.encode()),
    ]


async def count_stranger(request: Request) -> None:
    """Dependency of public routes: spends of the address's budget. Raises RateLimited."""
    limits: RequestLimits = request.app.state.services.limits
    await limits.count_stranger(request)
