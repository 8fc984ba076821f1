"""What is written is what is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from hypertune.diagnostics import Source, SpecError
from hypertune.syntax import ast, decode_source, parse, parse_setting, read_source
from hypertune.syntax.printing import flat


def _parse(text: str) -> ast.Spec:
    return parse(Source("a.hspec", text))


def _only(text: str) -> ast.Statement:
    (statement,) = _parse(text).statements
    return statement


def _expr(text: str) -> ast.Expr:
    found = _only(f"let x = {text}")
    assert isinstance(found, ast.Let)
    return found.value


def _shape(expr: ast.Expr) -> str:
    """The expression with a bracket around everything that hangs together."""
    match expr:
        case ast.Binary(op=op, left=left, right=right):
            return f"({_shape(left)} {op} {_shape(right)})"
        case ast.Unary(op=op, operand=operand):
            return f"({op}{_shape(operand)})"
        case _:
            return flat(expr)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("8 // 3 % 2 / 5", "(((8 // 3) % 2) / 5)"),
        ("2 ** 3 ** 4", "(2 ** (3 ** 4))"),
        ("-2 ** 2", "(-(2 ** 2))"),
        ("2 ** -1", "(2 ** (-1))"),
        ("(-2) ** 2", "((-2) ** 2)"),
        ("- -a", "(-(-a))"),
        ("-a * b", "((-a) * b)"),
        ("15 % 4", "(15 % 4)"),
        ("15%4", "(15 % 4)"),
        ("15% + 4%", "(15% + 4%)"),
    ],
)
def test_operators_bind_as_in_python(text: str, shape: str) -> None:
    assert _shape(_expr(text)) == shape


@pytest.mark.parametrize(
    ("text", "value"),
    [("1_200", 1200), ("0.05", 0.05), ("5e-4", 5e-4), ("15%", 0.15), ("1e3", 1000.0), ("007", 7)],
)
def test_numbers_are_read_at_their_value(text: str, value: float) -> None:
    number = _expr(text)
    assert isinstance(number, ast.Number)
    assert (number.value, type(number.value)) == (value, type(value))
    assert number.percent == text.endswith("%")


def test_brackets_around_one_value_are_no_tuple() -> None:
    assert isinstance(_expr("(1)"), ast.Number)
    for text in ("(1,)", "()", "(1, 2,)", "(a = 1)"):
        assert isinstance(_expr(text), ast.Tuple)


def test_a_quantity_is_a_number_and_a_unit() -> None:
    found = _expr("5 epochs")
    assert isinstance(found, ast.Quantity)
    assert (found.amount.value, found.unit.text) == (5, "epochs")


def test_a_hyper_line_is_read_with_its_clauses_in_any_order() -> None:
    found = _only(
        "hyper a, b[6], c[example] : log(1e-8, 1) = 0.1 spread 1.0 fixed frozen prior 2 per batch"
    )
    assert isinstance(found, ast.Hyper)
    assert [n.name.text for n in found.names] == ["a", "b", "c"]
    assert [n.size and flat(n.size) for n in found.names] == [None, "6", "example"]
    assert found.domain.kind.text == "log"
    assert found.per is not None
    assert found.per.text == "batch"
    assert found.spread is not None
    assert (flat(found.spread), found.fixed, found.frozen) == ("1.0", True, True)
    assert found.prior is not None
    assert flat(found.prior) == "2"


def test_a_hyper_line_may_leave_everything_out() -> None:
    found = _only('hyper act : choice("relu", "tanh")')
    assert isinstance(found, ast.Hyper)
    assert (found.start, found.per, found.spread, found.fixed, found.frozen) == (
        None, None, None, False, False
    )  # fmt: skip


def test_sections_hold_settings_and_only_tune_has_a_name() -> None:
    spec = _parse("data { batch = all }\nobjective { valid = mse }\ntune a { method = fixed }")
    kinds = [(s.kind.text, s.name and s.name.text) for s in spec.statements if _section(s)]
    assert kinds == [("data", None), ("objective", None), ("tune", "a")]
    with pytest.raises(SpecError):
        _parse("data a { batch = all }")


def _section(statement: ast.Statement) -> bool:
    return isinstance(statement, ast.Section)


def test_a_model_is_read_piece_by_piece() -> None:
    model = _only("""
        model (1, 8, 8) given * on auto {
          conv2d(16, 3) given a, b[0] on cuda:1 as first
          residual { relu } shortcut { linear(4) } as second
          repeat 2 * n { block_of(64); relu given none }
          branch concat on cpu { tanh } { gelu } { add(first) }
        }
    """)
    assert isinstance(model, ast.Model)
    assert model.given is not None
    assert model.given.names is None
    assert model.device is not None
    assert model.device.text == "auto"
    conv, residual, repeat, branch = model.body.pieces
    assert isinstance(conv, ast.LayerStatement)
    assert conv.given is not None
    assert [flat(n) for n in conv.given.names or ()] == ["a", "b[0]"]
    assert conv.device is not None
    assert conv.device.text == "cuda:1"
    assert conv.label is not None
    assert isinstance(residual, ast.Residual)
    assert residual.shortcut is not None
    assert residual.label is not None
    assert isinstance(repeat, ast.Repeat)
    assert flat(repeat.count) == "2 * n"
    last = repeat.body.pieces[1]
    assert last.given is not None
    assert last.given.names == ()
    assert isinstance(branch, ast.Branch)
    assert (branch.mode.text, len(branch.bodies)) == ("concat", 3)


def test_a_block_has_parameters_with_defaults() -> None:
    found = _only("block conv(channels, stride = 1) given * { relu }")
    assert isinstance(found, ast.Block)
    assert [(p.name.text, p.default and flat(p.default)) for p in found.params] == [
        ("channels", None),
        ("stride", "1"),
    ]


def test_line_breaks_mean_nothing_in_brackets_and_end_statements_elsewhere() -> None:
    one = _parse("let a = (1,\n  2)\nlet b = f(\n 5\n epochs\n )")
    two = _parse("let a = (1, 2); let b = f(5 epochs)")
    assert one == two


def test_empty_statements_and_line_ends_of_any_kind_are_nothing() -> None:
    assert _parse("\r\n;;hspec 1\r\n;\t\r\nlet a = 1;\r\n") == _parse("hspec 1\nlet a = 1")
    assert _parse("").statements == ()
    assert _parse("# only a comment").comments[0].text == "# only a comment"


def test_words_of_the_language_may_name_arguments() -> None:
    assert flat(_expr("f(on = 1, model = 2, fixed)")) == "f(on = 1, model = 2, fixed)"


def test_a_span_is_exactly_what_was_written() -> None:
    text = "let a = (1 + 2) * f(x, y = 3)\nmodel (4) { linear(3) given a; relu }\n"
    let, model = _parse(text).statements
    assert isinstance(let, ast.Let)
    assert let.span.text == "let a = (1 + 2) * f(x, y = 3)"
    assert let.value.span.text == "(1 + 2) * f(x, y = 3)"
    assert isinstance(let.value, ast.Binary)
    assert isinstance(let.value.right, ast.Call)
    assert [arg.span.text for arg in let.value.right.args] == ["x", "y = 3"]
    assert isinstance(model, ast.Model)
    assert [piece.span.text for piece in model.body.pieces] == ["linear(3) given a", "relu"]
    assert (model.shape.span.text, model.body.span.text) == ("(4)", "{ linear(3) given a; relu }")


def test_a_setting_from_outside_is_a_path_and_a_value() -> None:
    path, value = parse_setting(Source("--set", "tune.delta.epochs = 10"))
    assert [name.text for name in path] == ["tune", "delta", "epochs"]
    assert flat(value) == "10"


@pytest.mark.parametrize(
    "text", ["", "tune", "tune.epochs", "epochs =", "a = 1\nb = 2", "a = 1 2"]
)
def test_a_setting_is_one_setting(text: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_setting(Source("--set", text))
    assert [d.code for d in caught.value.diagnostics] == ["HT101"]


def test_a_file_is_utf8_with_or_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.hspec"
    path.write_bytes("\ufeffhspec 1 # é\n".encode())
    assert read_source(path).text == "hspec 1 # é\n"
    assert read_source(path, "-").name == "-"


def test_bytes_that_are_no_text_are_told_with_their_place() -> None:
    with pytest.raises(SpecError) as caught:
        decode_source(b"hspec 1\nlet \xe9 = 1\n\xff", "a.hspec")
    (found,) = caught.value.diagnostics
    assert found.code == "HT109"
    assert found.span is not None
    assert found.span.position == (2, 5)


def test_the_parser_is_the_same_from_its_kept_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hypertune.syntax import tables

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    fresh = tables.parser.__wrapped__()
    (kept,) = tmp_path.rglob("*.json")
    again = tables.parser.__wrapped__()
    assert again is not fresh
    text = "hspec 1\nhyper a : rate = 0.1\n"
    assert again.parse(text, start="spec") == fresh.parse(text, start="spec")
    kept.write_text(kept.read_text(encoding="utf-8")[:-100], encoding="utf-8")
    assert tables.parser.__wrapped__().parse(text, start="spec") == again.parse(text, start="spec")


def test_the_parser_needs_no_place_for_its_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hypertune.syntax import tables

    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert tables.parser.__wrapped__().parse("hspec 1", start="spec").data == "spec"


@pytest.mark.parametrize(
    "head",
    ["model (4) given a, b[min(\n0, 1)\n]", "repeat (8) // (\n4)", "branch add given b[(\n0)]"],
)
def test_a_parenthesis_before_a_body_may_be_broken(head: str) -> None:
    inside = head if head.startswith("model") else f"model (4) {{ {head}"
    closing = "}" if head.startswith("model") else "} }"
    assert _parse(f"{inside} {{ relu {closing}\n").statements
