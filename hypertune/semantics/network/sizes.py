"""Sizes: the shape that a layer gives, and that of a weight which `tied = NAME` shares."""

from __future__ import annotations

from collections.abc import Mapping

from hypertune import ir
from hypertune.catalogue import Args, LayerType, WrongShape
from hypertune.diagnostics import Span
from hypertune.semantics.errors.ties import NothingToShare, UnfitWeight
from hypertune.semantics.scope.scope import Knowledge
from hypertune.syntax import ast


def tie(
    call: ast.Call,
    kind: LayerType,
    args: Mapping[str, ir.Value],
    fed: ir.Shape,
    made: Mapping[str, ir.Node],
    knowledge: Knowledge,
) -> dict[str, ir.Value]:
    """The arguments of a layer, `tied` naming the layer whose weight it is in the first place."""
    label = args["tied"]
    owner = made.get(label.layer) if isinstance(label, ir.Label) else None
    while owner and isinstance(further := owner.args.get("tied"), ir.Label):
        owner = made[further.layer]
    wanted = kind.weight(args, fed) if kind.weight else ()
    found = weight_of(owner, knowledge.kinds(LayerType)) if owner else ()
    span = _written(call, kind)
    if not owner or not found:
        what = owner.kind if owner else "input"
        knowledge.findings.add(NothingToShare(span, kind.name, span.text, what))
    elif found != wanted:
        place = owner.origin if isinstance(owner.origin, Span) else None
        knowledge.findings.add(UnfitWeight(span, kind.name, span.text, wanted, found, place))
    return {**args, "tied": ir.Label(owner.name) if owner else None}


def weight_of(node: ir.Node, kinds: Mapping[str, LayerType]) -> ir.Shape:
    """The shape of the weight that a node could share; empty if it has none."""
    kind = kinds.get(node.kind)
    return kind.weight(node.args, node.shapes[0]) if kind and kind.weight else ()


def _written(call: ast.Call, kind: LayerType) -> Span:
    """Where the label stands."""
    named = [arg.value.span for arg in call.args if arg.name and arg.name.text == "tied"]
    place = [arg.name for arg in kind.args].index("tied")
    return named[0] if named else call.args[place].value.span


def output_shape(kind: LayerType, args: Args, shape: ir.Shape) -> ir.Shape:
    """What a layer of this kind makes of `shape`, whose rank it takes.

    Raises:
        WrongShape: if it cannot.

    """
    axes = len(shape) - 1  # the first is that of channels
    for arg in kind.args:
        value = args[arg.name]
        if arg.type == "size" and isinstance(value, tuple) and len(value) != axes:
            raise WrongShape(
                f"`{arg.name}` has {len(value)} numbers for {axes} axes",
                f"write one number for all axes, or {axes}",
            )
    return kind.output(args, shape)
