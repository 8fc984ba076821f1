"""The readable form of a program: one line for each thing that is settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import asdict

from hypertune.ir.program import (
    Call,
    Data,
    Hyper,
    Label,
    Node,
    Objective,
    Program,
    Quantity,
    Ref,
    Shape,
    Term,
    Tune,
    Value,
)


def print_program(program: Program) -> str:
    """All of a program as text, the same for equal programs; devices stand where they are set."""
    blocks = [
        [_hyper(hyper) for hyper in program.hypers],
        _data(program.data),
        [
            f"model {print_shape(program.input)}",
            *(f"  {_layer(layer)}" for layer in program.layers),
        ],
        _objective(program.objective),
        *(_tune(tune) for tune in program.tunes),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def print_value(value: Value) -> str:
    """A settled value as it would be written in a spec."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case Ref():
            return value.hyper
        case Label():
            return value.layer
        case Quantity():
            return f"{_number(value.amount)} {value.unit}"
        case Call():
            return _call(value)
        case tuple():
            return f"({', '.join(map(print_value, value))}{',' * (len(value) == 1)})"
        case _:
            return _number(value)


def _number(number: float) -> str:
    whole = abs(number) < 1e15 and number == int(number)
    return repr(int(number) if whole else number)


def _call(call: Call) -> str:
    return f"{call.kind}({_named(call.args)})"


def _named(values: Mapping[str, Value]) -> str:
    """All but what is `none`, which is there for every kind that has such an argument."""
    there = ((name, value) for name, value in values.items() if value is not None)
    return ", ".join(f"{name} = {print_value(value)}" for name, value in there)


def print_shape(shape: Shape) -> str:
    """A shape as it is written: `(64)`, `(1, 8, 8)`."""
    return f"({', '.join(map(str, shape))})"


def _hyper(hyper: Hyper) -> str:
    count = hyper.over if hyper.entries is None else f"{hyper.entries} {hyper.over}s"
    over = f"[{count}]" if hyper.over else ""
    fixed = " fixed" if hyper.spread_fixed else ""
    prior = "" if hyper.prior is None else f" prior {_number(hyper.prior)}"
    mark = " frozen" if hyper.frozen else ""
    return (
        f"hyper {hyper.name}{over} : {_call(hyper.domain)} = {print_value(hyper.start)}"
        f" per {hyper.per} spread {_number(hyper.spread)}{fixed}{prior}{mark}"
    )


def _data(data: Data) -> list[str]:
    parts = ", ".join(f"{part} = {_part(size)}" for part, size in data.split.items())
    seed = " in file order" if data.split_seed is None else f" seed {data.split_seed}"
    seed += " stratified" * data.stratified
    return [
        "data",
        f"  source = {_call(data.source)}",
        f"  split = ({parts}){seed}",
        *([f"  scale = {_call(data.scale)}"] if data.scale else []),
        *([f"  corrupt = {_call(data.corrupt)}"] if data.corrupt else []),
        *(f"  augment = {_call(augment)}" for augment in data.augment),
        f"  batch = {'all' if data.batch is None else data.batch}",
        *([f"  window = {data.window}"] if data.window else []),
    ]


def _part(size: float) -> str:
    return f"{size:.15g}" if isinstance(size, float) else f"{size} examples"


def _layer(layer: Node) -> str:
    words = [f"{layer.name} = {layer.kind}({_named(layer.args)})"]
    words.append(f"of {', '.join(layer.inputs)}")
    if layer.given:
        words.append(f"given {', '.join(layer.given)}")
    if layer.device:
        words.append(f"on {layer.device}")
    shapes = ", ".join(map(print_shape, layer.shapes))
    return f"{' '.join(words)} : {shapes} -> {print_shape(layer.output)}"


def _objective(objective: Objective) -> list[str]:
    report = ", ".join(map(_call, objective.report))
    return [
        "objective",
        f"  train = {_terms(objective.train)}",
        f"  valid = {_terms(objective.valid)}",
        *([f"  report = {report}"] if report else []),
    ]


def _terms(terms: Iterable[Term]) -> str:
    return " + ".join(f"{_number(t.weight)} * {_call(t.loss)}" for t in terms)


def _tune(tune: Tune) -> list[str]:
    fields = asdict(tune, recurse=False)
    fields = {"method": fields.pop("method"), **fields.pop("optimisers"), **fields}
    name = fields.pop("name")
    lines = (f"  {key} = {_said(value)}" for key, value in fields.items() if value is not None)
    return [f"tune {name}".rstrip(), *lines]


def _said(value: Value) -> str:
    match value:
        case str():
            return value
        case Call():
            return _call(value)
    return print_value(value)
