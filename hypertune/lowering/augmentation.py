"""What is done to training examples, each with its own strengths."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from hypertune.catalogue import AugmentType, Catalogue, Tokens
from hypertune.ir import Call, Program
from hypertune.lowering.arguments import Arguments, words_of

Pair = tuple[Tensor, Tensor]  # inputs and targets
Augment = Callable[[Tensor, Tensor, Mapping[str, Tensor]], Pair]


class Augmentation:
    """The augmentations of a program in order: those on pixels, then those on scaled numbers.

    Args:
        program: that has them.
        catalogue: has their kinds.
        classes: how many there are.
        tokens: those of a text.

    """

    def __init__(
        self, program: Program, catalogue: Catalogue, classes: int, tokens: Tokens | None = None
    ) -> None:
        kinds, words = catalogue.of(AugmentType), words_of(program, catalogue)
        self._steps: dict[str, list[tuple[Augment, Arguments]]] = {
            on: [] for on in ("tokens", "pixels", "scaled")
        }
        for call in program.data.augment:
            kind = kinds[call.kind]
            arguments = Arguments(call.args, kind.args, words)
            self._steps[kind.on].append((_augment(kind, call, classes, tokens), arguments))

    def __call__(self, on: str, x: Tensor, y: Tensor, values: Mapping[str, Tensor]) -> Pair:
        """After the augmentations on "tokens", on "pixels" or on "scaled" numbers."""
        for augment, arguments in self._steps[on]:
            x, y = augment(x, y, arguments(values))
        return x, y


def _augment(kind: AugmentType, call: Call, classes: int, tokens: Tokens | None) -> Augment:
    built = kind.build(call.args)
    if kind.on == "tokens":
        return lambda x, y, strengths: (built(x, tokens, strengths), y)
    if kind.mixes_targets:
        return lambda x, y, strengths: built(x, y, classes, strengths)
    return lambda x, y, strengths: (built(x, strengths), y)
