"""How long a training takes, in steps."""

from __future__ import annotations

from math import ceil

from attrs import evolve, frozen

from hypertune.catalogue import Catalogue, SourceType, parts_of, windows
from hypertune.ir import Data, Program, Quantity, Tune


@frozen
class Length:
    """Steps and epochs; None where a time ends the training.

    `first_turn` is the training step after which hyperparameters are first tuned, None where the
    method tunes none, or there are none. Of a study it is the length of each of its `trials`.
    Of a text the examples are tokens, a batch is streams.
    """

    examples: int  # in the training part
    batch: int
    per_epoch: int
    steps: int | None
    epochs: float | None
    seconds: float | None = None
    first_turn: int | None = None
    trials: int | None = None  # at most; None if the method trains once
    window: int | None = None
    refit: str | None = None  # until which epoch it is trained again, on both parts
    solve: int | None = None  # the most gradients or products of one, where a step solves problems

    @property
    def too_short(self) -> bool:
        """Whether the training ends before anything is tuned."""
        ends, begins = self.steps, self.first_turn
        return ends is not None and begins is not None and ends < begins


def examples(data: Data, catalogue: Catalogue) -> dict[str, int]:
    """How many there are in each part: of the split, or the source's own."""
    source = catalogue.of(SourceType)[data.source.kind].seen(data.source.args)
    return parts_of(source.sizes, data.split)


def length(program: Program, tune: Tune, catalogue: Catalogue) -> Length:
    """The length of one tune block's training."""
    train = examples(program.data, catalogue).get("train", 0)
    batch = min(program.data.batch or train, train)
    window = program.data.window
    per_epoch = windows(train, batch, window) if window else ceil(train / max(batch, 1))
    first = _first_turn(program, tune, per_epoch)
    trials, again = catalogue.trials(program, tune), tune.refit
    found = Length(
        train,
        batch,
        per_epoch,
        None,
        None,
        first_turn=first,
        trials=trials,
        window=window,
        refit=again,
        solve=tune.method.args.get("max_inner"),  # type: ignore[arg-type]  # a number, as declared
    )
    if tune.length.unit == "seconds":
        return evolve(found, seconds=tune.length.amount)
    steps = _steps(tune.length, per_epoch)
    return evolve(found, steps=steps, epochs=steps / max(per_epoch, 1))


def _first_turn(program: Program, tune: Tune, per_epoch: int) -> int | None:
    warmup, turn = (tune.method.args.get(name) for name in ("warmup", "train_steps"))
    tuned = any(not hyper.frozen for hyper in program.hypers)
    if not (tuned and isinstance(warmup, Quantity) and isinstance(turn, int)):
        return None
    return _steps(warmup, per_epoch) + turn


def _steps(quantity: Quantity, per_epoch: int) -> int:
    return ceil(quantity.amount * (per_epoch if quantity.unit == "epochs" else 1))
