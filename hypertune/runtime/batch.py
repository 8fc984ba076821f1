"""What a loss is evaluated on: a batch, what earlier passes left behind, and a seed."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from attrs import evolve, field, frozen
from torch import Tensor

Tree = Any  # a tensor, or tuples, lists and dicts of them and of what is no tensor


@frozen
class Batch:
    """Some examples.

    Args:
        inputs: tensors, a row per example (or stream) in each.
        targets: likewise; None if the losses need none.
        indices_B: which examples of the training part they are, where they have a number.
        begins: whether a stream begins here, so that hidden states of before do not belong to it.
        repeat: how often these examples came before in this order.

    """

    inputs: Tree
    targets: Tree = None
    indices_B: Tensor | None = None
    begins: bool = False
    repeat: int = 0

    def __len__(self) -> int:
        """The number of rows."""
        return _rows(self.inputs)

    @property
    def count(self) -> int:
        """How many targets a mean over the batch is taken over: tokens, not rows."""
        targets = self.targets
        classes = isinstance(targets, Tensor) and not targets.is_floating_point()
        return targets.numel() if classes else len(self)

    def rows_of(self, count: int) -> slice:
        """So many of the rows: the first, or others where they repeat, till all have been read.

        The order is another one after that, lest it falls in with the turns of a method.
        """
        total = len(self)
        order = [*range(0, total - count, count), total - count]
        again, place = divmod(self.repeat, len(order))
        if again:
            Random(again).shuffle(order)
        return slice(order[place], order[place] + count)

    def cut(self, rows: slice) -> Batch:
        """Some rows."""
        indices = self.indices_B
        return evolve(
            self,
            inputs=_cut(self.inputs, rows),
            targets=_cut(self.targets, rows),
            indices_B=None if indices is None else indices[rows],
        )


@frozen
class Kept:
    """What passes leave behind for later ones, by name.

    Args:
        statistics: tensors that belong to all examples, such as running means.
        states: tensors with a row per row of the batch, such as hidden states of a stream.

    """

    statistics: Mapping[str, Tensor] = field(factory=dict)
    states: Mapping[str, Tensor] = field(factory=dict)

    def cut(self, rows: slice) -> Kept:
        """The same for some rows of the batch."""
        if not self.states:
            return self
        return evolve(self, states={name: state[rows] for name, state in self.states.items()})


@frozen
class Sample:
    """One batch to evaluate a loss on; equal samples give equal values and gradients.

    Args:
        batch: the examples.
        kept: what earlier passes left behind.
        draw: the seed of all noise (dropout masks, augmentation).
        part: "train" or "valid", whose states are kept apart.

    """

    batch: Batch
    kept: Kept = field(factory=Kept)
    draw: int = 0
    part: str = "train"

    def cut(self, rows: slice) -> Sample:
        """Some rows of it."""
        return evolve(self, batch=self.batch.cut(rows), kept=self.kept.cut(rows))

    def redrawn(self, draw: int) -> Sample:
        """The same batch with other noise."""
        return evolve(self, draw=draw)


def _rows(tree: Tree) -> int:
    match tree:
        case Tensor():
            return len(tree)
        case dict():
            return _rows(next(iter(tree.values())))
        case tuple() | list():
            return _rows(tree[0])
    raise TypeError(f"a batch holds tensors, not a {type(tree).__name__}")


def _cut(tree: Tree, rows: slice) -> Tree:
    match tree:
        case Tensor():
            return tree[rows]
        case dict():
            return {key: _cut(part, rows) for key, part in tree.items()}
        case tuple() if hasattr(tree, "_fields"):
            return type(tree)(*(_cut(part, rows) for part in tree))
        case tuple() | list():
            return type(tree)(_cut(part, rows) for part in tree)
        case _:
            return tree
