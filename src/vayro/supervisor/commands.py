"""`vayro up`, `vayro redirect`, `vayro api` and `vayro worker`. Each returns the status to exit with."""

import contextlib
import sys
import threading

from vayro.settings import Settings
from vayro.supervisor.data_dir import prepare_data_dir
from vayro.supervisor.preparation import SignIn, is_administrator_given, prepare
from vayro.supervisor.process_group import ProcessGroup
from vayro.supervisor.readiness import await_ready
from vayro.supervisor.reporting import Report, build_report
from vayro.supervisor.services import Services
from vayro.supervisor.sockets import url_of


def run_redirect(settings: Settings) -> int:
    """Run the Redirect Engine until told to stop. Needs no database at start: Redis may have what is asked for."""
    services = _build(settings)
    services.add_redirect(settings.metrics_port)
    return services.run()


def run_api(settings: Settings) -> int:
    """Run the Dashboard API until told to stop; make the first administrator if the settings give one."""
    services = _build(settings)
    services.add_api(settings.metrics_port)
    if is_administrator_given(settings):
        prepare("bootstrap")
    return services.run()


def run_sites(settings: Settings) -> int:
    """Serve sites by their own hosts until told to stop."""
    services = _build(settings)
    services.add_sites(settings.metrics_port)
    return services.run()


def run_worker(settings: Settings) -> int:
    """Run the Analytics Worker until told to stop."""
    services = _build(settings)
    services.add_worker(settings.metrics_port)
    return services.run()


def run_up(settings: Settings) -> int:
    """Migrate, make the first administrator, run all three services; say where they are once they answer.

    A VAYRO_METRICS_PORT is the engine's; the API takes the port after it, the worker the one after that.
    """
    services = _build(settings)
    first = settings.metrics_port
    services.add_redirect(first)
    services.add_api(first + 1 if first else None)
    services.add_worker(first + 2 if first else None)
    sign_in = prepare("prepare")
    arguments = (settings, services.group, sign_in, build_report(settings))
    threading.Thread(target=_announce, args=arguments, name="readiness", daemon=True).start()
    return services.run()


def _build(settings: Settings) -> Services:
    prepare_data_dir(settings)
    return Services(settings, build_report(settings))


def _announce(settings: Settings, group: ProcessGroup, sign_in: SignIn | None, report: Report) -> None:
    """Print the two lines that the contract promises, then how to sign in where there was nobody before."""
    redirect = url_of(settings.redirect_host, settings.redirect_port)
    dashboard = url_of(settings.api_host, settings.api_port)
    late = await_ready([redirect, dashboard], group.is_stopping)
    if group.is_stopping():
        return
    if late:
        report(f"{' and '.join(late)} did not become ready: stopping")
        group.stop(1)
        return
    with contextlib.suppress(OSError):  # nobody reads it
        sys.stdout.write(f"redirect  {redirect}\ndashboard {dashboard}\n{describe_sign_in(sign_in)}")
        sys.stdout.flush()


def describe_sign_in(sign_in: SignIn | None) -> str:
    """Return the lines that tell the first administrator how to sign in; nothing when there is none."""
    if sign_in is None:
        return ""
    password = sign_in.password or "the one you set (VAYRO_BOOTSTRAP_PASSWORD)"
    key = sign_in.key or "the one you set (VAYRO_BOOTSTRAP_API_KEY)"
    hint = "\nThese are shown this once. Keep them.\n" if sign_in.password or sign_in.key else ""
    return f"\nadministrator {sign_in.email}\npassword      {password}\nAPI key       {key}\n{hint}"
