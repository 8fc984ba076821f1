"""What differs in meaning between two programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import fields, frozen

from hypertune.ir import (
    Call,
    Data,
    Hyper,
    Node,
    Objective,
    Program,
    Quantity,
    Term,
    Tune,
    print_shape,
    print_value,
)

Facts = Mapping[str, str]  # field -> its value as text


@frozen
class Difference:
    """One field of one thing; None where a thing is not there, or a field says nothing."""

    thing: str  # `tune tuned`, `layer linear_1`, `data`
    field: str  # empty: the whole thing
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.field:
            return f"{self.thing}.{self.field}: {self.before or 'none'} -> {self.after or 'none'}"
        return f"{self.thing}: {'new' if self.before is None else 'gone'}"


def differences(before: Program, after: Program) -> tuple[Difference, ...]:
    """Every field that is not the same; none exactly if the programs are equal."""
    old, new = _facts(before), _facts(after)
    return tuple(found for thing in {**old, **new} for found in _between(thing, old, new))


def _between(
    thing: str, old: Mapping[str, Facts], new: Mapping[str, Facts]
) -> Iterator[Difference]:
    if thing not in old or thing not in new:
        yield Difference(thing, "", *("there" if thing in side else None for side in (old, new)))
        return
    for name in {**old[thing], **new[thing]}:
        values = old[thing].get(name), new[thing].get(name)
        if values[0] != values[1]:
            yield Difference(thing, name, *values)


def _facts(program: Program) -> dict[str, Facts]:
    """All of a program, by the thing and the field."""
    return {
        **{f"hyper {hyper.name}": _fields(hyper) for hyper in program.hypers},
        "data": _fields(program.data),
        "model": {"input": print_shape(program.input)},
        **{f"layer {layer.name}": _layer(layer) for layer in program.layers},
        "objective": _fields(program.objective),
        **{f"tune {tune.name}".rstrip(): _fields(tune) for tune in program.tunes},
        "order": {
            "hyper": ", ".join(hyper.name for hyper in program.hypers),
            "layer": ", ".join(layer.name for layer in program.layers),
            "tune": ", ".join(tune.name for tune in program.tunes),
        },
    }


def _layer(layer: Node) -> Facts:
    shapes = ", ".join(map(print_shape, layer.shapes))
    return {**_fields(layer), "shapes": shapes, "output": print_shape(layer.output)}


def _fields(thing: Data | Hyper | Node | Objective | Tune) -> Facts:
    found: dict[str, str] = {}
    for part in fields(type(thing)):
        if part.eq and part.name != "name":
            found |= dict(_flat(part.name, getattr(thing, part.name)))
    return found


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    """A value, or each of the values in it under a name of its own."""
    match value:
        case Quantity() if name == "length":
            key = {"seconds": "budget"}.get(value.unit, value.unit)
            yield key, print_value(value if key == "budget" else value.amount)
        case Call():
            yield name, value.kind
            yield from _flat(name, value.args)
        case Mapping():
            for key, item in value.items():
                yield from _flat(key if name == "args" else f"{name}.{key}", item)
        case ():
            return
        case (Term() | Call(), *_):
            for number, item in enumerate(value):
                yield from _flat(f"{name}[{number}]", item)
        case Term():
            yield name, f"{print_value(value.weight)} * {print_value(value.loss)}"
        case _:
            yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return ", ".join(value)  # names
    return (value or '""') if isinstance(value, str) else print_value(value)
