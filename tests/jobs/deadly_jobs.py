"""The jobs process, with steps that note that they were begun, kill it or hold it up; for the tests beside it.

python tests/jobs/deadly_jobs.py FOLDER [WHERE]    settings from the environment, as the supervisor's child has them

FOLDER/calls gets a line for each step that is begun. The process kills itself at WHERE (`gather`, `store`; `stored`:
after the commit of the last step, before anybody has noted that it is done). While FOLDER/held is there, `write` waits;
while FOLDER/silent is there, the process of the name `quiet` shows no sign of life.
"""

import asyncio
import functools
import os
import signal
import sys
from pathlib import Path
from typing import Any

from vayro.jobs.app import run_jobs
from vayro.jobs.executors import Executors
from vayro.settings import load_settings
from vayro.sites.site import STEPS
from vayro.sites.workflow import SiteWorkflow


def watched(step: Any, folder: Path, where: str) -> Any:
    name = step.__name__

    @functools.wraps(step)
    async def begin(*arguments: Any) -> Any:
        with (folder / "calls").open("a") as calls:
            calls.write(f"{name}\n")
        if where == name:
            os.kill(os.getpid(), signal.SIGKILL)
        while name == "write" and (folder / "held").exists() and where != "free":
            await asyncio.sleep(0.02)
        outcome = await step(*arguments)
        if where == "stored" and name == "store":
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    return begin


def silenced(beat: Any, folder: Path) -> Any:
    async def beat_or_not(self: Executors) -> None:
        if not (folder / "silent").exists():
            await beat(self)

    return beat_or_not


if __name__ == "__main__":
    place, at = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    for one in STEPS:
        setattr(SiteWorkflow, one, watched(getattr(SiteWorkflow, one), place, at))
    if at == "quiet":
        Executors.beat = silenced(Executors.beat, place)  # type: ignore[method-assign]
    run_jobs(load_settings())
