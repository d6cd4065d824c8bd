"""Faults on the network between any two parts, switched while traffic runs.

    with FaultProxy() as proxy:
        port = proxy.add_link("engine-1", "redis", redis.port)     # connect here instead of to Redis
        proxy.slow("redis", seconds=0.2)                           # +200 ms a round trip, on all links to Redis
        proxy.black_hole("engine-1>redis")                         # nothing passes; connections stay, new ones hang
        proxy.reset("redis")                                       # RST now, and for whoever comes; until healed
        proxy.half_open("redis")                                   # open connections lose their other end, unnoticed
        proxy.drop_replies("redis", count=1, to="XADD")            # it is done, but nobody hears of it
        proxy.heal()

Links are called "engine-1>redis". Where one is asked for, the name of a part stands for all links that touch it, and
shell patterns work. The relaying is done by a process of its own, so a busy test does not slow what it measures.
"""

import fnmatch
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

from tests.servers import STOP_SECONDS

RELAY = Path(__file__).with_name("relay.py")


class FaultProxy:
    """TCP links with faults. Calls block for about a millisecond; from any thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._ports: dict[str, int] = {}

    def start(self) -> None:
        """Start the relaying process."""
        self._process = subprocess.Popen(
            [sys.executable, str(RELAY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def stop(self) -> None:
        """End it, and with it all links."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin
        assert process.stdout
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def add_link(self, source: str, target: str, target_port: int, *, port: int = 0) -> int:
        """Listen for `source` on behalf of `target`; return the port, a free one unless it is given."""
        name = f"{source}>{target}"
        self._ports[name] = self._tell("add", name=name, target_port=target_port, port=port)
        return self._ports[name]

    def links(self, which: str = "*") -> list[str]:
        """Return the names of the links meant by a link, a part, or a pattern of either. ValueError when none is."""
        found = [
            name
            for name in self._ports
            if any(fnmatch.fnmatchcase(candidate, which) for candidate in (name, *name.split(">")))
        ]
        if not found:
            raise ValueError(f"no link is meant by {which!r}; there are {', '.join(self._ports)}")
        return found

    def port(self, link: str) -> int:
        """Return the port of a link."""
        return self._ports[link]

    def slow(self, which: str, *, seconds: float, jitter_seconds: float = 0.0) -> None:
        """Delay what clients send, so that each round trip, and each connecting, takes that much longer."""
        self._fault(which, latency_seconds=seconds, jitter_seconds=jitter_seconds)

    def black_hole(self, which: str) -> None:
        """Let nothing pass. After `heal` what was under way arrives, as TCP would have it."""
        self._fault(which, is_black_hole=True)

    def refuse(self, which: str) -> None:
        """Reset what is open, and every connection that is made, until healed."""
        self._fault(which, is_resetting=True)

    def reset(self, which: str) -> int:
        """Reset what is open, once; return how many connections that were. New ones are served."""
        return int(self._tell("reset", names=self.links(which)))

    def half_open(self, which: str, *, kept: str = "client") -> int:
        """Close one end of what is open; the `kept` one ("client", "server") is never told. New ones are served."""
        return int(self._tell("halve", names=self.links(which), kept=kept))

    def drop_replies(self, which: str, *, count: int = 1, to: str = "") -> None:
        """Lose the next answers (on each link) to requests that contain `to`; their connections are reset."""
        self._fault(which, replies_to_drop=count, drop_reply_to=to)

    def heal(self, which: str = "*") -> None:
        """End all faults there."""
        self._fault(which)

    def retarget(self, which: str, target_port: int) -> None:
        """Send new connections to another server; open ones stay where they are (see `reset`)."""
        self._tell("retarget", names=self.links(which), target_port=target_port)

    def status(self, which: str = "*") -> dict[str, dict[str, int]]:
        """For each link: `connections` so far, those `open`, `bytes_sent`, `bytes_received`, `replies_dropped`."""
        found: dict[str, dict[str, int]] = self._tell("status", names=self.links(which))
        return found

    def _fault(self, which: str, **fault: Any) -> None:
        self._tell("fault", names=self.links(which), **fault)

    def _tell(self, action: str, **arguments: Any) -> Any:
        with self._lock:
            if self._process is None:
                raise RuntimeError("the fault proxy does not run")
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.write(json.dumps({"do": action, **arguments}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the relay has ended"}
        if "error" in answer:
            raise RuntimeError(f"fault proxy: {answer['error']}")
        return answer["ok"]
