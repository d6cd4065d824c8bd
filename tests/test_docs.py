"""The documents say what the code does."""

import re
from pathlib import Path

import pytest

from scripts.write_docs import FOLDER, PAGES

ROOT = FOLDER.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *FOLDER.rglob("*.md")])
TEST = re.compile(r"`([a-z_/]+\.py)(?:::(test_[a-z_]+))?`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES)
def test_reference_page_is_what_the_code_says(page: str) -> None:
    assert (FOLDER / page).read_text(encoding="utf-8") == PAGES[page](), "stale: run `make docs`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_decision_is_listed_and_numbered() -> None:
    index = (FOLDER / "decisions" / "README.md").read_text(encoding="utf-8")
    records = sorted(path.name for path in (FOLDER / "decisions").glob("[0-9]*.md"))
    assert [name for name in records if f"({name})" not in index] == []
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))


def test_every_make_target_is_explained_by_make_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    explained = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert phony is not None
    assert set(phony[1].split()) == explained


def test_every_test_that_proves_an_invariant_exists() -> None:
    named = TEST.findall((FOLDER / "invariants.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [name for name in named if not _exists(*name)] == []


def _exists(file: str, test: str) -> bool:
    path = ROOT / "tests" / file
    return path.exists() and (not test or f"def {test}(" in path.read_text(encoding="utf-8"))
