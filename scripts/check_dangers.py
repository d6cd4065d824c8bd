"""Fail when something dangerous is done where it should not be: rules of this house, for what no general tool knows.

Each names what is looked for, why, and the only files that may do it.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parent.parent / "src" / "vayro"


class Rule(NamedTuple):
    """Words that only some files may use: modules they import, names they call, or texts they hold."""

    words: frozenset[str]
    why: str
    allowed: tuple[str, ...]


RULES = (
    Rule(
        frozenset({"httpx", "requests", "aiohttp", "urllib.request", "http.client", "asyncio.open_connection"}),
        "what people give us as an address is fetched by the egress client alone, which looks where it leads",
        ("egress/", "observability/collector.py", "supervisor/readiness.py", "cli/checks/ports.py", "accounts/oidc.py"),
    ),
    Rule(
        frozenset({"x-forwarded-for", "forwarded", "x-real-ip"}),
        "who a client is, `VAYRO_TRUSTED_PROXIES` decide, in visitor/address.py; these hand the header to it",
        ("visitor/address.py", "api/limits.py", "redirect/origin.py", "redirect/fastlane.py", "redirect/plain_head.py"),
    ),
    Rule(
        frozenset({"pickle", "marshal", "shelve", "dill"}),
        "reading these runs what is in them",
        (),
    ),
    Rule(
        frozenset({"HTMLResponse", "fastapi.responses.HTMLResponse"}),
        "pages are made where their policy is, with everything escaped",
        (),
    ),
    Rule(
        frozenset({"subprocess", "os.system", "os.popen", "pty"}),
        "only the supervisor starts processes, and only our own",
        ("supervisor/",),
    ),
)


def find_dangers(path: Path) -> Iterator[str]:
    """Yield one line for each use that the file should not make."""
    name = path.relative_to(SOURCE).as_posix()
    for line, word in _words(ast.parse(path.read_text(encoding="utf-8"))):
        for rule in RULES:
            if word in rule.words and not name.startswith(rule.allowed or ("\0",)):
                yield f"src/vayro/{name}:{line}: {word}: {rule.why}"


def _words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield what a file imports, what it calls by a dotted name, and its short texts in lower case."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from ((node.lineno, part) for alias in node.names for part in _prefixes(alias.name))
            case ast.ImportFrom(module=str(module)):
                yield from ((node.lineno, part) for part in _prefixes(module))
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
            case ast.Call():
                yield node.lineno, ast.unparse(node.func)
            case ast.Constant(value=str() | bytes() as value) if len(value) < 40:
                yield node.lineno, (value.decode("latin-1") if isinstance(value, bytes) else value).lower()


def _prefixes(module: str) -> Iterator[str]:
    parts = module.split(".")
    return (".".join(parts[: count + 1]) for count in range(len(parts)))


if __name__ == "__main__":
    dangers = [danger for path in sorted(SOURCE.rglob("*.py")) for danger in find_dangers(path)]
    print("\n".join(dangers) or "Nothing dangerous is done where it should not be.")
    sys.exit(bool(dangers))
