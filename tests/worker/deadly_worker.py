"""A worker with a step that ends or holds up the process when it meets the wrong user agent; for test_poison.py.

python tests/worker/deadly_worker.py        settings from the environment, as `vayro worker`'s child has them
"""

import os
import signal

from vayro.clicks.click import Click
from vayro.settings import load_settings
from vayro.stream.redis_source import RedisClickSource
from vayro.worker import enrichment, watchdog
from vayro.worker.app import run_worker
from vayro.worker.enrichment import Tools

POISON = "poison/1.0"
TAR = "tar/1.0"
STALL_SECONDS = 3.0


def die_or_stick(click: Click, _tools: Tools) -> None:
    if click.user_agent == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    while click.user_agent == TAR:
        pass


if __name__ == "__main__":
    enrichment.STEPS = (die_or_stick, *enrichment.STEPS)
    RedisClickSource.__init__.__kwdefaults__["claim_idle_seconds"] = 0.5
    watchdog.watch_loop.__defaults__ = (STALL_SECONDS,)
    run_worker(load_settings())
