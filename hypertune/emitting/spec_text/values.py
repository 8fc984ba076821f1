"""Settled values as the language writes them, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping

from hypertune.ir import Call, Label, Quantity, Ref, Value


def number(value: float) -> str:
    """The shortest text that is read as the same number."""
    return repr(int(value) if value == int(value) and abs(value) < 1e15 else value)


def value(settled: Value) -> str:
    """An argument's value. Words stand in quotes, as a name could mean something else."""
    match settled:
        case None:
            return "none"
        case bool():
            return "true" if settled else "false"
        case str():
            return f'"{settled}"'
        case Ref():
            return settled.hyper
        case Label():
            return settled.layer
        case Quantity():
            return f"{number(settled.amount)} {settled.unit}"
        case Call():
            return call(settled)
        case tuple():
            return f"({', '.join(map(value, settled))}{',' * (len(settled) == 1)})"
        case _:
            return number(settled)


def named(args: Mapping[str, Value]) -> list[str]:
    """`name = value` for each; one that is `none` stands for itself by its absence."""
    return [f"{name} = {value(given)}" for name, given in args.items() if given is not None]


def call(settled: Call) -> str:
    """A kind with its arguments, a bare name if there are none."""
    written = named(settled.args)
    return f"{settled.kind}({', '.join(written)})" if written else settled.kind
