"""Many processes that allocate codes, are killed and restarted, on a Redis that is flushed and restarted.

Every batch that an allocator returns is written to a file before anything else happens, as a caller that uses it would.
A code that a process had received and died with is a gap; a code that stands twice in the files is a duplicate.

The processes are forked from one that has imported everything: an import takes 2 s here, a process lives as long.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.servers import RedisServer
from vayro.database.engine import open_database
from vayro.errors import Unavailable
from vayro.links.allocation import build_allocator
from vayro.settings import Settings

BATCH = 100
LINE_BYTES = {"counter": 8, "pool": 8, "snowflake": 12}
ROOT = Path(__file__).parent.parent


class Nursery:
    """The process that the others are forked from: `python -m tests.code_soak`, a line of JSON for each child."""

    def __init__(self) -> None:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a thread would not survive the fork
        command = [sys.executable, "-m", "tests.code_soak"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, task: dict[str, str]) -> int:
        """Return the process id of a new child."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        """End it; children that are left end by themselves."""
        self.process.communicate()


@dataclass
class Place:
    """One process after another that allocates with the same kind of allocator."""

    kind: str
    pid: int = 0
    paths: list[Path] = field(default_factory=list)

    def start(self, nursery: Nursery, directory: Path, database_url: str, redis_url: str) -> None:
        path = directory / f"{self.kind}-{id(self)}-{len(self.paths)}"
        self.paths.append(path)
        task = {"kind": self.kind, "database_url": database_url, "redis_url": redis_url, "path": str(path)}
        self.pid = nursery.start(task)

    def kill(self) -> None:
        """End the process as a crash would. Raises ProcessLookupError when it had ended by itself."""
        pid, self.pid = self.pid, 0
        if pid:
            os.kill(pid, signal.SIGKILL)

    def count(self) -> int:
        """How many codes it and its predecessors have received."""
        return sum(path.stat().st_size // LINE_BYTES[self.kind] for path in self.paths if path.exists())

    def read_codes(self) -> np.ndarray:
        """All codes, as fixed-width bytes; a line that a kill cut short is a code that nobody saw."""
        width = LINE_BYTES[self.kind]
        parts = [path.read_bytes() for path in self.paths if path.exists()]
        whole = b"".join(part[: len(part) // width * width] for part in parts)
        return np.frombuffer(whole, dtype=f"S{width}")


@dataclass
class Outcome:
    """What happened."""

    codes: int = 0
    duplicates: int = 0
    kills: int = 0
    flushes: int = 0
    redis_restarts: int = 0
    seconds: float = 0


class Soak:
    """Runs the processes until they have received enough codes, doing harm at random.

    The Redis server has no append-only file, so a restart brings an old state back.
    """

    def __init__(self, directory: Path, database_url: str, redis: RedisServer, kinds: Sequence[str], seed: int) -> None:
        self.directory = directory
        self.database_url = database_url
        self.redis = redis
        self.places = [Place(kind) for kind in kinds]
        self.nursery = Nursery()
        self.chance = random.Random(seed)
        self.outcome = Outcome()

    def run(self, codes: int, *, harm_every_seconds: float, limit_seconds: float = 1800) -> Outcome:
        """Return what happened, once `codes` codes were received and each kind of harm was done."""
        begin = time.monotonic()
        try:
            for place in self.places:
                self._start(place)
            while not self._is_enough(codes):
                if time.monotonic() - begin > limit_seconds:
                    raise TimeoutError(f"{self._received()} codes after {limit_seconds} s")
                time.sleep(self.chance.uniform(0.5, 1.5) * harm_every_seconds)
                self._harm()
        finally:
            for place in self.places:
                place.kill()
            self.nursery.close()
        self.outcome.seconds = time.monotonic() - begin
        self._compare()
        return self.outcome

    def _start(self, place: Place) -> None:
        place.start(self.nursery, self.directory, self.database_url, self.redis.url)

    def _received(self) -> int:
        return sum(place.count() for place in self.places)

    def _is_enough(self, codes: int) -> bool:
        done = self.outcome
        return self._received() >= codes and min(done.kills, done.flushes, done.redis_restarts) > 0

    def _harm(self) -> None:
        harm = self.chance.choices(["kill", "flush", "restart"], weights=[6, 2, 1])[0]
        if harm == "kill":
            place = self.chance.choice(self.places)
            place.kill()
            self._start(place)
            self.outcome.kills += 1
        elif harm == "flush":
            self.redis.send("FLUSHALL")
            self.outcome.flushes += 1
        else:
            self.redis.send("SAVE")
            time.sleep(self.chance.uniform(0.1, 0.5))  # what is popped now is in the pool again after the restart
            self.redis.kill()
            self.redis.start()
            self.outcome.redis_restarts += 1

    def _compare(self) -> None:
        for width in set(LINE_BYTES.values()):
            same = [place.read_codes() for place in self.places if LINE_BYTES[place.kind] == width]
            codes = np.sort(np.concatenate(same)) if same else np.array([], dtype="S1")
            self.outcome.codes += len(codes)
            self.outcome.duplicates += int((codes[1:] == codes[:-1]).sum())


async def allocate_for_ever(kind: str, database_url: str, redis_url: str, path: str) -> None:
    """Allocate and write until killed, or until the parent is gone."""
    settings = Settings(
        _env_file=None,
        data_dir=Path(path).parent,
        database_url=database_url,
        redis_url=redis_url,
        code_allocator=kind,  # type: ignore[arg-type]
    )
    allocator = build_allocator(settings, open_database(settings, pool_size=2))
    parent = os.getppid()
    with open(path, "ab", buffering=0) as file:  # noqa: ASYNC230, PTH123 (what it blocks is this measurement alone)
        while os.getppid() == parent:
            try:
                codes = await allocator.allocate(BATCH)
            except Unavailable:  # a database that is too busy: its caller would ask again
                continue
            file.write(("\n".join(codes) + "\n").encode())


def fork_children() -> None:
    """For each line on stdin, fork a child that does that task and print its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            os.dup2(2, 1)  # its log must not stand among the process ids
            asyncio.run(allocate_for_ever(**json.loads(line)))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    fork_children()
