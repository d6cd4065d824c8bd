"""A worker with a step that ends the process when it meets the wrong user agent; for test_poison.py.

python tests/worker/deadly_worker.py        settings from the environment, as `vayro worker`'s child has them
"""

import os
import signal

from vayro.clicks.click import Click
from vayro.settings import load_settings
from vayro.stream.redis_source import RedisClickSource
from vayro.worker import enrichment
from vayro.worker.app import run_worker
from vayro.worker.enrichment import Tools

POISON = "poison/1.0"


def die_of_poison(click: Click, _tools: Tools) -> None:
    if click.user_agent == POISON:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    enrichment.STEPS = (die_of_poison, *enrichment.STEPS)
    RedisClickSource.__init__.__kwdefaults__["claim_idle_seconds"] = 0.5
    run_worker(load_settings())
