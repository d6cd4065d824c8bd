"""Which children, sockets and metrics each of the services consists of."""

from collections.abc import Callable
from dataclasses import dataclass

from vayro.settings import Settings
from vayro.supervisor.child import ChildSpec, entry_arguments
from vayro.supervisor.metrics import DEFAULT_PORTS, MetricsDirectory, serve_metrics
from vayro.supervisor.process_group import STOP_SECONDS, ProcessGroup
from vayro.supervisor.reporting import Report
from vayro.supervisor.sockets import reserve


@dataclass(frozen=True, slots=True)
class _Part:
    """One child: which kind of entry it runs, its name for people, the listening socket it inherits."""

    kind: str
    name: str
    fd: int | None = None
    ends_last: bool = False


class Services:
    """The services that one parent runs. A port that is taken is refused when its service is added, before any runs."""

    def __init__(self, settings: Settings, report: Report) -> None:
        """Args: report, called with each line that people should read."""
        self.group = ProcessGroup(report, stop_seconds=STOP_SECONDS + max(0.0, settings.drain_seconds - 1))
        self._settings = settings
        self._report = report
        self._parts: dict[str, tuple[int, list[_Part]]] = {}

    def add_redirect(self, metrics_port: int | None) -> None:
        """Add the Redirect Engine: its engines on one socket, and the shipper when clicks travel through Redis."""
        settings = self._settings
        fd = self._listen(settings.redirect_host, settings.redirect_port, "VAYRO_REDIRECT")
        parts = [_Part("redirect", f"redirect engine {number + 1}", fd) for number in range(settings.redirect_workers)]
        if not settings.is_embedded:
            parts.append(_Part("shipper", "shipper", ends_last=True))
        self._add("redirect", metrics_port, parts)

    def add_api(self, metrics_port: int | None) -> None:
        """Add the Dashboard API, its processes on one socket."""
        settings = self._settings
        fd = self._listen(settings.api_host, settings.api_port, "VAYRO_API")
        parts = [_Part("api", f"dashboard api {number + 1}", fd) for number in range(settings.api_workers)]
        self._add("api", metrics_port, parts)

    def add_sites(self, metrics_port: int | None) -> None:
        """Add what serves sites by their own hosts, its processes on one socket."""
        settings = self._settings
        fd = self._listen(settings.sites_host, settings.sites_port, "VAYRO_SITES")
        parts = [_Part("sites", f"sites {number + 1}", fd) for number in range(settings.sites_workers)]
        self._add("sites", metrics_port, parts)

    def add_worker(self, metrics_port: int | None) -> None:
        """Add the Analytics Worker, and the process of durable jobs beside it."""
        parts = [_Part("worker", "worker", ends_last=True), _Part("jobs", "jobs")]
        self._add("worker", metrics_port, parts)

    def run(self) -> int:
        """Run all until told to stop; return the exit status. Blocks."""
        directories = [self._start_counting(*service) for service in self._parts.items()]
        try:
            return self.group.run()
        finally:
            for directory in directories:
                directory.remove()

    def _add(self, service: str, metrics_port: int | None, parts: list[_Part]) -> None:
        self._parts[service] = (metrics_port or DEFAULT_PORTS[service], parts)

    def _listen(self, host: str, port: int, setting: str) -> int:
        held = reserve(host, port, setting)
        # Once the children have drained, a new connection must be refused, not wait for nobody.
        self.group.before_stop(held.close)
        return held.fileno()

    def _start_counting(self, service: str, planned: tuple[int, list[_Part]]) -> MetricsDirectory:
        metrics_port, parts = planned
        directory = MetricsDirectory(self._settings.data_dir / "metrics", service)
        serve_metrics(directory, self._settings.metrics_host, metrics_port, self._report)
        for part in parts:
            directory.count_exit(part.kind, 0)
            self.group.add(self._child(part, directory))
        return directory

    def _child(self, part: _Part, directory: MetricsDirectory) -> ChildSpec:
        def bury(pid: int) -> None:
            directory.forget(pid)
            if not self.group.is_stopping():
                directory.count_exit(part.kind)

        return _spec(part, directory, bury)


def _spec(part: _Part, directory: MetricsDirectory, on_exit: Callable[[int], None]) -> ChildSpec:
    fds = () if part.fd is None else (part.fd,)
    return ChildSpec(
        name=part.name,
        arguments=entry_arguments(part.kind, *(argument for fd in fds for argument in ("--fd", str(fd)))),
        environment=directory.environment,
        fds=fds,
        on_exit=on_exit,
        ends_last=part.ends_last,
    )
