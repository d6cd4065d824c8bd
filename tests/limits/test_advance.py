"""Large budgets spent in advance: as much as before is allowed in all, and hardly anybody asks."""

from collections.abc import Sequence

from vayro.limits.advance import LARGE, PARTS, AdvanceWindows
from vayro.limits.budget import Budget, Standing
from vayro.limits.memory import MemoryWindows
from vayro.limits.port import Wish

LARGE_ONE = Budget("large", 20 * PARTS, 3_600)
SMALL_ONE = Budget("small", 5, 3_600)


class Clock:
    def __init__(self) -> None:
        self.seconds = 3_600_000.0

    def __call__(self) -> float:
        return self.seconds


class Counted(MemoryWindows):
    """Counts how often it is asked."""

    asked = 0

    async def spend(self, wishes: Sequence[Wish]) -> list[Standing]:
        self.asked += 1
        return await super().spend(wishes)


def open_both(clock: Clock | None = None) -> tuple[AdvanceWindows, Counted]:
    clock = clock or Clock()
    shared = Counted(clock=clock)
    return AdvanceWindows(shared, clock=clock), shared


async def spend(windows: AdvanceWindows, budget: Budget, key: bytes = b"ada", cost: int = 1) -> Standing:
    [standing] = await windows.spend([Wish(budget, key, cost)])
    return standing


async def test_the_budget_is_allowed_to_the_last_one_and_few_spendings_ask() -> None:
    windows, shared = open_both()
    allowed = [(await spend(windows, LARGE_ONE)).is_allowed for _ in range(LARGE_ONE.amount)]
    assert all(allowed)
    assert shared.asked <= PARTS + 1
    assert not (await spend(windows, LARGE_ONE)).is_allowed


async def test_several_processes_together_are_allowed_no_more_and_hardly_less() -> None:
    clock = Clock()
    shared = Counted(clock=clock)
    processes = [AdvanceWindows(shared, clock=clock) for _ in range(4)]
    standings = [await spend(processes[n % 4], LARGE_ONE) for n in range(LARGE_ONE.amount + 100)]
    allowed = sum(standing.is_allowed for standing in standings)
    assert LARGE_ONE.amount - 4 * LARGE_ONE.amount // PARTS <= allowed <= LARGE_ONE.amount


async def test_what_is_left_is_shown_as_if_each_had_been_spent_by_itself() -> None:
    windows, _ = open_both()
    remaining = [(await spend(windows, LARGE_ONE)).remaining for _ in range(50)]
    assert remaining == [LARGE_ONE.amount - spent for spent in range(1, 51)]


async def test_a_small_budget_is_spent_one_by_one() -> None:
    windows, shared = open_both()
    allowed = [(await spend(windows, SMALL_ONE)).is_allowed for _ in range(7)]
    assert (allowed, shared.asked) == ([True] * 5 + [False] * 2, 7)
    assert SMALL_ONE.amount < LARGE


async def test_an_advance_ends_with_its_period() -> None:
    clock = Clock()
    windows, shared = open_both(clock)
    await spend(windows, LARGE_ONE)
    clock.seconds += LARGE_ONE.seconds + 1
    await spend(windows, LARGE_ONE)
    assert shared.asked == 2


async def test_somebody_else_has_an_advance_of_their_own() -> None:
    windows, shared = open_both()
    await spend(windows, LARGE_ONE, b"ada")
    standing = await spend(windows, LARGE_ONE, b"bob")
    assert (standing.remaining, shared.asked) == (LARGE_ONE.amount - 1, 2)


async def test_what_is_given_back_reaches_the_others() -> None:
    windows, shared = open_both()
    await spend(windows, LARGE_ONE, cost=100)
    await spend(windows, LARGE_ONE, cost=-100)
    assert (await shared.spend([Wish(LARGE_ONE, b"ada", 0)]))[0].remaining == LARGE_ONE.amount
