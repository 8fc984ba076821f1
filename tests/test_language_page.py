"""What the page on the language shows is true."""

import re
from pathlib import Path

import pytest

from hypertune.compiler import compile_text
from hypertune.diagnostics import Source
from hypertune.syntax import ast, format_spec, parse
from specs import PLAIN

PAGE = (Path(__file__).parents[1] / "docs" / "language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```hspec\n(.*?)```", PAGE, re.DOTALL)


def whole(example: str) -> str:
    """An example with plain statements in the place of those that it has not."""
    if example.startswith("hspec 1"):
        return example
    there = {_sort(statement) for statement in parse(Source("", f"hspec 1\n{example}")).statements}
    rest = [text for name, text in PLAIN.items() if name not in there | {"version"}]
    return "\n".join(["hspec 1", example, *rest])


def _sort(statement: ast.Statement) -> str:
    return (
        statement.kind.text
        if isinstance(statement, ast.Section)
        else type(statement).__name__.lower()
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n")[0][:30])
def test_an_example_is_right(example: str) -> None:
    compile_text(whole(example))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split("\n")[0][:30])
def test_an_example_means_the_same_when_it_is_formatted(example: str) -> None:
    text = whole(example)
    formatted = format_spec(parse(Source("", text)))
    assert compile_text(formatted).program == compile_text(text).program


def test_every_word_of_the_language_is_on_the_page() -> None:
    from hypertune.editors.vocabulary import (
        CLAUSES,
        FUNCTIONS,
        MODES,
        PIECES,
        SETTINGS,
        STATEMENTS,
    )

    words = {*STATEMENTS, *PIECES, *CLAUSES, *MODES, *FUNCTIONS}
    words |= {key for keys in SETTINGS.values() for key in keys}
    missing = {word for word in words if not re.search(rf"\b{word}\b", PAGE)}
    assert missing == {"window"}  # of sources that are not there yet
