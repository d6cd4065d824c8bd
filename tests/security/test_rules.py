"""The rules of `scripts/check_dangers.py` see what they are for."""

from pathlib import Path

import pytest

from scripts import check_dangers


@pytest.mark.parametrize(
    ("file", "line", "is_found"),
    [
        ("links/fetch.py", "import httpx", True),
        ("links/fetch.py", "from http.client import HTTPConnection", True),
        ("links/fetch.py", "from urllib import request", True),
        ("links/fetch.py", "from urllib.parse import urlsplit", False),
        ("egress/exchange.py", "reader = asyncio.open_connection(host)", False),
        ("worker/app.py", "reader = asyncio.open_connection(host)", True),
        ("api/routes/links.py", 'request.headers["X-Forwarded-For"]', True),
        ("visitor/address.py", 'request.headers["X-Forwarded-For"]', False),
        ("clicks/event.py", "import pickle", True),
        ("api/routes/pages.py", "from fastapi.responses import HTMLResponse", True),
        ("links/service.py", "import subprocess", True),
        ("supervisor/child.py", "import subprocess", False),
    ],
)
def test_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, line: str, is_found: bool) -> None:
    monkeypatch.setattr(check_dangers, "SOURCE", tmp_path)
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(line, encoding="utf-8")
    assert bool(list(check_dangers.find_dangers(path))) is is_found
