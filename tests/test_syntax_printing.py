"""Printed specs say the same, in one layout, with everything that people wrote into them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings, strategies as st

from hypertune.diagnostics import Source, Span
from hypertune.resources import resource_folder
from hypertune.syntax import ast, format_spec, parse
from hypertune.syntax.printing import flat

LONG = "1" * 41
SHIPPED = sorted(resource_folder("specs").glob("*.hspec"))


def _parse(text: str) -> ast.Spec:
    return parse(Source("a.hspec", text))


def _formatted(text: str) -> str:
    """The formatted text, after all that must hold of any."""
    tree = _parse(text)
    printed = format_spec(tree)
    again = _parse(printed)
    assert again == tree
    assert sorted(c.text for c in again.comments) == sorted(c.text for c in tree.comments)
    assert format_spec(again) == printed
    return printed


def _stays(text: str) -> None:
    text = dedent(text).lstrip("\n")
    assert _formatted(text) == text


def _becomes(before: str, after: str) -> None:
    assert _formatted(dedent(before).lstrip("\n")) == dedent(after).lstrip("\n")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_spec_is_formatted_as_it_stands(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert _formatted(text) == text


def test_neighbouring_hyperparameters_are_aligned() -> None:
    _becomes(
        """
        hyper drop_in, drop_h: rate = 0.05
        hyper decay:log(1e-8,1)=1e-5 per batch
        hyper holes : int(0, 5) = 1 prior 2 spread 0.5 fixed

        hyper keep[example] : real(0, 1) = 1
        hyper smooth : rate frozen
        """,
        """
        hyper drop_in, drop_h : rate         = 0.05
        hyper decay           : log(1e-8, 1) = 1e-5 per batch
        hyper holes           : int(0, 5)    = 1    spread 0.5 fixed prior 2

        hyper keep[example] : real(0, 1) = 1
        hyper smooth        : rate       frozen
        """,
    )


def test_settings_are_aligned_in_their_block() -> None:
    _becomes(
        """
        data { source=digits
        # how much is for what
        split = (train = 20%,valid=40%)


        batch = 64 }
        """,
        """
        data {
          source = digits
          # how much is for what
          split  = (train = 20%, valid = 40%)

          batch = 64
        }
        """,
    )


def test_a_block_stays_on_its_line_and_lines_of_blocks_become_a_table() -> None:
    _becomes(
        """
        model (10) { linear(1, bias=false) }

        tune a { method = implicit(solver = cg); hypers = adam(lr = 0.1); steps = 200 }
        tune bc { method = maid(accuracy = 0.1); steps = 100 }
        """,
        """
        model (10) { linear(1, bias = false) }

        tune a  { method = implicit(solver = cg); hypers = adam(lr = 0.1); steps = 200 }
        tune bc { method = maid(accuracy = 0.1);                           steps = 100 }
        """,
    )


def test_what_shares_a_line_goes_on_sharing_it_while_there_is_room() -> None:
    long = "conv2d(channels, 3, stride = 2, padding = 1, bias = false)"
    _becomes(
        f"""
        model (4) {{ linear(4);relu
        tanh;
        {long}; {long}
        }}
        """,
        f"""
        model (4) {{
          linear(4); relu
          tanh
          {long}
          {long}
        }}
        """,
    )


def test_columns_that_the_author_made_are_kept() -> None:
    _stays("""
        model (3, 32, 32) given * on auto {
          dropout2d(drop[0]); conv(64, stride = 2); max_pool2d(2)
          dropout2d(drop[1]); conv(192);            max_pool2d(2)
          flatten; linear(10)
          embedding(650, dropout = drop_word) as words
          relu
          linear(vocabulary, tied = words)    given none on cuda:1
        }
    """)


def test_pieces_with_bodies_are_indented() -> None:
    _stays("""
        block down(channels, bias = false) given * {
          residual {
            conv2d(channels, 3); batch_norm2d; relu

            repeat 2 on cuda:0 { relu; tanh } as twice
          } shortcut {
            conv2d(channels, 1)
          } as sum
          branch concat { relu } {
            tanh
          } { gelu }
          repeat 3 * n {}
        }
    """)


def test_tuples_over_several_lines_are_kept_and_long_ones_are_broken() -> None:
    _becomes(
        """
        data {
          augment = (flip,
            cutout(
               holes, length), hue(1),
            crop(4))
        """
        f"  numbers = ({LONG}, {LONG}, {LONG})\n        }}\n",
        """
        data {
          augment = (flip,
                     cutout(holes, length), hue(1),
                     crop(4))
          numbers = (LONG, LONG,
                     LONG)
        }
        """.replace("LONG", LONG),
    )


def test_a_break_inside_a_list_inside_another_is_kept() -> None:
    _stays("""
        tune {
          e = (9, f(0 * 1,
                    6 / 2))
        }
    """)
    _becomes(
        "let e = (9, f(0 * 1,\n6  # of each\n/ 2))\n",
        "# of each\nlet e = (9, f(0 * 1,\n              6 / 2))\n",
    )


def test_comments_stay_where_they_were_written() -> None:
    _stays("""
        # one
        hspec 1                                          # two

        # three
        data {                                           # four
          # five
          augment = (flip,                               # six
                     # seven
                     cutout(1)                           # eight
                    )
          batch   = 64                                   # nine
          # ten
        }                                                # eleven
        # twelve
        model (4) {
          relu; tanh                                     # thirteen
          # fourteen
        }
    """)


def test_a_comment_where_no_line_can_end_goes_in_front() -> None:
    _becomes(
        "hyper a : real(0, # low\n 1) = 0.5\n",
        "# low\nhyper a : real(0, 1) = 0.5\n",
    )


def test_blank_lines_are_kept_one_at_most_and_none_at_an_edge() -> None:
    _becomes(
        "\n\nhspec 1\n\n\n\nlet a = 1\nmodel (4) {\n\n  relu\n\n\n  tanh\n\n}\n\n\n",
        "hspec 1\n\nlet a = 1\nmodel (4) {\n  relu\n\n  tanh\n}\n",
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# a\n", "data {}\n", "model (4) {}\n"])
def test_nothing_is_printed_as_nothing(text: str) -> None:
    assert _formatted(text) == text.lstrip("\n")


# Any expression

NOWHERE = Span(Source("nowhere", ""), 0, 0)
names = st.sampled_from(["a", "depth", "fixed", "batch"]).map(lambda text: ast.Name(NOWHERE, text))
numbers = st.sampled_from(["0", "1_200", "0.05", "5e-4", "15%"]).map(
    lambda text: ast.Number(
        NOWHERE,
        text,
        {"0": 0, "1_200": 1200, "0.05": 0.05, "5e-4": 5e-4, "15%": 0.15}[text],
        text.endswith("%"),
    )
)
epochs = st.just(ast.Name(NOWHERE, "epochs"))
leaves: st.SearchStrategy[ast.Expr] = st.one_of(
    names,
    numbers,
    st.builds(ast.String, st.just(NOWHERE), st.sampled_from(["", "a b", "#;{"])),
    st.builds(ast.Quantity, st.just(NOWHERE), numbers, epochs),
)


def _grown(inner: st.SearchStrategy[ast.Expr]) -> st.SearchStrategy[ast.Expr]:
    at = st.just(NOWHERE)
    items = st.lists(st.builds(ast.Arg, at, st.none() | names, inner), max_size=3).map(tuple)
    return st.one_of(
        st.builds(ast.Unary, at, st.just("-"), inner),
        st.builds(
            ast.Binary, at, inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner
        ),
        st.builds(ast.Index, at, names, inner),
        st.builds(ast.Tuple, at, items),
        st.builds(ast.Call, at, names, items),
    )


@settings(max_examples=300, deadline=None)
@given(st.recursive(leaves, _grown, max_leaves=12))
def test_any_expression_is_printed_as_what_it_is(expr: ast.Expr) -> None:
    (let,) = _parse(f"let x = {flat(expr)}").statements
    assert isinstance(let, ast.Let)
    assert let.value == expr


@pytest.mark.parametrize(
    "text",
    ["1 - (2 - 3)", "(1 + 2) * 3", "-(1 + 2)", "(-2) ** 2", "(2 ** 3) ** 4", "2 ** -1", "--a"],
)
def test_no_bracket_is_printed_that_means_nothing(text: str) -> None:
    (let,) = _parse(f"let x = (({text}))").statements
    assert isinstance(let, ast.Let)
    assert flat(let.value) == text


# Any layout: `~` may be broken, `|` ends a statement

STATEMENTS = [
    "hspec 1", 'include "common.hspec"', "let width = min(~1,~2 * (3~+ 4)~)", "let d = (~1,~)",
    "hyper a, b[6] : log(1e-8,~1) = 1e-5 per batch spread 1.0 fixed",
    "hyper keep[example] : rate prior 0.5 frozen",
    'data {|source = csv(~"f.csv",~root = "x"~)|augment = (~flip,~cutout(1,~2),~hue(3)~)|}',
    "data { source = digits | batch = all }", "tune a { method = fixed; steps = 200 }",
    "tune bcd { method = fixed; epochs = 5 epochs }", "tune { epochs = 5|clip = 0.25|}",
    "block down(channels,~stride = 1) given * {|residual {|relu;  tanh|} shortcut { relu } as s|}",
    "model (3,~32) given * on auto {|linear(4)   given a; relu|tanh; linear(10) as w|flatten|}",
    "model (4) { repeat 2 { relu|tanh } | branch add { relu } {| tanh |} as s }",
]  # fmt: skip
BREAKS = ["", " ", "\n", "\n      ", " # in\n", "\n # own\n   "]
ENDS = ["\n", ";", "; ", "\n\n", "\n\n\n  ", " # behind\n", "\n# own\n", "\n\n  # own\n\n"]


@st.composite
def layouts(draw: st.DrawFn) -> str:
    text = "".join(f"{s}|" for s in draw(st.lists(st.sampled_from(STATEMENTS), max_size=7)))
    choose = {"~": st.sampled_from(BREAKS), "|": st.sampled_from(ENDS)}
    return "".join(draw(choose[c]) if c in choose else c for c in text)


@settings(max_examples=400, deadline=None)
@given(layouts())
def test_any_layout_is_printed_as_the_same_spec_once_and_for_all(text: str) -> None:
    assert _formatted(text).count("\n\n\n") == 0
