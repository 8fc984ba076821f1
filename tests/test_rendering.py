"""What a diagnostic looks like, to the letter."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from hypertune.diagnostics import (
    Diagnostic,
    Help,
    Note,
    Source,
    Span,
    SpecError,
    as_json,
    did_you_mean,
    render,
    render_all,
)


class Coded:
    code = "HT999"  # not the class's own, so that it is not among those that users meet


class Mistake(Coded, Diagnostic):
    title = "no hyperparameter is called `{name}`"
    label = "not declared in this spec"

    name: str
    extra: tuple[Note | Help, ...] = ()

    def children(self) -> tuple[Note | Help, ...]:
        return self.extra


class Doubt(Mistake):
    severity = "warning"


def _span(source: Source, text: str) -> Span:
    start = source.text.index(text)
    return Span(source, start, start + len(text))


def _mistake(text: str, at: str, *extra: Note | Help) -> Mistake:
    return Mistake(_span(Source("cnn.hspec", text), at), at, extra)


def _shown(text: str) -> str:
    return dedent(text).strip("\n")


def test_a_diagnostic_shows_the_place_the_line_and_what_to_do() -> None:
    lines = "hspec 1\n\n\n\n  linear(1200) given dropuot, decay\n"
    assert render(_mistake(lines, "dropuot", *did_you_mean("dropuot", ["dropout"]))) == _shown("""
        error[HT999]: no hyperparameter is called `dropuot`
         --> cnn.hspec:5:22
          |
        5 |   linear(1200) given dropuot, decay
          |                      ^^^^^^^ not declared in this spec
          |
          = help: did you mean `dropout`?
        """)


def test_a_note_with_a_place_has_its_own_snippet_and_one_gutter_fits_all() -> None:
    source = Source("a.hspec", "first\n" * 9 + "second\n")
    note = Note("said before", _span(source, "first"))
    plain = Note("and that is all")
    found = Mistake(_span(source, "second"), "x", (note, plain))
    assert render(found) == _shown("""
        error[HT999]: no hyperparameter is called `x`
          --> a.hspec:10:1
           |
        10 | second
           | ^^^^^^ not declared in this spec
           |
         1 | first
           | ----- said before
           |
           = note: and that is all
        """)


def test_a_note_in_another_file_names_the_file() -> None:
    note = Note("declared here", _span(Source("common.hspec", "let a = 1\n"), "a"))
    assert "\n ::: common.hspec:1:5\n" in render(_mistake("let a = 2\n", "a", note))


def test_tabs_are_copied_under_a_line_and_wide_characters_take_two_columns() -> None:
    tabbed = render(_mistake("\tab\tcd\n", "cd")).splitlines()
    assert tabbed[3:] == ["1 | \tab\tcd", "  | \t  \t^^ not declared in this spec"]
    wide = render(_mistake('let a = "日本" x\n', "x")).splitlines()
    assert wide[-1] == "  | " + " " * len('let a = "日日本本" ') + "^ not declared in this spec"


def test_a_span_of_many_lines_is_marked_on_its_first() -> None:
    assert render(_mistake("data {\n  batch = 64\n}\n", "{\n  batch = 64\n}")).splitlines()[
        3:
    ] == [
        "1 | data {",
        "  |      ^ not declared in this spec",
    ]


@pytest.mark.parametrize("text", ["", "hspec 1", "hspec 1\n", "hspec 1\r\n"])
def test_the_end_of_a_file_is_a_place(text: str) -> None:
    shown = render(Mistake(Span(Source("a.hspec", text), len(text), len(text)), "x"))
    assert shown.endswith("^ not declared in this spec")


def test_control_characters_are_shown_as_pictures() -> None:
    shown = render(_mistake("let a\x00 = \x1b[31m\u202e\n", "a"))
    assert "let a␀ = ␛[31m\ufffd" in shown


def test_a_long_line_is_shown_around_the_caret() -> None:
    lines = render(_mistake("a" * 5000 + "X" + "b" * 5000, "X")).splitlines()
    assert max(map(len, lines)) < 200
    assert lines[3].index("X") == lines[4].index("^")


def test_a_diagnostic_without_a_place_has_a_title_and_children() -> None:
    assert render(Mistake(None, "x", (Note("a fact"), Help("do this")))) == _shown("""
        error[HT999]: no hyperparameter is called `x`
          = note: a fact
          = help: do this
        """)


def test_a_warning_says_so() -> None:
    assert render(Doubt(None, "x")).startswith("warning[HT999]: ")


def test_colour_changes_nothing_but_colour() -> None:
    found = _mistake("let a = 1\n", "a", Note("there"), Help("so"))
    plain, coloured = render(found), render(found, colour=True)
    assert "\x1b" not in plain
    for code in ("0", "1", "1;31", "1;33", "1;34", "1;36"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain


def test_json_says_where_with_lines_columns_and_offsets() -> None:
    source = Source("a.hspec", "hspec 1\nlet x = y\n")
    note = Note("here", _span(source, "x"))
    found = json.loads(json.dumps(as_json(Mistake(_span(source, "y"), "y", (note, Help("do"))))))
    assert found == {
        "code": "HT999",
        "severity": "error",
        "title": "no hyperparameter is called `y`",
        "label": "not declared in this spec",
        "file": "a.hspec",
        "start": {"line": 2, "column": 9, "offset": 16},
        "end": {"line": 2, "column": 10, "offset": 17},
        "notes": [
            {
                "text": "here",
                "file": "a.hspec",
                "start": {"line": 2, "column": 5, "offset": 12},
                "end": {"line": 2, "column": 6, "offset": 13},
            }
        ],
        "help": ["do"],
    }
    assert as_json(Mistake(None, "y"))["file"] is None


def test_a_spec_error_tells_its_diagnostics_in_source_order() -> None:
    one, two = Source("one", "a b"), Source("two", "a b")
    late, early = Mistake(_span(one, "b"), "b"), Mistake(_span(one, "a"), "a")
    other, nowhere = Mistake(_span(two, "a"), "a"), Mistake(None, "n")
    wrong = SpecError([late, other, nowhere, early])
    assert wrong.diagnostics == (nowhere, early, late, other)
    assert str(wrong) == render_all(wrong.diagnostics)


def test_lines_and_columns_count_from_one_whatever_the_line_breaks() -> None:
    source = Source("a", "ab\r\ncd\nef")
    assert [source.locate(i) for i in (0, 2, 4, 7, 8, 9)] == [
        (1, 1), (1, 3), (2, 1), (3, 1), (3, 2), (3, 3)
    ]  # fmt: skip
    assert [source.line(n) for n in (1, 2, 3)] == ["ab", "cd", "ef"]


def test_only_a_close_name_is_suggested() -> None:
    assert did_you_mean("decya", ["decay", "drop_in"]) == (Help("did you mean `decay`?"),)
    assert did_you_mean("flatten", ["decay"]) == ()
