"""People who sign in to a running API, as a browser does."""

import contextlib
import itertools
from collections.abc import AsyncIterator
from typing import Any

import httpx

from vayro.accounts.service import AccountService
from vayro.database.engine import open_database
from vayro.settings import Settings

PASSWORD = "correct horse battery"
OWN = {"Sec-Fetch-Site": "same-origin"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

_numbers = itertools.count(1)


async def make_person(settings: Settings) -> str:
    """The address of a new person whose password is PASSWORD."""
    email = f"person{next(_numbers)}@example.com"
    database = open_database(settings)
    service = AccountService(database)
    await service.create_user(email, PASSWORD)
    await service.close()
    await database.close()
    return email


@contextlib.asynccontextmanager
async def browser(url: str, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on a page of ours; it keeps cookies."""
    sent = {"User-Agent": FIREFOX, **OWN, **headers}
    async with httpx.AsyncClient(base_url=url, headers=sent, timeout=30, verify=False) as opened:
        yield opened


async def sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/v1/auth/sign-in", json={"email": email, "password": password})


def cookies_of(answer: httpx.Response) -> dict[str, tuple[str, set[str]]]:
    """The cookies that an answer sets: name to (value, attributes)."""
    found: dict[str, tuple[str, set[str]]] = {}
    for header in answer.headers.get_list("set-cookie"):
        pair, *attributes = header.split("; ")
        name, _, value = pair.partition("=")
        found[name] = (value, set(attributes))
    return found


def session_of(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()["session"]
