"""Spending: whoever has nothing left is told when to come back.

Nobody is refused because Redis is away: then each process counts by itself, in its memory, which is a metric.
"""

import contextlib
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv6Address, ip_address

import structlog

from vayro.cache.adapters import open_commands
from vayro.cache.commands import RedisAway
from vayro.errors import RateLimited
from vayro.limits.advance import AdvanceWindows
from vayro.limits.budget import Budget, Standing, parse_budget
from vayro.limits.memory import MemoryWindows
from vayro.limits.port import Windows, Wish
from vayro.limits.redis_windows import RedisWindows
from vayro.observability import get_metrics
from vayro.settings import Settings
from vayro.settings.limits import BUDGETS

# Whoever is refused is refused by memory alone for so long, at most: a flood of requests asks Redis once a second.
REMEMBERED_SECONDS = 1.0
MAX_REMEMBERED = 10_000

_log = structlog.get_logger(__name__)


class BudgetSpent(RateLimited):
    """A budget is spent; `standing` says of which, and how much."""

    def __init__(self, detail: str, standing: Standing, retry_after_seconds: int) -> None:
        """Args: detail, the sentence shown; standing, of who is refused; retry_after_seconds, when to come back."""
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
        self.standing = standing


class Limiter:
    """Keeps the budgets that the settings give. One a process; closed by who opened it."""

    def __init__(
        self,
        budgets: Mapping[str, Budget | None],
        shared: Windows | None = None,
        *,
        secret: bytes = b"",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args: budgets, by name, None for what is not limited; shared, Redis; secret, that keys are hashed with."""
        self.budgets = dict(budgets)
        self._shared = shared
        self._own = MemoryWindows()
        self._secret = hashlib.blake2b(secret, digest_size=32).digest()
        self._clock = clock
        self._refused: OrderedDict[tuple[str, bytes], tuple[float, Standing]] = OrderedDict()
        self._failures = get_metrics().limiter_failures
        self._was_away = False

    async def spend(self, name: str, key: str, cost: int = 1) -> None:
        """Spend of the budget `name` what is kept for `key`. Raises RateLimited, which says when to come back.

        Args: key, whom it is kept for; of an address, use `address_key`. Only a hash of it is kept.
        """
        await self.spend_all([(name, key, cost)])

    async def spend_all(self, wanted: Sequence[tuple[str, str, int]]) -> Standing | None:
        """Spend of several budgets: (name, key, cost). Return how the caller stands where least is left.

        None when none of them is limited. A negative cost gives back what this period still holds. Raises RateLimited
        as soon as one of them has not enough; what was spent of the others stays spent.
        """
        wishes = [
            Wish(budget, self._hash(key), cost)
            for name, key, cost in wanted
            if (budget := self.budgets[name]) is not None
        ]
        if not wishes:
            return None
        self._refuse_remembered(wishes)
        standings = await self._spend(wishes)
        for wish, standing in zip(wishes, standings, strict=True):
            if not standing.is_allowed:
                self._remember(wish, standing)
                raise refusal(standing, wish.cost)
        return min(standings, key=lambda standing: standing.remaining / standing.budget.amount)

    async def give_back(self, spent: Sequence[tuple[str, str, int]]) -> None:
        """Give back what `spend_all` was asked for: whoever was right has used none of their tries."""
        with contextlib.suppress(RateLimited):
            await self.spend_all([(name, key, -cost) for name, key, cost in spent])

    async def close(self) -> None:
        """Close the connection."""
        if self._shared:
            await self._shared.close()

    async def _spend(self, wishes: Sequence[Wish]) -> list[Standing]:
        if self._shared:
            try:
                standings = await self._shared.spend(wishes)
            except RedisAway as error:
                self._failures.inc()
                if not self._was_away:
                    _log.warning("limits are counted by each process alone: Redis is away", reason=error.detail)
                self._was_away = True
            else:
                self._was_away = False
                return standings
        return [self._own.spend_now(*wish) for wish in wishes]

    def refuse_known(self, name: str, key: Callable[[], str]) -> None:
        """Raise RateLimited if somebody was refused a moment ago; spends nothing, and mostly costs nothing.

        Args: key, asked for only when anybody was refused lately.
        """
        budget = self.budgets[name]
        if self._refused and budget:
            self._refuse_remembered([Wish(budget, self._hash(key()))])

    def _refuse_remembered(self, wishes: Sequence[Wish]) -> None:
        for wish in wishes:
            until, standing = self._refused.get((wish.budget.name, wish.key), (0.0, None))
            if standing and self._clock() < until:
                raise refusal(standing, wish.cost)

    def _remember(self, wish: Wish, standing: Standing) -> None:
        place = (wish.budget.name, wish.key)
        self._refused.pop(place, None)
        self._refused[place] = (self._clock() + REMEMBERED_SECONDS, standing)
        if len(self._refused) > MAX_REMEMBERED:
            self._refused.popitem(last=False)

    def _hash(self, key: str) -> bytes:
        """Return what is kept of a key: neither addresses nor e-mail addresses rest in Redis."""
        digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=12, key=self._secret)
        return digest.hexdigest().encode()


def open_limiter(settings: Settings) -> Limiter:
    """Return the limiter that the settings describe; nothing is connected yet."""
    texts = {name: getattr(settings, f"limit_{name}") for name in BUDGETS}
    budgets = {name: parse_budget(name, text) for name, text in texts.items()}
    for plan, limits in settings.plan_table.items():
        amount = limits.requests_per_minute
        budgets[plan_budget(plan)] = None if amount is None else Budget(plan_budget(plan), amount, 60)
    if not settings.rate_limits:
        budgets = dict.fromkeys(budgets)
    shared = None if settings.is_embedded else AdvanceWindows(RedisWindows(open_commands(settings, "redis-limits")))
    return Limiter(budgets, shared, secret=settings.redis_url.encode())


def plan_budget(plan: str) -> str:
    """Return the name of the budget that a plan gives each workspace: requests a minute."""
    return f"plan_{plan}"


def address_key(address: str) -> str:
    """Return what an address is counted by: IPv6 by its /64, which is what one household or server has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Address(int(found) >> 64 << 64)) if isinstance(found, IPv6Address) else str(found)


def refusal(standing: Standing, cost: int = 1) -> BudgetSpent:
    """Return the error that says when to come back."""
    budget, seconds = standing.budget, standing.retry_seconds(cost)
    return BudgetSpent(
        f"At most {budget.amount} in {budget.seconds} s are accepted; try again in {seconds} s.", standing, seconds
    )
