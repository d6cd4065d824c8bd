"""Five processes that start at once on an empty database."""

import json
import subprocess
import sys

from tests.conftest import SettingsFactory
from tests.processes import Process, environment_of
from vayro.accounts.service import AccountService
from vayro.database.engine import Database

PROCESSES = 5
BOOTSTRAP = """
import asyncio, json, sys
from vayro.accounts.service import AccountService
from vayro.database.engine import open_database
from vayro.settings import load_settings

async def main():
    settings = load_settings()
    database = open_database(settings, pool_size=1)
    print("ready", flush=True)
    sys.stdin.readline()
    made = await AccountService(database).bootstrap(settings)
    print(json.dumps(made and [made.email, made.password, made.key.secret]))
    await database.close()

asyncio.run(main())
"""


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", BOOTSTRAP], env=environment, stdin=pipe, stdout=pipe, text=True)


async def test_five_processes_at_once_make_one_administrator(
    database: Database, database_url: str, settings_factory: SettingsFactory
) -> None:
    environment = Process._without_developer() | environment_of(settings_factory(database_url=database_url))
    racers = [start(environment) for _ in range(PROCESSES)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers = [json.loads(racer.communicate(timeout=60)[0]) for racer in racers]
    [(email, password, secret)] = [answer for answer in answers if answer]
    accounts = AccountService(database)
    assert [user.email for user in await accounts.list_users()] == [email]
    assert (await accounts.verify_password(email, password)).is_admin
    assert (await accounts.authenticate_key(secret)).is_admin
    await accounts.close()
