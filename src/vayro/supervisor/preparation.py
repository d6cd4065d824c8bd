"""What happens once, before services start: migrations and the first administrator.

In a child that ends afterwards: Alembic and SQLAlchemy are 60 MB that the parent need not keep.
"""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass

from vayro.errors import StartFailed
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

    Returns the administrator that it made, None where there is one already. Raises StartFailed when it fails; its
    reason is on stderr by then. Blocks.
    """
    reading, writing = os.pipe()
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        entry_arguments(kind, "--fd", str(writing)),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        pass_fds=(writing,),
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    if process.wait():
        raise StartFailed("The database could not be prepared")
    made = json.loads(answer)
    return SignIn(**made) if made else None


def is_administrator_given(settings: Settings) -> bool:
    """Return whether the settings hold a credential for the first administrator, so that none has to be shown."""
    return bool(settings.bootstrap_password.get_secret_value() or settings.bootstrap_api_key.get_secret_value())


def write_preparation(settings: Settings, fd: int, *, migrate: bool) -> None:
    """In the child: do it, and write what was made to the pipe."""
    from vayro.database.migrations import upgrade

    if migrate:
        upgrade(settings.resolved_database_url)
    made = asyncio.run(_bootstrap(settings))
    with os.fdopen(fd, "w") as pipe:
        json.dump(asdict(made) if made else None, pipe)


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
