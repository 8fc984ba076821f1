"""Every wrong spec has a twin that holds, to the letter, what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hypertune.diagnostics import SpecError, render_all
from hypertune.explanations import diagnostics
from hypertune.semantics import elaborate
from hypertune.standard import STANDARD
from hypertune.syntax import parse, read_source

FOLDER = Path(__file__).parent / "diagnostics"
WRONG = sorted(FOLDER.rglob("*.hspec"))
MACHINE = {"HT501"}  # shows only when a program is placed on a machine


def _said(path: Path) -> str:
    try:
        found = elaborate(parse(read_source(path, path.name)), STANDARD).warnings
    except SpecError as wrong:
        found = wrong.diagnostics
    return render_all(found) + "\n"


@pytest.mark.parametrize("path", WRONG, ids=lambda p: str(p.relative_to(FOLDER).with_suffix("")))
def test_a_wrong_spec_says_what_its_golden_says(
    path: Path, matches_golden: Callable[[str, Path], None]
) -> None:
    matches_golden(_said(path), path.with_suffix(".err"))


def test_every_diagnostic_is_among_the_goldens() -> None:
    goldens = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.err"))
    missing = [code for code in diagnostics() if f"[{code}]" not in goldens]
    assert set(missing) <= MACHINE


def test_every_golden_has_its_spec() -> None:
    alone = [p for p in FOLDER.rglob("*.err") if not p.with_suffix(".hspec").exists()]
    assert alone == []


def test_everything_wrong_is_told_in_the_order_of_the_source() -> None:
    for path in WRONG:
        lines = [s for s in _said(path).splitlines() if s.lstrip().startswith("--> ")]
        places = [tuple(map(int, line.rsplit(":", 2)[1:])) for line in lines]
        assert places == sorted(places), path.name
