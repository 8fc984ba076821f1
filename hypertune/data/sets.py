"""The parts of a data set, whose tensors live on the device."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import torch
from attrs import field, frozen
from torch import Tensor

from hypertune.catalogue import UNKNOWN, Tokens
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
class StreamPart:
    """A part of a text as streams side by side, in windows of some steps.

    Each target is the token after its input. What does not fill the streams falls off the end;
    the last window may be shorter than the others.

    Shapes: tokens_BS, a row per stream. `scaling` leaves tokens as they are.
    """

    tokens_BS: Tensor
    window: int
    scaling: Scaling = field(factory=Scaling)

    @classmethod
    def of(cls, tokens_N: Tensor, streams: int, window: int) -> StreamPart:
        """The tokens of a part, cut into streams of one length."""
        length = len(tokens_N) // streams
        return cls(tokens_N[: streams * length].view(streams, length), window)

    @property
    def x(self) -> Tensor:
        """All tokens that are inputs."""
        return self.tokens_BS[:, :-1]

    @property
    def y(self) -> Tensor:
        """All tokens that are targets."""
        return self.tokens_BS[:, 1:]

    def __len__(self) -> int:
        """The number of targets."""
        return self.y.numel()

    @property
    def windows(self) -> int:
        """How many there are in one pass."""
        return ceil(self.y.shape[1] / self.window)

    def at(self, place: int) -> Batch:
        """The window at a place; the first begins the streams."""
        steps = slice(place * self.window, (place + 1) * self.window)
        return Batch(self.x[:, steps], self.y[:, steps], begins=place == 0)

    def chunks(self, size: int) -> Iterator[Batch]:
        """All windows in order: streams are as many as they are in training, whatever the size."""
        return map(self.at, range(self.windows if len(self) else 0))


@frozen
class Sets:
    """Training, validation and test part; one that the split leaves out is empty.

    `target` tells how real targets were scaled: times its `std` they have their own unit again.
    `columns` and `class_names` are those of the source.
    """

    train: Part | StreamPart
    valid: Part | StreamPart
    test: Part | StreamPart
    target: Scaling = field(factory=Scaling)
    columns: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    classes: int = 0  # how many; 0 for a real target

    @property
    def tokens(self) -> Tokens | None:
        """Those of the training part, if it is a text."""
        if not isinstance(self.train, StreamPart):
            return None
        tokens_N = self.train.tokens_BS.flatten()
        count_V = tokens_N.new_zeros(self.classes).index_add_(
            0, tokens_N, torch.ones_like(tokens_N)
        )
        names = self.class_names
        unknown = names.index(UNKNOWN) if UNKNOWN in names else 0
        return Tokens(count_V.cumsum(0), len(tokens_N), unknown)
