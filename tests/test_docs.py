"""Pages lead to what is there, and their commands are right."""

import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

import hypertune

HOUSE = Path(__file__).parents[1]
NUMBERS = Counter(page.name[:4] for page in (HOUSE / "docs" / "decisions").iterdir())
PAGES = [HOUSE / "CHANGELOG.md", HOUSE / "README.md", *(HOUSE / "docs").rglob("*.md")]
COMMAND = re.compile(r"^    (hypertune train [a-z](?:\\\n|.)*)", re.MULTILINE)
COMMANDS = [found for page in PAGES for found in COMMAND.findall(page.read_text(encoding="utf-8"))]


def test_no_two_decisions_share_a_number():
    assert [number for number, pages in NUMBERS.items() if pages > 1] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOUSE)))
def test_decisions_and_pages_that_a_page_leads_to_are_there(page):
    text = page.read_text(encoding="utf-8")
    missing = set(re.findall(r"decisions/(\d{4})", text)) - {*NUMBERS}
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#:\s]+)[^)]*\)", prose)
    missing |= {link for link in links if not (page.parent / link).exists()}
    assert missing == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_training_that_a_page_shows_can_begin(command):
    _, _, spec, *words = shlex.split(command.replace("\\\n", " "))
    options = list(zip(words[::2], words[1::2], strict=True))
    program = hypertune.compile(spec, [value for name, value in options if name == "--set"])
    assert program.tune(dict(options).get("--tune", ""))
