"""What the catalogue says of a program that did not come from `elaborate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hypertune import ir
from hypertune.catalogue import (
    LENGTHS,
    SECTIONS,
    Arg,
    Catalogue,
    DomainType,
    LayerType,
    LossType,
    MergeType,
    MethodType,
    OptimiserType,
    SourceType,
    WrongShape,
    searched,
)
from hypertune.ir import DamagedProgram
from hypertune.semantics.arguments.conversions import Own, accepts
from hypertune.semantics.counting import penalised_weights
from hypertune.semantics.network.sizes import output_shape, weight_of
from hypertune.semantics.sections.tuning import is_endless, no_refit

_KINDS: Final[Mapping[str, Any]] = {
    key: setting.kind for section in SECTIONS.values() for key, setting in section.items()
}


def verify(program: ir.Program, catalogue: Catalogue) -> None:
    """Check a program of unknown origin: its structure, its kinds, their arguments, its shapes.

    Raises:
        DamagedProgram: naming the first place that is wrong.

    """
    ir.verify_structure(program)
    for hyper in program.hypers:
        _verify_hyper(hyper, catalogue)
    hypers = {h.name: _own(h.domain, catalogue) for h in program.hypers}
    for place, call in ir.calls_of(program):
        kind = _KINDS.get(place.rpartition(", ")[2])
        if kind:
            _verify_call(place, call, kind, catalogue, hypers)
    _verify_counts(program, catalogue)
    made = {layer.name: layer for layer in program.layers}
    for layer in program.layers:
        _verify_layer(layer, catalogue, hypers)
        _verify_tie(layer, made, catalogue.of(LayerType))
    for term in (*program.objective.train, *program.objective.valid):
        _verify_penalty(term.loss, made, catalogue)
    for tune in program.tunes:
        _verify_tune(tune, program, catalogue)
    if program.data.scale:
        _verify_scale(program.data.scale)
    _verify_ends(program, catalogue)


def _verify_call(
    place: str, call: ir.Call, kind: Any, catalogue: Catalogue, hypers: Mapping[str, Own]
) -> Any:
    """The declaration of the kind that is called."""
    known = catalogue.of(kind)
    if call.kind not in known:
        raise DamagedProgram(place, f"no {kind.noun} is called `{call.kind}`")
    declaration = known[call.kind]
    declared: dict[str, Arg] = {arg.name: arg for arg in declaration.args}
    if declared.keys() != call.args.keys():
        names = ", ".join(sorted(declared.keys() ^ call.args.keys()))
        why = f"missing or unknown arguments of `{call.kind}`: {names}"
        raise DamagedProgram(place, f"{why}; compile the spec again with the kinds of now")
    for name, arg in declared.items():
        if not accepts(arg, call.args[name], hypers):
            raise DamagedProgram(f"{place}, `{name}`", f"`{call.kind}` cannot take this value")
        nested = call.args[name]
        if isinstance(nested, ir.Call):
            _verify_call(f"{place}, `{name}`", nested, arg.kind, catalogue, hypers)
    refuses = getattr(declaration, "refuses", None)
    why = refuses(call.args) if refuses else ""
    if why:
        raise DamagedProgram(place, why)
    return declaration


def _verify_hyper(hyper: ir.Hyper, catalogue: Catalogue) -> None:
    place = f"hyper {hyper.name}"
    domain: DomainType = _verify_call(place, hyper.domain, DomainType, catalogue, {})
    words = domain.words(hyper.domain.args)
    if hyper.columns != (len(words) or 1):
        raise DamagedProgram(place, f"its domain has not {hyper.columns} unconstrained values")
    if isinstance(hyper.start, str) or words:
        if hyper.start not in words:
            raise DamagedProgram(place, f"its start {hyper.start!r} is not in its domain")
        return
    starts = hyper.start if isinstance(hyper.start, tuple) else (hyper.start,)
    for start in starts:
        if not domain.holds(hyper.domain.args, start):
            raise DamagedProgram(place, f"its start {start:g} is not in its domain")


def _verify_counts(program: ir.Program, catalogue: Catalogue) -> None:
    """How many weights there are is known of a network."""
    for hyper in program.hypers:
        if hyper.over == "weight":
            weights = penalised_weights(program.layers, catalogue.of(LayerType))
            if hyper.entries != weights:
                why = f"it has {hyper.entries} entries, and there are {weights} weights"
                raise DamagedProgram(f"hyper {hyper.name}", why)


def _own(domain: ir.Call, catalogue: Catalogue) -> Own:
    kind = catalogue.of(DomainType)[domain.kind]
    words = kind.words(domain.args)
    return Own(kind.discrete and not words, words)


def _verify_layer(layer: ir.Node, catalogue: Catalogue, hypers: Mapping[str, Own]) -> None:
    place = f"layer {layer.name}"
    call = ir.Call(layer.kind, layer.args)
    if layer.kind in catalogue.of(MergeType):
        merge: MergeType = _verify_call(place, call, MergeType, catalogue, hypers)
        if layer.given:
            raise DamagedProgram(place, f"`{merge.name}` has no weights that could respond")
        _verify_output(layer, lambda: merge.output(layer.args, layer.shapes))
        return
    kind: LayerType = _verify_call(place, call, LayerType, catalogue, hypers)
    if layer.given and not kind.responds:
        raise DamagedProgram(place, f"`{kind.name}` has no weights that could respond")
    if len(layer.shapes) != 1 or (kind.ranks and len(layer.shapes[0]) not in kind.ranks):
        raise DamagedProgram(place, f"`{kind.name}` cannot take the shapes {layer.shapes}")
    _verify_output(layer, lambda: output_shape(kind, layer.args, layer.shapes[0]))


def _verify_tie(
    layer: ir.Node, made: Mapping[str, ir.Node], kinds: Mapping[str, LayerType]
) -> None:
    owner = layer.args.get("tied")
    if not isinstance(owner, ir.Label):
        return
    of = made.get(owner.layer)
    fits = of and weight_of(of, kinds) == weight_of(layer, kinds) != ()
    if not fits or layer.given or (of and of.args.get("tied") is not None):
        why = f"it cannot have the weight of `{owner.layer}`"
        raise DamagedProgram(f"layer {layer.name}", why)


def _verify_penalty(loss: ir.Call, made: Mapping[str, ir.Node], catalogue: Catalogue) -> None:
    of = loss.args.get("of")
    if catalogue.of(LossType)[loss.kind].penalty == "weights" and isinstance(of, ir.Label):
        node = made.get(of.layer)
        kind = catalogue.of(LayerType).get(node.kind) if node else None
        if not (node and kind and kind.is_penalised(node.args)):
            raise DamagedProgram("objective", f"`{of.layer}` has no weights to penalise")


def _verify_output(layer: ir.Node, shape: Callable[[], ir.Shape]) -> None:
    place = f"layer {layer.name}"
    try:
        output = shape()
    except WrongShape as wrong:
        raise DamagedProgram(place, str(wrong)) from None
    if output != layer.output:
        raise DamagedProgram(place, f"it gives {output}, not {layer.output}")


def _verify_tune(tune: ir.Tune, program: ir.Program, catalogue: Catalogue) -> None:
    place = f"tune {tune.name}".rstrip()
    method = catalogue.of(MethodType)[tune.method.kind]
    if method.optimisers.keys() != tune.optimisers.keys():
        roles = ", ".join(method.optimisers)
        raise DamagedProgram(place, f"`{method.name}` uses optimisers for {roles}")
    domains = catalogue.of(DomainType)
    for hyper in searched(program) if method.trials else ():
        if not domains[hyper.domain.kind].is_bounded(hyper.domain.args):
            raise DamagedProgram(place, f"`{method.name}` cannot search `{hyper.name}`")
    if method.whole_batch and program.data.batch is not None:
        raise DamagedProgram(place, f"`{method.name}` needs the whole training part in a batch")
    source = catalogue.of(SourceType)[program.data.source.kind]
    if tune.refit and (why := no_refit(tune, program.hypers, source, catalogue)):
        raise DamagedProgram(place, f"it cannot be trained again: {why}")
    weights = tune.optimisers.get("weights")
    if weights and method.differentiates and not catalogue.of(OptimiserType)[weights.kind].rule:
        raise DamagedProgram(place, f"`{method.name}` cannot differentiate `{weights.kind}`")
    for key, setting in SECTIONS["tune"].items():
        if setting.arg and key not in LENGTHS and not accepts(setting.arg, getattr(tune, key), {}):
            raise DamagedProgram(place, f"`{key}` cannot have this value")
    if tune.schedule and is_endless(tune.schedule, tune.length):
        raise DamagedProgram(place, "its schedule lasts as long as the run, which is a time")


def _verify_scale(scale: ir.Call) -> None:
    numbers = {arg.name: arg for arg in SECTIONS["data"]["scale"].args}
    wanted = {"standardize": {}, "normalize": numbers}.get(scale.kind)
    if wanted is None or wanted.keys() != scale.args.keys():
        raise DamagedProgram("scale", f"`{scale.kind}` is no way to scale data, or misses numbers")
    if not all(accepts(arg, scale.args[name], {}) for name, arg in wanted.items()):
        raise DamagedProgram("scale", f"`{scale.kind}` cannot take these numbers")


def _verify_reading(program: ir.Program, source: SourceType, catalogue: Catalogue) -> None:
    """Tokens are read by layers that read tokens, and by no others."""
    kinds = catalogue.of(LayerType)
    for layer in program.layers:
        reads = layer.kind in kinds and bool(kinds[layer.kind].tokens)
        fed = source.sequence and "input" in layer.inputs
        if reads != fed:
            why = f"`{layer.kind}` {'cannot read' if fed else 'reads'} tokens"
            raise DamagedProgram(f"layer {layer.name}", why)


def _verify_ends(program: ir.Program, catalogue: Catalogue) -> None:
    data = program.data
    source = catalogue.of(SourceType)[data.source.kind].in_windows(data.window)
    if source.sequence != (data.window is not None):
        raise DamagedProgram("window", f"`{source.name}` has none, or needs one")
    _verify_reading(program, source, catalogue)
    if source.shape and source.shape != program.input:
        why = f"`{source.name}` gives {source.shape}, not {program.input}"
        raise DamagedProgram("input", why)
    if not program.layers:
        raise DamagedProgram("layers", "there is none")
