"""A use of a kind as a spec has it."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from hypertune.catalogue import Arg, Args, AugmentType, LayerType, LossType
from hypertune.ir import Ref, Shape, print_value

Conforming = LayerType | AugmentType | LossType  # kinds that there are laws for


def written(kind: Conforming, args: Args) -> str:
    """A use of the kind: `linear(out_features = 3, bias = true)`."""
    passed = ", ".join(f"{arg.name} = {print_value(args[arg.name])}" for arg in kind.args)
    return f"{kind.name}({passed})" if passed else kind.name


def fragment(kind: Conforming, args: Args) -> str:
    """The setting of a spec that has this use of a kind, with the hyperparameters it needs."""
    setting = "train" if isinstance(kind, LossType) else "augment"
    return "\n".join([*_hypers(kind, args), f"{setting} = {written(kind, args)}"])


def model_fragment(kind: LayerType, args: Args, shape: Shape, given: int) -> str:
    """The model of a spec that has this layer, with the hyperparameters it needs."""
    names = [f"response_{i + 1}" for i in range(given)]
    responding = f" given {', '.join(names)}" if names else ""
    lines = [
        *_hypers(kind, args),
        *(f"hyper {name} : real = 0" for name in names),
        f"model ({', '.join(map(str, shape))}){responding} {{",
        f"  {written(kind, args)}",
        "}",
    ]
    return "\n".join(lines)


def _hypers(kind: Conforming, args: Args) -> Iterator[str]:
    for arg in kind.args:
        value = args[arg.name]
        if isinstance(value, Ref):
            yield f"hyper {value.hyper} : {_domain(arg)}{' per batch' if arg.per_batch else ''}"


def _domain(arg: Arg) -> str:
    """A domain whose values the argument takes, and where it starts there."""
    if arg.choices:
        words = ", ".join(f'"{word}"' for word in arg.choices)
        return f'choice({words}) = "{arg.choices[0]}"'
    low, high = small_bounds(arg)
    if arg.type == "int":
        return f"int({round(low)}, {round(high)}) = {round(low)}"
    bounds = f"({low:g}, {high:g})" if (-arg.low, arg.high) != (inf, inf) else ""
    return f"real{bounds} = {(low + high) / 2:g}"


def small_bounds(arg: Arg) -> tuple[float, float]:
    """Where numbers for an argument are drawn."""
    low = max(arg.low, -2.0)
    return low, min(arg.high, low + 4)
