"""The watchdog ends a process whose loop stands still, and no other."""

import subprocess
import sys

PROGRAM = """
import asyncio, time
from vayro.worker.watchdog import watch_loop

async def main():
    stopped = asyncio.Event()
    watching = asyncio.create_task(watch_loop(stopped, {limit}))
    await asyncio.sleep({asleep})
    time.sleep({stuck})
    stopped.set()
    await watching
    print("came to its end")

asyncio.run(main())
"""


def run(*, limit: float, asleep: float, stuck: float) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(limit=limit, asleep=asleep, stuck=stuck)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100, check=False)


def test_a_loop_that_stands_still_ends_the_process_which_says_where():
    ended = run(limit=1, asleep=0.1, stuck=90)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Timeout" in ended.stderr
    assert "in main" in ended.stderr


def test_a_loop_that_turns_is_left_alone_for_longer_than_that():
    assert run(limit=3, asleep=4, stuck=0).stdout == "came to its end\n"
