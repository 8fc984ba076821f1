"""A layer in a spec."""

from __future__ import annotations

from hypertune.diagnostics import Source, SpecError
from hypertune.ir import Ref, Shape, Value
from hypertune.syntax import ast, format_spec, parse
from hypertune.testing.case import Case
from hypertune.testing.law import law
from hypertune.testing.writing import written

_WORDS = {"true": True, "false": False, "none": None}


@law()
def prints_and_parses_back(case: Case) -> None:
    """Written in a spec, it is read as the same; and so is what is printed of that."""
    text = f"model {_literal_shape(case.shape)} {{ {written(case.kind, case.args)} }}\n"
    try:
        tree = parse(Source("case", text))
        again = parse(Source("printed", format_spec(tree)))
    except SpecError as refused:
        raise AssertionError(f"`{text}` cannot be read") from refused
    assert again == tree, f"`{text}` is printed as `{format_spec(tree)}`"
    (layer,) = _model(tree).body.pieces
    assert isinstance(layer, ast.LayerStatement), f"`{text}` is no layer"
    assert layer.call.kind.text == case.kind.name, f"`{case.kind.name}` is no name of a layer"
    read = {arg.name.text: _value(arg.value) for arg in layer.call.args if arg.name}
    assert read == dict(case.args), f"`{text}` is read as {read}"


def _literal_shape(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})"


def _model(tree: ast.Spec) -> ast.Model:
    (model,) = (s for s in tree.statements if isinstance(s, ast.Model))
    return model


def _value(expr: ast.Expr) -> Value:
    """What is written, if it is written without arithmetic."""
    match expr:
        case ast.Number(value=value):
            return value
        case ast.String(value=text):
            return text
        case ast.Unary(op="-", operand=ast.Number(value=value)):
            return -value
        case ast.Name(text=text):
            return _WORDS[text] if text in _WORDS else Ref(text)
        case ast.Tuple(items=items):
            return tuple(_value(item.value) for item in items)
    raise AssertionError(f"an argument is read as {expr}")
