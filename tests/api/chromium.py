"""A headless Chromium that a test drives by the DevTools protocol, over a pipe: no port, no library."""

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--remote-debugging-pipe")  # fmt: skip
ANSWER_SECONDS = 60


class Tab:
    """One page."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._buffer = b""
        self._number = 0
        self._session = ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def open(self, url: str) -> None:
        """Go there, and wait until the page's script has drawn it."""
        self._call("Page.navigate", url="about:blank")
        self._call("Page.navigate", url=url)
        self.wait("location.href !== 'about:blank' && document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of an expression; of a promise, what it resolves to."""
        answer = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Return once an expression is true, whatever page is there by then."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                if self.run(f"Boolean({condition})"):
                    return
            except (AssertionError, RuntimeError):  # between two pages there is nobody to ask
                pass
            if time.monotonic() > deadline:
                shown = self.run("location.href + ' ' + document.body.innerText")
                raise TimeoutError(f"{condition} is not so on {shown}")
            time.sleep(0.05)

    def fill(self, **fields: str) -> None:
        """Fill a form in, and send it."""
        for name, value in fields.items():
            self.wait(f"document.querySelector('input[name={name}]')")
            self.run(f"document.querySelector('input[name={name}]').value = {json.dumps(value)}")
        self.run("document.querySelector('form').requestSubmit()")

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = json.loads(self._read())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def _read(self) -> bytes:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reading], [], [], ANSWER_SECONDS)
            piece = os.read(self._reading, 65_536) if ready else b""
            if not piece:
                raise TimeoutError("Chromium does not answer")
            self._buffer += piece
        answer, _, self._buffer = self._buffer.partition(b"\0")
        return answer


@contextmanager
def chromium(folder: Path) -> Iterator[Tab]:
    """Start a browser with a profile in this folder."""
    (to_browser, writing), (reading, from_browser) = os.pipe(), os.pipe()
    command = f'exec chromium "$@" 3<&{to_browser} 4>&{from_browser}'
    log = (folder / "chromium.log").open("wb")
    process = subprocess.Popen(
        ["bash", "-c", command, "bash", *FLAGS, f"--user-data-dir={folder}/profile", "about:blank"],
        pass_fds=(to_browser, from_browser),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
        env={**os.environ, "HOME": str(folder)},
        start_new_session=True,
    )
    log.close()
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Tab(reading, writing)
    finally:
        os.killpg(process.pid, 9)
        process.wait()
        os.close(writing)
        os.close(reading)
