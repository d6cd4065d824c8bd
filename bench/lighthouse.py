"""What Lighthouse says of the dashboard's pages: a site of its own, with a few links.

Scores of 0 to 100 for performance, accessibility and best practices; the ratio is the lowest of them to 95.
"""

import asyncio
import json
import subprocess
import tempfile
from pathlib import Path

import httpx

from tests.api.signing_in import PASSWORD, make_person
from tests.browser.conftest import make_settings
from tests.processes import vayro
from vayro.accounts.service import AccountService
from vayro.database.engine import open_database
from vayro.settings import Settings

LEAST = 95
PAGES = ("/sign-in", "/", "/?new=1", "/analytics", "/settings", "/settings/security", "/settings/keys")
LINKS = 200


def main() -> None:
    """Start, judge, stop."""
    browser = Path(__file__).parent / "browser"
    if not (browser / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=browser, check=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder))
        with vayro("up", settings) as process:
            email = asyncio.run(make_person(settings))
            _make_links(process.serves[1], asyncio.run(_make_key(settings, email)))
            verdicts = _judge(process.serves[1], email)
    for verdict in verdicts:
        print(f"{verdict['path']:20} {verdict['scores']}  {', '.join(verdict['lost'])}")
    lowest = min(min(verdict["scores"].values()) for verdict in verdicts)
    print(f"ratio of the lowest score ({lowest}) to {LEAST}: {lowest / LEAST:.2f}")


async def _make_key(settings: Settings, email: str) -> str:
    database = open_database(settings)
    service = AccountService(database)
    user = await service.get_user(email)
    key = await service.create_key(user.as_caller(), "lighthouse")
    await service.close()
    await database.close()
    return key


def _make_links(url: str, key: str) -> None:
    links = [{"target_url": f"https://example.com/{number}", "tags": ["lighthouse"]} for number in range(LINKS)]
    headers = {"Authorization": f"Bearer {key}"}
    httpx.post(f"{url}/v1/links/bulk", json={"links": links}, headers=headers, timeout=60).raise_for_status()


def _judge(url: str, email: str) -> list[dict[str, dict[str, int]]]:
    command = ["node", "lighthouse.mjs", url, email, PASSWORD, *PAGES]
    done = subprocess.run(
        command, cwd=Path(__file__).parent / "browser", capture_output=True, text=True, check=True, timeout=600
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


if __name__ == "__main__":
    main()
