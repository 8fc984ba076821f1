"""A use of a layer type as a spec has it."""

from __future__ import annotations

from hypertune.catalogue import Args, LayerType
from hypertune.ir import Ref, Value


def written(kind: LayerType, args: Args) -> str:
    """A use of the kind: `linear(out_features = 3, bias = true)`."""
    passed = ", ".join(f"{arg.name} = {_literal(args[arg.name])}" for arg in kind.args)
    return f"{kind.name}({passed})" if passed else kind.name


def _literal(value: Value) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case Ref():
            return value.hyper
        case str():
            return f'"{value}"'
        case tuple():
            return f"({', '.join(_literal(v) for v in value)})"
    return repr(value)
