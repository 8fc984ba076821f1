"""How kinds are described: to whoever asks for them, and in editors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Final

from hypertune.catalogue.arguments import Arg, Required
from hypertune.catalogue.data_kinds import AugmentType, SourceType
from hypertune.catalogue.kinds import KINDS, Kind, LossType, MetricType
from hypertune.catalogue.network_kinds import LayerType
from hypertune.catalogue.training_kinds import MethodType, OptimiserType, ScheduleType
from hypertune.ir import print_value

FAMILIES: Final[Mapping[str, type[Kind]]] = {
    kind.noun.removesuffix(" type"): kind for kind in KINDS
}


def family_of(kind: Kind) -> str:
    return kind.noun.removesuffix(" type")


def signature(kind: Kind) -> str:
    """A kind as it is called: `linear(out_features, bias = true)`."""
    args = ", ".join(map(_written, kind.args))
    return f"{kind.name}({args})" if args else kind.name


def _written(arg: Arg) -> str:
    unwritten = default(arg)
    if unwritten:
        return f"{arg.name} = {unwritten}"
    return f"{arg.name}, …" if arg.rest else arg.name


def default(arg: Arg) -> str:
    """What stands where nothing is written; empty if something must be."""
    if arg.named:
        return arg.named
    return "" if isinstance(arg.default, Required) else print_value(arg.default)


def about(arg: Arg) -> str:
    """What an argument takes and means."""
    return f"{takes(arg)}: {meaning(arg)}"


def takes(arg: Arg) -> str:
    """The values that an argument takes: `float ≥ 0, < 1`."""
    if arg.kind:
        return f"{arg.kind.noun}"
    words = " or ".join(f"`{word}`" for word in arg.choices)
    if words and arg.type != "numbers":
        return words
    low = "" if arg.low == -inf else f" {'>' if arg.open_low else '≥'} {arg.low:g}"
    high = "" if arg.high == inf else f" {'<' if arg.open_high else '≤'} {arg.high:g}"
    found = f"{arg.type}{low}{',' if low and high else ''}{high}"
    if arg.count == "classes":
        found += ", one for each class"
    return f"{words} or {found}" if words else found


def meaning(arg: Arg) -> str:
    """What an argument means, and whether a hyperparameter can be passed to it."""
    return arg.doc + (f" (tunable, {arg.use})" if arg.use else "")


def facts(kind: Kind) -> Iterator[str]:
    """What a declaration says beside its arguments."""
    match kind:
        case LayerType():
            if kind.ranks:
                axes = " or ".join(map(str, kind.ranks))
                yield f"input of {axes} {_axes(axes)}, the batch not counted"
            if kind.tokens:
                yield "reads tokens: it stands first in the model of a text"
            if kind.responds:
                yield "its weights can respond (`given`)"
        case AugmentType():
            axes = " or ".join(map(str, kind.ranks))
            place = _WORKS_ON[kind.on]
            needs = "; they must lie from 0 to 1" if kind.bounded else ""
            kinds = "texts" if kind.on == "tokens" else f"examples of {axes} {_axes(axes)}"
            yield f"for {kinds}; works on {place}{needs}"
            if kind.mixes_targets:
                yield "mixes targets as well: of classes they become shares of each class"
        case LossType():
            yield _PENALTIES[kind.penalty] if kind.penalty else _targets(kind.targets)
        case MetricType():
            yield _targets(kind.targets)
        case SourceType() if kind.shape:
            shape = " x ".join(map(str, kind.shape))
            target = f"{kind.classes} classes" if kind.classes else "a real target"
            sizes = ", ".join(f"{part} {size:_}" for part, size in kind.sizes.items())
            yield f"shape {shape}, {target}; examples: {sizes}"
        case MethodType():
            follows = ", ".join(sorted(kind.follows)) or "nothing"
            yield f"follows: {follows}"
            if kind.tunes_vectors({arg.name: arg.default for arg in kind.args}):
                yield "tunes hyperparameters that there is one of for each example or weight"
            yield f"optimisers: {', '.join(map(_role, kind.optimisers.items()))}"
        case OptimiserType() | ScheduleType():
            yield f"`{kind.torch}` of torch"
            if isinstance(kind, OptimiserType) and kind.rule:
                yield "methods can differentiate through its steps"


_WORKS_ON: Final[Mapping[str, str]] = {
    "pixels": "pixels, before `scale`",
    "scaled": "numbers after `scale`",
    "tokens": "tokens",
}
_PENALTIES: Final[Mapping[str, str]] = {
    "weights": "a penalty on weights",
    "outputs": "a penalty on what leaves layers",
    "inputs": "a penalty on what inputs do to the outputs, which must not be tokens",
}


def _axes(count: str) -> str:
    return "axis" if count == "1" else "axes"


def _targets(targets: str) -> str:
    return {"classes": "for classes", "real": "for real targets"}.get(targets, "for any target")


def _role(item: tuple[str, str]) -> str:
    role, other = item
    return f"`{role}` (like `{other}` where it is not written)" if other else f"`{role}`"
