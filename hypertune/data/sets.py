"""The parts of a data set, each one tensor that lives on the device."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import field, frozen
from torch import Tensor

from hypertune.data.scaling import Scaling
from hypertune.runtime import Batch


@frozen
class Part:
    """The examples of one part, as they were read: bytes stay bytes, numbers are not scaled.

    Shapes: x (N, …), y (N,) classes or reals. `scaling` is what a loss does to x.
    """

    x: Tensor
    y: Tensor
    scaling: Scaling = field(factory=Scaling)

    def __len__(self) -> int:
        return len(self.y)

    def whole(self) -> Batch:
        """All examples in order."""
        return Batch(self.x, self.y, begins=True)

    def rows(self, index_B: Tensor) -> Batch:
        """Some examples."""
        return Batch(
            self.x.index_select(0, index_B), self.y.index_select(0, index_B), index_B, begins=True
        )

    def chunks(self, size: int) -> Iterator[Batch]:
        """All examples in order, at most `size` at a time."""
        for start in range(0, len(self), size):
            rows = slice(start, start + size)
            yield Batch(self.x[rows], self.y[rows], begins=True)


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
    classes: int = 0  # how many; 0 for a real target
