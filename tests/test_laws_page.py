"""The page about laws names them all."""

from pathlib import Path
from runpy import run_path

import pytest
from wrong_augmentations import NEUTRAL

from hypertune.testing import LAWS, layer_laws
from hypertune.testing.laws import augmentations, losses, methods

PAGE = (Path(__file__).parents[1] / "docs/laws.md").read_text(encoding="utf-8")
FILM = Path(__file__).parent / "plugin/hypertune_film.py"
SECTIONS = {
    "layer": [law.name for law in LAWS],
    "augmentation": [*(law.name for law in augmentations.LAWS), NEUTRAL],
    "loss": [law.name for law in losses.LAWS],
    "method": [law.name for law in methods.LAWS],
}


@pytest.mark.parametrize("sort", SECTIONS)
def test_that_every_law_of_a_sort_is_told_in_order(sort):
    _, _, section = PAGE.partition(f"The laws of a{'n' * (sort[0] == 'a')} {sort}\n")
    rows = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows[1:]] == SECTIONS[sort]


def test_that_a_layer_type_takes_forty_lines():
    text = FILM.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40
    assert f"```python\n{text}```" in PAGE


@layer_laws(run_path(str(FILM))["FILM"], one_in=8)
def test_that_the_layer_of_the_page_keeps(law):
    law()
