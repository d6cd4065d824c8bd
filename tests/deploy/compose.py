"""deploy/compose.yaml as Compose would read it: merge keys expanded, variables filled in."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
FILE = DEPLOY / "compose.yaml"
SECRETS = {
    "VAYRO_POSTGRES_PASSWORD": "p" * 48,
    "VAYRO_REPLICATION_PASSWORD": "r" * 48,
    "VAYRO_BOOTSTRAP_PASSWORD": "correct horse battery staple",
}
_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<operator>:-|:\?)(?P<text>[^}]*))?\}")


def fill_in(text: str, variables: Mapping[str, str]) -> str:
    """Replace `${NAME}`, `${NAME:-default}` and `${NAME:?error}`; KeyError for one that must be set and is not."""

    def value(match: re.Match[str]) -> str:
        name, operator, default = match["name"], match["operator"], match["text"]
        if given := variables.get(name):
            return given
        if operator == ":-":
            return default or ""
        raise KeyError(f"{name}: {default or 'not set'}")

    return _VARIABLE.sub(value, text)


def load_compose(**variables: str) -> dict[str, Any]:
    """The file, with these variables beside the secrets. As Compose does: parsed first, then filled in."""
    found: dict[str, Any] = _fill_in_all(yaml.safe_load(FILE.read_text(encoding="utf-8")), SECRETS | variables)
    return found


def variables_of(text: str) -> set[str]:
    """Names of the variables in a text."""
    return {match["name"] for match in _VARIABLE.finditer(_without_comments(text))}


def bind_sources(service: Mapping[str, Any]) -> list[Path]:
    """What a service mounts from this repository."""
    sources = [str(volume).split(":")[0] for volume in service.get("volumes", [])]
    return [Path(os.path.normpath(DEPLOY / source)) for source in sources if source.startswith(".")]


def named_volumes(service: Mapping[str, Any]) -> set[str]:
    """Named volumes that a service mounts."""
    return {str(volume).split(":")[0] for volume in service.get("volumes", []) if not str(volume).startswith(".")}


def _fill_in_all(node: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _fill_in_all(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill_in_all(value, variables) for value in node]
    return fill_in(node, variables) if isinstance(node, str) else node


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", ";")))
