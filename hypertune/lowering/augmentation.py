"""What is done to training examples, each with its own strengths."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from hypertune.catalogue import AugmentType, Catalogue
from hypertune.ir import Call, Program
from hypertune.lowering.arguments import Arguments, words_of

Pair = tuple[Tensor, Tensor]  # inputs and targets
Augment = Callable[[Tensor, Tensor, Mapping[str, Tensor]], Pair]


class Augmentation:
    """The augmentations of a program in order: those on pixels, then those on scaled numbers."""

    def __init__(self, program: Program, catalogue: Catalogue, classes: int) -> None:
        kinds, words = catalogue.of(AugmentType), words_of(program, catalogue)
        self._steps: dict[str, list[tuple[Augment, Arguments]]] = {"pixels": [], "scaled": []}
        for call in program.data.augment:
            kind = kinds[call.kind]
            arguments = Arguments(call.args, kind.args, words)
            self._steps[kind.on].append((_augment(kind, call, classes), arguments))

    def __call__(self, on: str, x: Tensor, y: Tensor, values: Mapping[str, Tensor]) -> Pair:
        """Inputs and targets after the augmentations on "pixels" or on "scaled" numbers."""
        for augment, arguments in self._steps[on]:
            x, y = augment(x, y, arguments(values))
        return x, y


def _augment(kind: AugmentType, call: Call, classes: int) -> Augment:
    built = kind.build(call.args)
    if kind.mixes_targets:
        return lambda x, y, strengths: built(x, y, classes, strengths)
    return lambda x, y, strengths: (built(x, strengths), y)
