"""What is done to training examples, each with its own strengths."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from hypertune.catalogue import AugmentType, Catalogue
from hypertune.ir import Program, Ref

Change = Callable[[Tensor, Mapping[str, Tensor]], Tensor]


class Augmentation:
    """The augmentations of a program in order: x and own values (B or 1 rows) to a changed x."""

    def __init__(self, program: Program, catalogue: Catalogue) -> None:
        kinds = catalogue.of(AugmentType)
        order = {hyper.name: i for i, hyper in enumerate(program.hypers)}
        self._changes: list[tuple[Change, dict[str, int]]] = [
            (
                kinds[call.kind].build(call.args),
                {k: order[v.hyper] for k, v in call.args.items() if isinstance(v, Ref)},
            )
            for call in program.data.augment
        ]

    def __call__(self, x: Tensor, own_BH: Tensor) -> Tensor:
        for change, columns in self._changes:
            x = change(x, {name: own_BH[:, column] for name, column in columns.items()})
        return x
