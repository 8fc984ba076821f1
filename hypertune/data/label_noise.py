"""`labels(share)`: wrong labels, to see whether a method finds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, CorruptionType

if TYPE_CHECKING:
    from torch import Generator, Tensor

Damage = Callable[["Tensor", "Tensor", int, "Generator"], tuple["Tensor", "Tensor"]]


def _build(args: Args) -> Damage:
    import torch

    def mislabel(
        x: Tensor, target_N: Tensor, classes: int, source: Generator
    ) -> tuple[Tensor, Tensor]:
        count = round(args["share"] * len(target_N))
        chosen = torch.randperm(len(target_N), generator=source)[:count]
        step = torch.randint(1, max(classes, 2), (count,), generator=source)
        wrong_N = target_N.clone()
        wrong_N[chosen] = (target_N[chosen] + step) % classes
        return x, wrong_N

    return mislabel


LABELS = CorruptionType(
    name="labels",
    doc="gives a share of the training examples another class each, evenly drawn",
    args=(
        Arg("share", "float", "how many of them", low=0, high=1),
        Arg("seed", "int", "decides which, and what they become", default=0, low=0),
    ),
    targets="classes",
    build=_build,
)
