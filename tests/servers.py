"""The real servers that tests talk to: PostgreSQL, Redis and nginx, each on a free port, in its own folder.

Each is started by `start()`, ended by `stop()`, and can be harmed in between: `kill()` (SIGKILL), `pause()` (a
black hole that accepts connections and never answers) and `resume()`. Should pytest itself be killed, the
kernel ends them: `setpriv --pdeathsig` asks for that. It takes the *thread* that called `start()` for the
parent, so start them from one that lives as long as the test.
"""

import contextlib
import itertools
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import psycopg

START_SECONDS = 30
STOP_SECONDS = 10

AnyServer = TypeVar("AnyServer", bound="Server")


def free_port(neighbours: int = 0) -> int:
    """Return a port nobody listens on, nor on its next `neighbours`; below those that the kernel gives to clients.

    None is given twice: its server may start much later. Workers of one test run have ports of their own.
    """
    for _ in range(100):
        first = next(_PORTS)
        wanted = [first, *(next(_PORTS) for _ in range(neighbours))]
        if wanted[-1] == first + neighbours and all(_is_free(port) for port in wanted):
            return first
    raise RuntimeError("no free port among 100 tries")


def _ports_of_this_process() -> Iterator[int]:
    """Yield this worker's share of the ports for ever, beginning anywhere: other test runs may be under way, too."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = (32_000 - 10_000) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    begin = random.SystemRandom().randrange(share)  # Hypothesis seeds the other one: the same for all
    for number in itertools.count(begin):
        yield 10_000 + worker * share + number % share


_PORTS = _ports_of_this_process()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def wait_until(condition: Callable[[], bool], *, seconds: float = START_SECONDS, what: str = "") -> None:
    """Return once `condition()` is true; TimeoutError after `seconds`. Blocks."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what or condition}")
        time.sleep(0.01)


class Server:
    """A process with a folder and a log. Subclasses say what to run and when it is ready."""

    program = ""
    stop_signal = signal.SIGTERM

    def __init__(self, user: str | None = None) -> None:
        self.user = user if os.geteuid() == 0 else None
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix=f"vayro-test-{self.program}-"))
        self.process: subprocess.Popen[bytes] | None = None
        if self.user:
            shutil.chown(self.directory, self.user)

    def command(self) -> list[str]:
        """What to run."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether the server answers."""
        raise NotImplementedError

    @property
    def pid(self) -> int:
        """Process id of the running server."""
        if self.process is None:
            raise RuntimeError(f"{self.program} does not run")
        return self.process.pid

    def start(self) -> None:
        """Start, and wait until it answers; RuntimeError with the end of its log when it dies instead."""
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self._privileges(), *self.command()],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for pytest, which stops its servers itself
            )
        try:
            wait_until(lambda: self._died() or self.is_ready(), what=f"{self.program} answers")
        except TimeoutError:
            self.kill()
            raise
        if self._died():
            raise RuntimeError(f"{self.program} ended at once:\n{self.log()[-2000:]}")

    def log(self) -> str:
        """What it has printed."""
        return (self.directory / "log").read_text(errors="replace")

    def stop(self) -> None:
        """End it in good order; by SIGKILL when it has not ended after 10 s."""
        if self.process is None:
            return
        self.resume()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def kill(self) -> None:
        """End it and its children as a crash would; `start()` brings it back on the same port."""
        if self.process:
            family = signal_family(self.process.pid, signal.SIGKILL)
            self.process.wait()
            wait_until(lambda: all(map(is_gone, family)), what=f"{self.program} and its children are gone")
            self.process = None

    def pause(self) -> None:
        """Make it a black hole: the kernel accepts connections, nobody answers, nor do its children."""
        signal_family(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """End a pause."""
        if self.process and self.process.poll() is None:
            signal_family(self.process.pid, signal.SIGCONT)

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _died(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _privileges(self) -> list[str]:
        command = [_find("setpriv", "util-linux"), "--pdeathsig", signal.Signals(self.stop_signal).name[3:]]
        if self.user:
            group = str(pwd.getpwnam(self.user).pw_gid)
            command += ["--reuid", self.user, "--regid", group, "--init-groups"]
        return command


class PostgresServer(Server):
    """PostgreSQL without fsync: a commit survives the kill of the server, which is all that tests need."""

    program = "postgres"
    stop_signal = signal.SIGINT  # PostgreSQL's "fast" shutdown: open sessions are ended

    def __init__(self) -> None:
        super().__init__(user="postgres")

    def start(self) -> None:
        if not (self.directory / "data").exists():
            self._run("initdb", "--pgdata", "data", "--username", "postgres", "--auth", "trust", "--no-sync",
                      "--encoding", "UTF8", "--locale", "C.UTF-8")  # fmt: skip
        super().start()

    @property
    def url(self) -> str:
        """URL of the maintenance database."""
        return self._url("postgres")

    def command(self) -> list[str]:
        # synchronous_commit stays on: off, a killed server would forget the last 600 ms of commits.
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.directory,
            "max_connections": 200,
            "fsync": "off",
            "full_page_writes": "off",
            "log_min_messages": "warning",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [_find_postgres("postgres"), "-D", str(self.directory / "data"), *flags]

    def is_ready(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, template: str = "template1") -> str:
        """Create a database, a copy of `template` (which nobody may be connected to); return its URL."""
        name = f"test_{uuid4().hex}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self._url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database and end the sessions in it."""
        self._execute(f'DROP DATABASE IF EXISTS "{url.rsplit("/", 1)[1]}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._privileges(), _find_postgres(program), *arguments]
        done = subprocess.run(command, cwd=self.directory, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr[-2000:]}")


class RedisServer(Server):
    """Redis with `noeviction`, as where the stream lives; `appendonly` (everysec) as in production."""

    program = "redis-server"

    def __init__(self, *, appendonly: bool = False) -> None:
        super().__init__()
        self.appendonly = appendonly
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        options = {
            "--bind": "127.0.0.1",
            "--port": str(self.port),
            "--dir": str(self.directory),
            "--save": "",
            "--maxmemory-policy": "noeviction",
            "--appendonly": "yes" if self.appendonly else "no",
            "--appendfsync": "everysec",
        }
        return [_find("redis-server", "redis-server"), *(part for pair in options.items() for part in pair)]

    def is_ready(self) -> bool:
        try:
            return self.send("PING", seconds=2) == b"+PONG"
        except OSError:
            return False

    def send(self, command: str, *, whole: bool = False, seconds: float = 30) -> bytes:
        """Send one inline command; return the first line of the answer, or up to 64 KiB of it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(f"{command}\r\n".encode())
            answer = connection.recv(65_536)
            return answer if whole else answer.partition(b"\r\n")[0]


class NginxServer(Server):
    """nginx with the given `server { … }` blocks; `{port}` in them stands for its port."""

    program = "nginx"

    def __init__(self, servers: str) -> None:
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"
        temporary = " ".join(
            f"{kind}_temp_path {self.directory}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        blocks = servers.replace("{port}", str(self.port))
        (self.directory / "nginx.conf").write_text(
            f"{user} daemon off; worker_processes 1; pid {self.directory}/pid; error_log stderr warn;\n"
            f"events {{ worker_connections 1024; }}\n"
            f"http {{ access_log off; {temporary}\n{blocks}\n}}\n"
        )

    def command(self) -> list[str]:
        return [_find("nginx", "nginx-light"), "-p", str(self.directory), "-c", "nginx.conf", "-e", "stderr"]

    def is_ready(self) -> bool:
        return is_listening(self.port)


def children_of(pid: int) -> list[int]:
    """Process ids of all its descendants, parents first."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has ended, before or while it was read
        return []
    children = [int(child) for child in text.split()]
    return [*children, *(below for child in children for below in children_of(child))]


def signal_family(pid: int, number: signal.Signals) -> list[int]:
    """Send a signal to a process and all its descendants, parents first; return their ids."""
    family = [pid, *children_of(pid)]
    for member in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, number)
    return family


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has reaped yet has."""
    return _state_of(pid) in "ZX"


def is_stopped(pid: int) -> bool:
    """Whether a process is held by SIGSTOP."""
    return _state_of(pid) == "T"


def command_line(pid: int) -> list[str]:
    """The words that a process was started with; none when it has ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []


def _state_of(pid: int) -> str:
    """The letter in `/proc/PID/stat`; X, as of the dead, when there is no such process."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return "X"


def is_listening(port: int) -> bool:
    """Whether something accepts connections on this port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def running(server: AnyServer) -> Iterator[AnyServer]:
    """Start the server; stop it and delete its folder at the end, whatever happens."""
    try:
        server.start()
        yield server
    finally:
        server.remove()


def _find(program: str, package: str) -> str:
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        raise RuntimeError(f"{program} is missing: run scripts/install_test_packages.sh, or install {package}")
    return path


def _find_postgres(program: str) -> str:
    """Debian keeps the server's programs out of PATH, one folder a version: take the newest."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    for folder in reversed(folders):
        if (folder / program).exists():
            return str(folder / program)
    return _find(program, "postgresql")
