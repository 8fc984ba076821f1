"""How long a training takes, in steps."""

from __future__ import annotations

from math import ceil

from attrs import frozen

from hypertune.catalogue import Catalogue, SourceType, part_sizes
from hypertune.ir import Data, Program, Tune


@frozen
class Length:
    """Steps and epochs; None where a time ends the training."""

    examples: int  # in the training part
    batch: int
    per_epoch: int
    steps: int | None
    epochs: float | None
    seconds: float | None = None


def examples(data: Data, catalogue: Catalogue) -> dict[str, int]:
    """How many there are in each part: of the split, or the source's own."""
    source = catalogue.of(SourceType)[data.source.kind].seen(data.source.args)
    sizes = dict(source.sizes)
    pool = sizes.pop("all", None) or sizes.pop("train", 0)
    return sizes | part_sizes(data.split, pool)


def length(program: Program, tune: Tune, catalogue: Catalogue) -> Length:
    """The length of one tune block's training."""
    train = examples(program.data, catalogue).get("train", 0)
    batch = min(program.data.batch or train, train)
    per_epoch = ceil(train / max(batch, 1))
    amount, unit = tune.length.amount, tune.length.unit
    if unit == "seconds":
        return Length(train, batch, per_epoch, None, None, amount)
    steps = ceil(amount * (per_epoch if unit == "epochs" else 1))
    return Length(train, batch, per_epoch, steps, steps / max(per_epoch, 1))
