"""What holds of every program, whatever its kinds: names, references, order, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite

from hypertune.ir.damage import DamagedProgram
from hypertune.ir.names import is_free
from hypertune.ir.program import (
    Call,
    Data,
    Hyper,
    Label,
    Node,
    Program,
    Quantity,
    Ref,
    Shape,
    Tune,
    Value,
)

_UNITS = ("epochs", "steps", "seconds")
_HYPER = re.compile(r"[^\W\d]\w*(\[\d+\])*")


def verify_structure(program: Program) -> None:
    """Check that names are unique and refer to something, and that the layers fit together.

    Raises:
        DamagedProgram: naming the first place that is wrong.

    """
    _unique("hypers", (hyper.name for hyper in program.hypers))
    _unique("layers", ("input", *(layer.name for layer in program.layers)))
    _unique("tunes", (tune.name for tune in program.tunes))
    for tune in program.tunes:  # folders are called after it
        named = not tune.name or tune.name.isidentifier()
        _require(named, f"tune {tune.name}", "a tune block cannot be called this")
    for hyper in program.hypers:
        place = f"hyper {hyper.name}"
        _require(bool(_HYPER.fullmatch(hyper.name)), place, "it cannot be called this")
        _verify_starts(hyper, place)
        _require(hyper.columns > 0, place, "it has no unconstrained value")
        _require(0 < hyper.spread < float("inf"), place, "its spread is not positive")
        prior = hyper.prior is None or 0 < hyper.prior < float("inf")
        _require(prior, place, "its prior is not positive")
        over = ("", "example", "weight")
        _require(hyper.over in over, place, f"there is one for each {hyper.over!r}")
        _require(hyper.per in ("example", "batch"), place, f"it is drawn per {hyper.per!r}")
    _verify_references(program)
    _verify_layers(program)
    _verify_terms(program)
    _verify_data(program.data)
    _require(bool(program.tunes), "tunes", "there is none")
    for tune in program.tunes:
        _verify_tune(tune)


def _verify_starts(hyper: Hyper, place: str) -> None:
    several = isinstance(hyper.start, tuple)
    starts = hyper.start if isinstance(hyper.start, tuple) else (hyper.start,)
    finite = all(isinstance(start, str) or isfinite(start) for start in starts)
    _require(finite, place, "its start is not a finite number")
    _require(hyper.entries is None or hyper.entries >= 0, place, "it has less than no entries")
    _require(bool(hyper.over) or hyper.entries is None, place, "it is one, and counts entries")
    fits = not several or len(starts) == hyper.entries
    _require(fits, place, f"it starts from {len(starts)} numbers, and has {hyper.entries} entries")


def _require(holds: bool, place: str, why: str) -> None:
    if not holds:
        raise DamagedProgram(place, why)


def _unique(place: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        _require(name not in seen, place, f"the name `{name}` stands twice")
        seen.add(name)


def _verify_references(program: Program) -> None:
    known = {hyper.name for hyper in program.hypers}
    for place, call in calls_of(program):
        for name in references_in(call.args):
            _require(name in known, place, f"there is no hyperparameter `{name}`")
    for layer in program.layers:
        for name in layer.given:
            _require(name in known, f"layer {layer.name}", f"it is given `{name}`, a stranger")


def calls_of(program: Program) -> Iterator[tuple[str, Call]]:
    """Every call in a program with words for where it stands; layers count as calls."""
    yield from ((f"hyper {h.name}", h.domain) for h in program.hypers)
    yield "source", program.data.source
    if program.data.scale:
        yield "scale", program.data.scale
    if program.data.corrupt:
        yield "corrupt", program.data.corrupt
    yield from (("augment", call) for call in program.data.augment)
    yield from ((f"layer {x.name}", Call(x.kind, x.args)) for x in program.layers)
    yield from (("train", term.loss) for term in program.objective.train)
    yield from (("valid", term.loss) for term in program.objective.valid)
    yield from (("report", call) for call in program.objective.report)
    for tune in program.tunes:
        place = f"tune {tune.name}".rstrip()
        yield f"{place}, method", tune.method
        yield from ((f"{place}, {role}", call) for role, call in tune.optimisers.items())
        if tune.schedule:
            yield f"{place}, schedule", tune.schedule


def references_in(args: Mapping[str, Value]) -> Iterator[str]:
    """The hyperparameters that stand among arguments, however deep."""
    for value in args.values():
        yield from _references(value)


def _references(value: Value) -> Iterator[str]:
    if isinstance(value, Ref):
        yield value.hyper
    elif isinstance(value, tuple):
        for item in value:
            yield from _references(item)
    elif isinstance(value, Call):
        yield from references_in(value.args)


def _verify_layers(program: Program) -> None:
    known: dict[str, Shape] = {"input": program.input}
    for layer in program.layers:
        _require(is_free(layer.name), f"layer {layer.name}", "a layer cannot be called this")
    _positive("input", program.input)
    for layer in program.layers:
        _verify_inputs(layer, known)
        _positive(f"layer {layer.name}", layer.output)
        known[layer.name] = layer.output


def _verify_inputs(layer: Node, known: Mapping[str, Shape]) -> None:
    place = f"layer {layer.name}"
    _require(bool(layer.inputs), place, "nothing feeds it")
    _require(len(layer.inputs) == len(layer.shapes), place, "it has not a shape per input")
    for name, shape in zip(layer.inputs, layer.shapes, strict=True):
        _require(name in known, place, f"it is fed by `{name}`, which does not stand before it")
        why = f"it takes {shape} from `{name}`, which gives {known[name]}"
        _require(known[name] == shape, place, why)
    for name in labels_in(layer.args):
        _require(name in known, place, f"it names `{name}`, which does not stand before it")


def labels_in(args: Mapping[str, Value]) -> Iterator[str]:
    """The layers that arguments name."""
    return (value.layer for value in args.values() if isinstance(value, Label))


def _verify_terms(program: Program) -> None:
    nodes = {layer.name for layer in program.layers}
    for term in (*program.objective.train, *program.objective.valid):
        for name in labels_in(term.loss.args):
            _require(name in nodes, f"loss {term.loss.kind}", f"no layer is called `{name}`")


def _positive(place: str, shape: Shape) -> None:
    _require(all(size > 0 for size in shape), place, f"the shape {shape} is not positive")


def _verify_data(data: Data) -> None:
    _require(data.batch is None or data.batch > 0, "batch", "it is not positive")
    _require(data.window is None or data.window > 0, "window", "it is not positive")
    _require(data.window is None or data.batch is not None, "batch", "a text needs a number")
    for part, size in data.split.items():
        share = isinstance(size, float)
        _require(part in ("train", "valid", "test"), "split", f"there is no part `{part}`")
        _require(size > 0 and (not share or size <= 1), "split", f"`{part}` has the size {size}")


def _verify_tune(tune: Tune) -> None:
    place = f"tune {tune.name}".rstrip()
    for quantity in (tune.length, tune.patience):
        if isinstance(quantity, Quantity):
            positive = 0 < quantity.amount < float("inf")
            _require(quantity.unit in _UNITS, place, f"there is no unit `{quantity.unit}`")
            _require(positive, place, f"{quantity.amount} {quantity.unit} is no length")
    _require(tune.precision in ("float32", "bf16"), place, f"no precision `{tune.precision}`")
    _require(tune.clip is None or 0 < tune.clip < float("inf"), place, "its clip is not positive")
