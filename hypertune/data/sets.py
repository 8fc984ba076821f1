"""The parts of a data set, each one tensor that lives on the device."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen
from torch import Tensor

from hypertune.data.scaling import Scaling

Batch = tuple[Tensor, Tensor]


@frozen
class Part:
    """The examples of one part; bytes stay bytes until a batch is read.

    Shapes: x (N, …), y (N,) classes or reals.
    """

    x: Tensor
    y: Tensor
    scaling: Scaling = field(factory=Scaling)

    def __len__(self) -> int:
        return len(self.y)

    def whole(self) -> Batch:
        """All examples in order, scaled."""
        return self.scaling.apply(self.x), self.y

    def rows(self, index_B: Tensor) -> Batch:
        """Some examples, scaled."""
        return self.scaling.apply(self.x.index_select(0, index_B)), self.y.index_select(0, index_B)

    def chunks(self, size: int) -> Iterator[Batch]:
        """All examples in order, scaled, at most `size` at a time."""
        for start in range(0, len(self), size):
            rows = slice(start, start + size)
            yield self.scaling.apply(self.x[rows]), self.y[rows]


@frozen
class Sets:
    """Training, validation and test part; one that the split leaves out is empty.

    `target` tells how real targets were scaled: times its `std` they have their own unit again.
    `columns` and `class_names` are those of the source.
    """

    train: Part
    valid: Part
    test: Part
    target: Scaling = field(factory=Scaling)
    columns: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
