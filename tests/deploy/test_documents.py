"""docs/operations.md and docs/deployment.md name only what there is: commands, settings, metrics, files."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from tests.deploy.compose import FILE, variables_of
from tests.deploy.metrics import metric_names
from vayro.cli.main import app
from vayro.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = ["operations.md", "deployment.md"]
SETTINGS = {f"VAYRO_{name.upper()}" for name in Settings.model_fields}


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_exists(name):
    proxies = {"VAYRO_POSTGRES_HOST", "VAYRO_REDIRECT_SERVERS"}  # of the templates: tests/deploy/test_compose.py
    of_compose = variables_of(FILE.read_text(encoding="utf-8"))
    assert set(re.findall(r"VAYRO_[A-Z_]+", page(name))) - SETTINGS - of_compose - proxies == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_metric_exists(name):
    assert set(re.findall(r"\bvayro_[a-z_]+", page(name))) - metric_names() == set()


@pytest.mark.parametrize("name", PAGES)
def test_every_command_exists(name):
    named = re.findall(r"(?:^\$ |`|exec api )vayro ((?:[a-z-]+ ?)+)", page(name), re.MULTILINE)
    assert named
    for words in named:
        command = get_command(app)
        for word in words.split():
            if not hasattr(command, "commands"):
                break  # an argument
            assert word in command.commands, f"vayro {words}"
            command = command.commands[word]


@pytest.mark.parametrize("name", PAGES)
def test_every_file_exists(name):
    named = set(re.findall(r"\b((?:deploy|requirements|docs)/[\w./-]*\w)", page(name)))
    assert sorted(path for path in named if not (ROOT / path).exists() and path != "deploy/.env") == []


def test_the_values_shown_are_values_of_the_chart():
    (block,) = re.findall(r"```yaml\n# your-values.yaml\n(.*?)```", page("deployment.md"), re.DOTALL)
    defaults = yaml.safe_load((ROOT / "deploy/helm/vayro/values.yaml").read_text(encoding="utf-8"))
    for key, given in yaml.safe_load(block).items():
        assert set(given) <= set(defaults[key]), key
