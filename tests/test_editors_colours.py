"""The two grammars that colour specs know the language as the parser does."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)

from hypertune.editors.highlighting import HspecLexer
from hypertune.editors.vocabulary import FUNCTIONS, KEYWORDS, RESERVED
from hypertune.resources import resource_folder
from hypertune.semantics.arguments import constants
from hypertune.syntax import tokens

GRAMMAR = (resource_folder("grammars") / "hspec.lark").read_text(encoding="utf-8")
TEXTMATE = json.loads(
    (resource_folder("grammars") / "hspec.tmLanguage.json").read_text(encoding="utf-8")
)
WORDS = sorted(re.findall(r'^[A-Z]+: "([a-z]+)"$', GRAMMAR, re.MULTILINE))
SAMPLE = """\
# a comment
hyper drops[6] : log(1e-8, 1) = 1_0.5 per batch
hyper keep : rate = 0.5
data { source = csv("a.csv"); split = (train = 20%) }
model (1, 8) given * {
  linear(max(3, 4)) on cuda:1 as top
  add(top)
}
"""
CLASSES: dict[str, tuple[_TokenType, str]] = {
    "# a comment": (Comment.Single, "comment"),
    "hyper": (Keyword.Declaration, "storage.type"),
    "drops": (Name, "variable.other"),
    "log": (Name.Class, "support.type"),
    "rate": (Name.Class, "support.type"),
    "1e-8": (Number, "constant.numeric"),
    "1_0.5": (Number, "constant.numeric"),
    "per": (Keyword, "keyword.control"),
    "batch": (Keyword.Pseudo, "storage.modifier"),
    "source": (Name.Attribute, "variable.parameter"),
    "csv": (Name.Function, "entity.name.function"),
    '"a.csv"': (String.Double, "string"),
    "train": (Name.Attribute, "variable.parameter"),
    "20%": (Number, "constant.numeric"),
    "model": (Keyword.Declaration, "storage.type"),
    "*": (Operator, "keyword.operator"),
    "linear": (Name.Function, "entity.name.function"),
    "max": (Name.Builtin, "support.function"),
    "cuda:1": (Name.Constant, "constant.language"),
    "top": (Name, "variable.other"),
    "add": (Name.Function, "entity.name.function"),
}


def _scopes(text: str) -> list[tuple[str, str]]:
    """What TextMate makes of a text: at each place the first pattern that matches there."""
    patterns: list[dict[str, Any]] = [
        TEXTMATE["repository"][item["include"].removeprefix("#")] for item in TEXTMATE["patterns"]
    ]
    found = []
    for line in text.splitlines():
        at = 0
        while at < len(line):
            hits = ((re.compile(p["match"]).match(line, at), p["name"]) for p in patterns)
            hit, scope = next(((h, name) for h, name in hits if h), (None, ""))
            if hit:
                found.append((hit[0], scope))
            at = hit.end() if hit else at + 1
    return found


def test_the_vocabulary_is_that_of_the_grammar() -> None:
    assert sorted(KEYWORDS) == WORDS
    assert {word.upper() for word in RESERVED} == tokens.RESERVED
    assert set(FUNCTIONS) == set(constants.FUNCTIONS)


@pytest.mark.parametrize("word", WORDS)
def test_every_keyword_is_coloured_as_one(word: str) -> None:
    assert next(iter(HspecLexer().get_tokens(word)))[0] in Keyword
    assert _scopes(word)[0][1].startswith(("storage.", "keyword."))


def test_a_sample_is_classified_sensibly() -> None:
    tokens_of_sample = {text: kind for kind, text in reversed([*HspecLexer().get_tokens(SAMPLE)])}
    scopes = dict(reversed(_scopes(SAMPLE)))
    for text, (kind, scope) in CLASSES.items():
        assert tokens_of_sample[text] is kind, text
        assert scopes[text].startswith(scope), text


@pytest.mark.parametrize("path", sorted(resource_folder("specs").glob("*.hspec")))
def test_nothing_in_a_shipped_spec_is_left_unread(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    found = [*HspecLexer().get_tokens(text)]
    assert "".join(part for _, part in found) == text
    assert not [part for kind, part in found if kind is Error]
