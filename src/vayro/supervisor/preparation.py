"""What happens once, before services start: migrations and the first administrator.

In a child that ends afterwards: Alembic and SQLAlchemy are 60 MB that the parent need not keep.
"""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass

from vayro.errors import StartFailed, Unavailable, VayroError
from vayro.settings import Settings
from vayro.supervisor.child import entry_arguments


@dataclass(frozen=True, slots=True)
class SignIn:
    """How the administrator that was just made signs in; None for a secret that the operator gave."""

    email: str
    password: str | None
    key: str | None


def prepare(kind: str) -> SignIn | None:
    """Run the child `prepare` (migrations, administrator) or `bootstrap` (administrator only) to its end.

    Returns the administrator that it made, None where there is one already. Raises StartFailed with the child's reason.
    Blocks.
    """
    reading, writing = os.pipe()
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        entry_arguments(kind, "--fd", str(writing)),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        pass_fds=(writing,),
        process_group=0,  # a Ctrl-C is for the parent; this child ends with it
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    if process.wait() or not answer:
        raise StartFailed("The database could not be prepared")
    outcome = json.loads(answer)
    if outcome["error"]:
        raise StartFailed(outcome["error"])
    return SignIn(**outcome["made"]) if outcome["made"] else None


def is_administrator_given(settings: Settings) -> bool:
    """Return whether the settings hold a credential for the first administrator, so that none has to be shown."""
    return bool(settings.bootstrap_password.get_secret_value() or settings.bootstrap_api_key.get_secret_value())


def write_preparation(settings: Settings, fd: int, *, migrate: bool) -> None:
    """In the child: do it, and write to the pipe what was made, or why nothing was."""
    made, error = None, ""
    try:
        made = _prepare(settings, is_migrated=not migrate)
    except VayroError as failure:
        error = failure.detail
    with os.fdopen(fd, "w") as pipe:
        json.dump({"made": asdict(made) if made else None, "error": error}, pipe)


def _prepare(settings: Settings, *, is_migrated: bool) -> SignIn | None:
    from vayro.supervisor.diagnosis import explain_unavailable, migrate

    if not is_migrated:
        migrate(settings)
    try:
        return asyncio.run(_bootstrap(settings))
    except Unavailable as error:
        raise Unavailable(explain_unavailable(settings) or error.detail) from error


async def _bootstrap(settings: Settings) -> SignIn | None:
    from vayro.accounts.service import AccountService
    from vayro.database.engine import open_database

    database = open_database(settings, pool_size=1)
    try:
        made = await AccountService(database).bootstrap(settings)
    finally:
        await database.close()
    if made is None:
        return None
    password = made.password if made.is_password_generated else None
    return SignIn(made.email, password, made.key.secret if made.is_key_generated else None)
