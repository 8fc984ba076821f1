"""Every mistake of a text is told, once, at its cause; and no text is too strange to be read."""

from __future__ import annotations

import pytest
from fuzzing.specs import mutants
from hypothesis import given, settings, strategies as st

from hypertune.diagnostics import Diagnostic, Source, SpecError
from hypertune.syntax import parse
from hypertune.syntax.mistakes import Unclosed

HEAD = "hspec 1\n"


def _wrong(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SpecError) as caught:
        parse(Source("a.hspec", text))
    return caught.value.diagnostics


def _told(text: str) -> list[str]:
    """Each mistake as `CODE line:column label`."""
    found = []
    for diagnostic in _wrong(text):
        assert diagnostic.span is not None
        line, column = diagnostic.span.position
        found.append(f"{diagnostic.code} {line}:{column} {diagnostic.fill(diagnostic.label)}")
    return found


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("let a = = 3", "a value"),
        ("let a 3", "`=`"),
        ("let = 3", "a name"),
        ("let a = 3 4", "the end of the line"),
        ("a = 3", "a statement"),
        ("hyper x : rate = 0.1 0.2", "`frozen`, `per`, `prior`, `spread` or the end of the line"),
        ("hyper x rate", "`,`, `:` or `[`"),
        ("hyper x : rate per epoch", "`batch` or `example`"),
        ("data { batch 64 }", "`=`"),
        ("data { 64 }", "a setting or `}`"),
        ("data { split = (a = 1 b = 2) }", "`,` or `)`"),
        ("tune 3 { }", "a name or `{`"),
        ("model { relu }", "`(`"),
        ("model (4) { 5 }", "a layer or `}`"),
        ("model (4) { linear 5 }", "`(`, `as`, `given`, `on` or the end of the line"),
        ("model (4) { relu given }", "a name or `*`"),
        ("model (4) { relu as a as b }", "`given`, `on` or the end of the line"),
        ("model (4) { repeat 2 given a { relu } given b }", "`as`, `on` or the end of the line"),
        ("model (4) { branch add on cpu {} on cpu }", "`as`, `given`, `{` or the end of the line"),
        ("model (4) { branch sum { relu } }", "`add`, `concat`, `mean` or `mul`"),
        ("model (4)\n{ relu }", "`given`, `on` or `{`"),
        ("let a = f(2,, 3)", "`)` or a value"),
        ("let model = 3", "a name"),
        ("let a = f(given)", "a value"),
    ],
)
def test_what_was_expected_is_told_in_words_of_the_language(text: str, label: str) -> None:
    (found,) = _told(HEAD + text)
    assert found.startswith("HT101 ")
    assert found.endswith(f" expected {label}")


def test_every_statement_is_read_whatever_stood_before_it() -> None:
    assert _told(
        "hspec 1\n"
        "let a = = 3\n"
        "let b 4; let c 5\n"
        "data {\n"
        "  source =\n"
        "  batch 64\n"
        "  scale = standardize\n"
        "}\n"
        "model (4) { relu relu; linear(3 4)\n"
        "  repeat { tanh tanh }\n"
        "}\n"
    ) == [
        "HT101 2:9 expected a value",
        "HT101 3:7 expected `=`",
        "HT101 3:16 expected `=`",
        "HT101 5:11 expected a value",
        "HT101 6:9 expected `=`",
        "HT101 9:18 expected `(`, `as`, `given`, `on` or the end of the line",
        "HT101 9:33 expected `,` or `)`",
        "HT101 10:10 expected a value",
        "HT101 10:17 expected `(`, `as`, `given`, `on` or the end of the line",
    ]


def test_the_body_is_read_after_a_broken_beginning() -> None:
    text = "hspec 1\nmodel 4 {\n  relu 1\n}\nblock (x) {\n  tanh 2\n}\ntune a b {\n  epochs 3\n}\n"
    lines = [int(told.split()[1].split(":")[0]) for told in _told(text)]
    assert lines == [2, 3, 5, 6, 8, 9]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model (4) { linear(3 given decay }", "HT102 2:22 expected `,` or `)`"),
        ("model (4) {\n  linear(3\n  relu\n  dropout(0.1)\n}", "HT102 3:11 expected `)`"),
        ("model (4) {\n  linear(3,\n  relu\n}", "HT102 4:7 expected `)`"),
        ("data {\n  batch = 3\nmodel (4) { relu }", "HT102 4:1 expected `}` before this"),
        ("data {\n  split = (a = 1,\n    b = 2\n  batch = 3\n}", "HT102 4:10 expected `)`"),
        ("let a = drops[0)", "HT102 2:16 expected `]` before this"),
        ("let a = f(drops[0)", "HT102 2:18 expected `]` before this"),
        ("let a = max(1, 2", "HT102 2:17 expected `)`"),
        ("data { batch = f(3; scale = 4 }", "HT102 2:19 expected `)`"),
        ("let a = f(1 +\nmodel (4) { relu }", "HT102 3:1 expected a value"),
        ("let a = f(1))", "HT103 2:13 no `(` is open here"),
        ("model (4) { relu } }", "HT103 2:20 no `{` is open here"),
        ("let a = 1]", "HT103 2:10 no `[` is open here"),
    ],
)
def test_a_bracket_without_partner_is_one_mistake(text: str, told: str) -> None:
    assert _told(HEAD + text) == [told]


def test_an_unclosed_bracket_shows_the_one_that_was_opened() -> None:
    (found,) = _wrong(HEAD + "data {\n  batch = 3\nmodel (4) { relu }\n")
    assert isinstance(found, Unclosed)
    assert found.opening.position == (2, 6)
    assert found.bracket == "{"


@pytest.mark.parametrize("after", ["", "data { batch = all }\n"])
def test_an_unclosed_brace_is_looked_for_by_its_indent(after: str) -> None:
    (found,) = _wrong(HEAD + "model (4) {\n  residual {\n    relu\n  tanh\n}\n" + after)
    assert isinstance(found, Unclosed)
    assert found.opening.position == (3, 12)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("let a = 3 \u00d7 4", ["HT105"]),
        ("let a = 'x'", ["HT105"]),
        ("let a = “x”", ["HT105"]),
        ("let a = \0", ["HT105"]),
        ('let a = "x\0"', ["HT105"]),
        ("let a = 1\u00a0+ 2", ["HT105"]),
        ('data { source = csv("a.csv }\nlet b = 3', ["HT104"]),
        ("let hiddenWidth = 3\nlet b = _x", ["HT106", "HT106"]),
        ("let a = .5\nlet b = 5epochs\nlet c = 1.2.3\nlet d = 0x1f\nlet e = 5.", ["HT107"] * 5),
        ("let a = 1e999\nlet b = 1e-999", ["HT107"] * 2),
        (f"let a = {'9' * 5000}", ["HT107"]),
        (f"let a = {'(' * 5000}", ["HT108"]),
        (f"let a = {'-' * 5000}1", ["HT108"]),
        (f"let a = {'1 + ' * 5000}1", ["HT108"]),
        (f"let a = {'2 ** ' * 5000}1", ["HT108"]),
        (f"model (4) {'{ repeat 2 ' * 5000}", ["HT108"]),
    ],
)
def test_what_cannot_be_a_word_is_told_and_nothing_follows_from_it(
    text: str, codes: list[str]
) -> None:
    assert [d.code for d in _wrong(HEAD + text)] == codes


def test_a_list_may_be_as_long_as_it_likes() -> None:
    parse(Source("a", f"let a = ({', '.join(['-f(1 + 2)'] * 2000)})"))
    parse(Source("a", "model (4) { " + "repeat 2 { relu }\n" * 2000 + "}"))


@pytest.mark.parametrize(
    "advice", ["outside all braces", "line of what it belongs", "word of the"]
)
def test_likely_slips_come_with_advice(advice: str) -> None:
    text = {
        "outside all braces": "model (4) {\n  let x = 3\n  linear(x)\n}",
        "line of what it belongs": "model (4)\n{\n  relu\n}",
        "word of the": "hyper model : rate",
    }[advice]
    assert advice in str(SpecError(_wrong(HEAD + text)))


def _survives(text: str) -> None:
    told = "read"
    try:
        parse(Source("a.hspec", text))
    except SpecError as wrong:
        told = str(wrong)
    assert told


WORDS = [
    *"()[]{};,=:.*+-/%\n#\"'", "**", "//",
    "hspec", "let", "hyper", "data", "tune", "model", "block",
    "given", "on", "as", "per", "spread", "fixed", "prior", "frozen", "repeat", "residual",
    "shortcut",
    "branch", "add", "concat", "example", "batch", "a", "relu", "1", "15%", "5 epochs", '"x"', "X",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60), st.sampled_from([" ", ""]))
def test_any_words_are_read_or_refused(words: list[str], between: str) -> None:
    _survives(between.join(words))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    _survives(text)


def test_any_damaged_spec_is_read_or_refused() -> None:
    for data in mutants(300, seed=7):
        _survives(data.decode("utf-8", errors="replace"))
