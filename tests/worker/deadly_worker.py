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
STALL_VARIABLE = "STALL_SECONDS"


def die_or_stick(click: Click, _tools: Tools) -> None:
    if click.user_agent == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    while click.user_agent == TAR:
        pass


if __name__ == "__main__":
    enrichment.STEPS = (die_or_stick, *enrichment.STEPS)
    RedisClickSource.__init__.__kwdefaults__["claim_idle_seconds"] = 0.5
    if STALL_VARIABLE in os.environ:  # else as in production: a busy machine holds workers up, too
        watchdog.watch_loop.__defaults__ = (float(os.environ[STALL_VARIABLE]),)
    run_worker(load_settings())
