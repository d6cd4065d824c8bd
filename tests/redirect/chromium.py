"""A headless Chromium, driven through a pipe by the DevTools protocol."""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
SECONDS = 60.0


class Page:
    """One page of it."""

    def __init__(self, browser: "Browser") -> None:
        self._browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        browser.call("Page.enable", self._session)

    def go(self, url: str) -> None:
        """Go there."""
        self._browser.call("Page.navigate", self._session, url=url)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression; None while the page is changing."""
        answer = self._browser.call("Runtime.evaluate", self._session, expression=expression, returnByValue=True)
        return answer.get("result", {}).get("value")

    def await_value(self, expression: str, wanted: Any) -> None:
        """Return once the expression has this value."""
        ends = time.monotonic() + SECONDS
        value = None
        while time.monotonic() < ends:
            value = self.evaluate(expression)
            if value == wanted:
                return
            time.sleep(0.05)
        raise TimeoutError(f"{expression} is {value!r}, not {wanted!r}")


class Browser:
    """The process, and the pipe to it."""

    def __init__(self, profile: Path) -> None:
        reads, self._writes = os.pipe()
        self._reads, writes = os.pipe()
        command = ["chromium", *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        # The protocol speaks through the file descriptors 3 and 4.
        self.process = subprocess.Popen(
            ["bash", "-c", f"exec {shlex.join(command)} 3<&{reads} 4>&{writes}"],
            pass_fds=(reads, writes),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(reads)
        os.close(writes)
        self._number = 0
        self._unread = b""

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        os.write(self._writes, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                result: dict[str, Any] = answer.get("result", {})
                return result

    def close(self) -> None:
        """End it, with all its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._reads)
        os.close(self._writes)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            part = os.read(self._reads, 65_536)
            if not part:
                raise RuntimeError("Chromium has ended.")
            self._unread += part
        message, _, self._unread = self._unread.partition(b"\0")
        received: dict[str, Any] = json.loads(message)
        return received


@contextlib.contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """A page in a browser of its own. Args: profile, a folder that is not there yet."""
    browser = Browser(profile)
    try:
        yield Page(browser)
    finally:
        browser.close()
