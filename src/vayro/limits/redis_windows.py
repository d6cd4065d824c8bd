"""Counting in Redis, for all processes together: one command for each budget, all of a request in one write."""

import hashlib
from collections.abc import Sequence
from typing import Any

from vayro.cache.commands import CommandRefused, RedisAway, RedisCommands
from vayro.limits.budget import Standing, Window
from vayro.limits.port import Wish

# One key, so that it works in a cluster; Redis' own clock, so that processes need not agree on the time.
_SPEND = b"""
local period, amount, cost = tonumber(ARGV[1]) * 1000, tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local number = math.floor(now / period)
local left = period - now % period
local before, current = 0, 0
local held = redis.call('GET', KEYS[1])
if held then
  local n, b, c = string.match(held, '^(%d+) (%d+) (%d+)$')
  if tonumber(n) == number then
    before, current = tonumber(b), tonumber(c)
  elseif tonumber(n) == number - 1 then
    before = tonumber(c)
  end
end
if math.floor(before * left / period) + current + cost > amount then
  return {0, before, current, left}
end
current = math.max(0, current + cost)
redis.call('SET', KEYS[1], string.format('%.0f %.0f %.0f', number, before, current), 'PX', period + left)
return {1, before, current, left}
"""
_DIGEST = hashlib.sha1(_SPEND, usedforsecurity=False).hexdigest().encode()


class RedisWindows:
    """The windows that all processes share. They are gone two periods after the last spending."""

    def __init__(self, commands: RedisCommands) -> None:
        """Args: commands, a connection of its own."""
        self._commands = commands

    async def spend(self, wishes: Sequence[Wish]) -> list[Standing]:
        """Spend what each wish may. Raises RedisAway."""
        replies = await self._commands.execute_many([(b"EVALSHA", _DIGEST, *_arguments(wish)) for wish in wishes])
        unknown = [index for index, reply in enumerate(replies) if _is_unknown(reply)]
        if unknown:
            again = await self._commands.execute_many([(b"EVAL", _SPEND, *_arguments(wishes[one])) for one in unknown])
            for index, reply in zip(unknown, again, strict=True):
                replies[index] = reply
        return [_standing(wish, reply) for wish, reply in zip(wishes, replies, strict=True)]

    async def close(self) -> None:
        """Close the connections."""
        await self._commands.close()


def redis_key(wish: Wish) -> bytes:
    """Return `limit:{budget}:{whom}`."""
    return b"limit:%b:%b" % (wish.budget.name.encode(), wish.key)


def _arguments(wish: Wish) -> tuple[Any, ...]:
    return 1, redis_key(wish), wish.budget.seconds, wish.budget.amount, wish.cost


def _is_unknown(reply: Any) -> bool:
    return isinstance(reply, CommandRefused) and reply.detail.startswith("NOSCRIPT")


def _standing(wish: Wish, reply: Any) -> Standing:
    if isinstance(reply, CommandRefused):  # read-only, out of memory: of no use to us now
        raise RedisAway(reply.detail)
    allowed, before, current, left_ms = reply
    return Standing(wish.budget, bool(allowed), Window(before, current, left_ms / 1000))
