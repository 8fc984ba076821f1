"""Kinds of nodes of a network: layers and merges, and what each must say of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from attrs import frozen

from hypertune.catalogue.arguments import Arg, Args
from hypertune.catalogue.plain import Plain, PlainMethod
from hypertune.ir import Shape


class WrongShape(Exception):
    """Raised by the `output` of a layer or merge: why shapes do not fit, and what would help."""

    def __init__(self, why: str, advice: str = "") -> None:
        super().__init__(why)
        self.advice = advice


@frozen
class Costs:
    """What a layer costs.

    Units: parameters are counted; `flops` are per example, for the plain forward pass. A
    multiply-add of a product or convolution is two, a bias nothing (as
    `torch.utils.flop_counter` counts); an elementwise map is one per element of its output, a
    pooling one per element of every window. The memory of activations is measured.
    """

    base: int = 0
    response: int = 0
    flops: int = 0


def _free(args: Args, shape: Shape, given: int) -> Costs:
    return Costs()


@frozen
class LayerType:
    """All that the compiler must know to accept, size, build, export and test a layer.

    `output` gives the shape after the layer or raises `WrongShape`. `build` gives a
    `response.Layer` of torch. `plain` gives what torch has for the folded layer; its arguments
    hold the values of hyperparameters instead of references. `costs` and `build` take the
    arguments, the shape before the layer, and how many hyperparameters its weights respond to.
    `waived` names the laws of `hypertune.testing` that cannot hold for this kind, each with a
    reason.

    `weight` gives the shape of the weight, of a kind whose layers may share it: such a kind has
    an argument `tied`, a label, which `build` may ignore and `costs` counts as no weight.

    `tokens` names the argument that counts the tokens, of a kind that reads tokens: whole numbers
    from 0, of which there is one for each place in the shape.
    """

    noun: ClassVar = "layer type"
    name: str
    doc: str
    args: tuple[Arg, ...]
    output: Callable[[Args, Shape], Shape]
    build: Callable[[Args, Shape, int], Any]
    plain: Callable[[Args, Shape], Plain | PlainMethod]
    ranks: tuple[int, ...] = ()  # of the input, without the batch axis; empty: any
    responds: bool = False  # whether it has weights that can respond
    penalised: bool = True  # whether penalties are on these; they are not on gains and slopes
    costs: Callable[[Args, Shape, int], Costs] = _free
    waived: Mapping[str, str] = {}
    weight: Callable[[Args, Shape], Shape] | None = None
    tokens: str = ""

    def is_penalised(self, args: Args) -> bool:
        """Whether penalties on weights are on a layer: whether it has weights of its own."""
        return self.responds and self.penalised and args.get("tied") is None


def _free_merge(args: Args, shapes: Sequence[Shape]) -> Costs:
    return Costs()


@frozen
class MergeType:
    """How the outputs of several layers become one; it has no weights.

    `output` gives the shape after the merge or raises `WrongShape`. `build` gives a
    `response.Merge` of torch. `plain` gives the Python expression of the same, from the names of
    the merged tensors. Every argument has a default.
    """

    noun: ClassVar = "merge"
    name: str
    doc: str
    output: Callable[[Args, Sequence[Shape]], Shape]
    build: Callable[[Args], Any]
    plain: Callable[[Args, Sequence[str]], str]
    args: tuple[Arg, ...] = ()
    costs: Callable[[Args, Sequence[Shape]], Costs] = _free_merge
