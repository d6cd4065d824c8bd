"""The servers that the API's measurements need: PostgreSQL, Redis, the Dashboard API, and a bare FastAPI route."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.servers import PostgresServer, RedisServer, is_listening, running, wait_until
from vayro.database.migrations import upgrade

API_KEY = "vk_bench0000000000000000000000000000"

_API = """
import asyncio, socket, sys
from vayro.accounts.service import AccountService
from vayro.api.process import run_api
from vayro.database.engine import open_database
from vayro.settings import load_settings

async def bootstrap(settings):
    database = open_database(settings)
    await AccountService(database).bootstrap(settings)
    await database.close()

settings = load_settings()
asyncio.run(bootstrap(settings))
run_api(settings, [socket.socket(fileno=int(sys.argv[1]))])
"""

_ECHO = """
import socket, sys
import uvicorn
from fastapi import FastAPI
from vayro.api.schemas.links import LinkCreate

app = FastAPI()

@app.post("/echo")
async def echo(body: LinkCreate) -> LinkCreate:
    return body

config = uvicorn.Config(app, loop="uvloop", http="httptools", ws="none", access_log=False, log_level="warning")
uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
"""


@dataclass(frozen=True)
class Served:
    """A running HTTP server. `urls`: of each process, the same one where they share a socket.

    `database_url`: of what it keeps things in, if it does.
    """

    urls: list[str]
    pids: list[int]
    database_url: str = ""

    @property
    def url(self) -> str:
        """Of the first process."""
        return self.urls[0]


@contextmanager
def serve_api(*, workers: int = 1, apart: bool = False) -> Iterator[Served]:
    """Start the Dashboard API on a migrated PostgreSQL and a Redis of its own.

    Args: apart, whether each process has a port of its own, as on machines of their own.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running(PostgresServer()) as postgres,
        running(RedisServer()) as redis,
    ):
        url = postgres.create_database()
        upgrade(url)
        environment = {
            "VAYRO_DATA_DIR": folder,
            "VAYRO_DATABASE_URL": url,
            "VAYRO_REDIS_URL": redis.url,
            "VAYRO_BOOTSTRAP_EMAIL": "bench@example.com",
            "VAYRO_BOOTSTRAP_PASSWORD": "correct horse battery staple",
            "VAYRO_BOOTSTRAP_API_KEY": API_KEY,
        }
        with _serve(_API, environment, workers, apart=apart) as served:
            yield replace(served, database_url=url)


@contextmanager
def serve_echo() -> Iterator[Served]:
    """Start a FastAPI route that validates the body of a create and returns it."""
    with _serve(_ECHO, {}, 1) as served:
        yield served


@contextmanager
def _serve(program: str, environment: dict[str, str], workers: int, *, apart: bool = False) -> Iterator[Served]:
    with ExitStack() as stack:
        listeners = [stack.enter_context(_listen()) for _ in range(workers if apart else 1)]
        taken = [listeners[number % len(listeners)] for number in range(workers)]
        path = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parent.parent / "src")}
        children = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(listener.fileno())],
                env=path | environment,
                pass_fds=[listener.fileno()],
                cwd=tempfile.gettempdir(),
            )
            for listener in taken
        ]
        ports = [listener.getsockname()[1] for listener in taken]
    try:
        for child, port in zip(children, ports, strict=True):
            wait_until(lambda child=child, port=port: _serves(child, port), what="the server answers")
        yield Served([f"http://127.0.0.1:{port}" for port in ports], [child.pid for child in children])
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(20)


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    return listener


def _serves(child: subprocess.Popen[bytes], port: int) -> bool:
    if child.poll() is not None:
        raise RuntimeError("the server ended at once")
    return is_listening(port)
