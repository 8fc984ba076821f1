"""The reference pages, which are written from the kinds and the diagnostics."""

import runpy
from pathlib import Path

import pytest

from hypertune.explanations import diagnostics
from hypertune.standard import STANDARD

DOCS = Path(__file__).parents[1] / "docs"
PAGES = runpy.run_path(str(DOCS / "generate.py"))["pages"]()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name):
    page = DOCS / "reference" / name
    assert page.read_text(encoding="utf-8") == PAGES[name], "run python docs/generate.py"


def test_no_page_is_left_over():
    assert {page.name for page in (DOCS / "reference").iterdir()} == set(PAGES)


def test_every_kind_and_every_code_has_its_entry():
    text = "".join(PAGES.values())
    assert [kind.name for kind in STANDARD if f"# `{kind.name}`" not in text] == []
    assert [code for code in diagnostics() if f"### {code}: " not in text] == []
