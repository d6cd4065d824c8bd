"""A list of ready codes in Redis that forgets itself whenever Redis may have forgotten something."""

from dataclasses import dataclass
from typing import Any

from vayro.cache.commands import Argument, RedisCommands

# The life of this data set in this server: a restart changes run_id, a failover or a resynchronisation master_replid.
# The last element of the list is the epoch in which the list was filled. An RDB or AOF file loaded by a restarted
# Redis, or the copy of a replica that was promoted, may hold codes that have been popped already; its epoch tells.
_OPEN = """
local server, replication = redis.call('INFO', 'server'), redis.call('INFO', 'replication')
local epoch = string.match(server, 'run_id:(%w+)') .. string.match(replication, 'master_replid:(%w+)')
local filled_in = redis.call('LINDEX', KEYS[1], -1)
if filled_in and filled_in ~= epoch then
  redis.call('DEL', KEYS[1])
  filled_in = false
end
"""

_POP = f"""{_OPEN}
local left = math.max(redis.call('LLEN', KEYS[1]) - 1, 0)
local count = math.min(left, tonumber(ARGV[1]))
local codes = {{}}
if count > 0 then codes = redis.call('LPOP', KEYS[1], count) end
return {{epoch, left - count, codes}}
"""

_PUSH = f"""{_OPEN}
if epoch ~= ARGV[1] then return -1 end
if not filled_in then redis.call('RPUSH', KEYS[1], epoch) end
for place = 2, #ARGV do redis.call('LPUSH', KEYS[1], ARGV[place]) end
redis.call('EXPIRE', KEYS[1], 86400)
return redis.call('LLEN', KEYS[1]) - 1
"""


@dataclass(frozen=True, slots=True)
class Popped:
    """Codes taken out, how many are left, and the epoch that a refill must name."""

    codes: list[str]
    left: int
    epoch: str


class RedisCodePool:
    """One pool for each code space. One key an operation, so it works on a cluster.

    It rests on RedisCommands sending a command once: a push that was sent again because its first reply was lost would
    put codes back that had been popped in between.
    """

    def __init__(self, commands: RedisCommands) -> None:
        """Args: commands, which this pool closes."""
        self._commands = commands

    async def pop(self, space: str, count: int) -> Popped:
        """Take out up to `count` codes of a space.

        Raises RedisAway or CommandRefused: then codes may be lost, and none comes back.
        """
        epoch, left, codes = await self._run(_POP, space, count)
        return Popped([code.decode() for code in codes], int(left), epoch.decode())

    async def push(self, space: str, codes: list[str], epoch: str) -> int | None:
        """Add codes and return how many there are; None when the epoch is over: the codes must not be used then.

        Raises as `pop` does: then Redis may have the codes, and they must not be used either.
        """
        size = int(await self._run(_PUSH, space, epoch, *codes))
        return None if size < 0 else size

    async def close(self) -> None:
        """Close the connection."""
        await self._commands.close()

    async def _run(self, script: str, space: str, *arguments: Argument) -> Any:
        return await self._commands.execute(b"EVAL", script, 1, f"codes:{space}", *arguments)
