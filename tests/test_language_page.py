"""Every example on the page about the language is right."""

import re
from pathlib import Path

import pytest

from hypertune.catalogue import SECTIONS
from hypertune.compiler import compile_text
from hypertune.editors.vocabulary import CLAUSES, FUNCTIONS, MODES, PIECES, STATEMENTS

PAGE = (Path(__file__).parents[1] / "docs" / "language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```hspec\n(.*?)```", PAGE, re.DOTALL)
REST = {
    "data": "data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }",
    "model": "model (1, 8, 8) given * { flatten; linear(10) }",
    "objective": "objective { train = cross_entropy; valid = cross_entropy }",
    "tune": "tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }",
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_right(example):
    there = {line.split()[0] for line in example.splitlines() if line}
    rest = [text for word, text in REST.items() if word not in there]
    compile_text("\n".join(["hspec 1", example, *rest]))


def test_every_word_of_the_language_is_on_the_page():
    words = {*STATEMENTS, *PIECES, *CLAUSES, *MODES, *FUNCTIONS}
    assert {word for word in words if not re.search(rf"\b{word}\b", PAGE)} == set()


def test_every_setting_is_on_the_page():
    for section, keys in SECTIONS.items():
        body = re.search(rf"## {section.title()}\n(.*?)\n## ", PAGE, re.DOTALL)
        assert body, section
        for key in keys:
            assert f"`{key}`" in body[1], key
