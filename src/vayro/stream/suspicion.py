"""Entries whose workers died come again in ever smaller pieces, each alone, until the guilty one is found.

An entry that ends the process leaves no exception behind, only a delivery that was never settled. Whoever dies takes
innocent entries along, so a number of deliveries says nothing against an entry unless it was alone in hand.

    delivery    of 5,000 at once
    1, 2        5,000       any worker may be killed once
    3           625         alone: nothing else in hand
    4           78
    5           9
    6, 7, 8     1
    9           a dead letter
"""

SUSPECT_ATTEMPT = 3
"""From this delivery on, nothing else is in hand at the same time."""

SHRINKS_BY = 8
TIMES_ALONE = 3


def piece_size(attempt: int, limit: int) -> int:
    """Return how many entries may come together in their delivery of this number; `limit` is a usual batch."""
    if attempt < SUSPECT_ATTEMPT:
        return limit
    shrinks: int = SHRINKS_BY ** (attempt - SUSPECT_ATTEMPT + 1)
    return max(1, limit // shrinks)


def fatal_attempt(limit: int) -> int:
    """Return the number of the delivery in which an entry is not tried any more: it was alone three times."""
    attempt = SUSPECT_ATTEMPT
    while piece_size(attempt, limit) > 1:
        attempt += 1
    return attempt + TIMES_ALONE
