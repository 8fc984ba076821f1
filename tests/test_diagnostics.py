"""Every wrong spec has a twin that holds, to the letter, what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hypertune.diagnostics import Source, SpecError, render_all
from hypertune.explanations import diagnostics
from hypertune.semantics import elaborate, include
from hypertune.standard import STANDARD
from hypertune.syntax import parse, read_source

FOLDER = Path(__file__).parent / "diagnostics"
REFERENCE = FOLDER.parents[1] / "docs" / "reference" / "diagnostics.md"
WRONG = sorted(p for p in FOLDER.rglob("*.hspec") if p.parent.name != "included")
MACHINE = {"HT110", "HT111", "HT112"}  # show on a command line, or with a text of many pages


def _beside(folder: Path, name: str) -> Source:
    return read_source(folder / name, name)


def _said(path: Path) -> str:
    try:
        spec = parse(read_source(path, path.name))
        read = partial(_beside, path.parent)
        found = elaborate(include(spec, read), STANDARD).warnings
    except SpecError as wrong:
        found = wrong.diagnostics
    return render_all(found) + "\n"


@pytest.mark.parametrize("path", WRONG, ids=lambda p: str(p.relative_to(FOLDER).with_suffix("")))
def test_a_wrong_spec_says_what_its_golden_says(
    path: Path, matches_golden: Callable[[str, Path], None]
) -> None:
    matches_golden(_said(path), path.with_suffix(".err"))


def test_every_diagnostic_is_shown_by_a_golden_or_by_its_example() -> None:
    texts = [*FOLDER.rglob("*.err"), REFERENCE]  # where examples stand with what is said of them
    goldens = "".join(path.read_text(encoding="utf-8") for path in texts)
    missing = [code for code in diagnostics() if f"[{code}]" not in goldens]
    assert set(missing) <= MACHINE


def test_every_golden_has_its_spec() -> None:
    alone = [p for p in FOLDER.rglob("*.err") if not p.with_suffix(".hspec").exists()]
    assert alone == []


def test_everything_wrong_is_told_in_the_order_of_the_source() -> None:
    for path in WRONG:
        lines = [s for s in _said(path).splitlines() if s.lstrip().startswith("--> ")]
        places: dict[str, list[tuple[int, ...]]] = {}
        for file, *place in (line.rsplit(":", 2) for line in lines):
            places.setdefault(file, []).append(tuple(map(int, place)))
        assert all(found == sorted(found) for found in places.values()), path.name
