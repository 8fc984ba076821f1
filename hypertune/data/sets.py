"""The parts of a data set, whose tensors live on the device."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import torch
from attrs import evolve, field, frozen
from torch import Tensor

from hypertune.catalogue import UNKNOWN, Tokens
from hypertune.data.scaling import Scaling
from hypertune.data.stored import Inputs, Stored, joined
from hypertune.runtime import Batch


@frozen
class Part:
    """The examples of one part, as they were read: bytes stay bytes, numbers are not scaled.

    Shapes: x (N, …), which may lie in a file, y (N,) classes or reals. `scaling` is what a loss
    does to x.
    """

    x: Inputs
    y: Tensor
    scaling: Scaling = field(factory=Scaling)

    def __len__(self) -> int:
        return len(self.y)

    def whole(self) -> Batch:
        """All examples in order."""
        return Batch(self.x[:], self.y, begins=True)

    @property
    def chosen_on(self) -> torch.device:
        """Where the numbers of examples are read, so that nobody waits for another device."""
        return torch.device("cpu") if isinstance(self.x, Stored) else self.y.device

    def rows(self, index_B: Tensor) -> Batch:
        """Some examples, by numbers that are where `chosen_on` says, or at the targets."""
        x = self.x.index_select(0, index_B)
        index_B = index_B.to(self.y.device, non_blocking=True)
        return Batch(x, self.y.index_select(0, index_B), index_B, begins=True)

    def chunks(self, size: int) -> Iterator[Batch]:
        """All examples in order, at most `size` at a time."""
        for start in range(0, len(self), size):
            rows = slice(start, start + size)
            yield Batch(self.x[rows], self.y[rows], begins=True)


@frozen
class StreamPart:
    """A part of a text as streams side by side, in windows of some steps.

    Each target is the token after its input, and each stream begins with the token that the one
    before it ends with: every token but the first is a target. Those that do not fill the streams
    are only evaluated, as a short stream of their own; the last window may be shorter than the
    others.

    Shapes: tokens_BS, a row per stream; rest_N, the last of them and what comes after it.
    `scaling` leaves tokens as they are.
    """

    tokens_BS: Tensor
    window: int
    rest_N: Tensor | None = None
    scaling: Scaling = field(factory=Scaling)

    @classmethod
    def of(cls, tokens_N: Tensor, streams: int, window: int) -> StreamPart:
        """The tokens of a part, cut into streams of one length."""
        length = max(len(tokens_N) - 1, 0) // streams
        if length == 0:
            return cls(tokens_N.new_zeros(streams, 1), window, tokens_N)
        whole_N = tokens_N[: streams * length + 1]
        tokens_BS = whole_N.unfold(0, length + 1, length).contiguous()
        return cls(tokens_BS, window, tokens_N[streams * length :])

    @property
    def x(self) -> Tensor:
        """All tokens that are inputs of streams."""
        return self.tokens_BS[:, :-1]

    @property
    def y(self) -> Tensor:
        """All tokens that are targets of streams."""
        return self.tokens_BS[:, 1:]

    def __len__(self) -> int:
        """The number of targets."""
        rest = 0 if self.rest_N is None else max(len(self.rest_N) - 1, 0)
        return self.y.numel() + rest

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
        yield from map(self.at, range(self.windows))
        if self.rest_N is not None and len(self.rest_N) > 1:
            yield Batch(self.rest_N[None, :-1], self.rest_N[None, 1:], begins=True)


@frozen
class Sets:
    """Training, validation and test part; one that the split leaves out is empty.

    `target` tells how real targets were scaled: times its `std` they have their own unit again.
    `columns` and `class_names` are those of the source. `fill` has the number that takes the place
    of a missing one in each column, before it is scaled; None where missing ones are refused.
    """

    train: Part | StreamPart
    valid: Part | StreamPart
    test: Part | StreamPart
    target: Scaling = field(factory=Scaling)
    columns: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    classes: int = 0  # how many; 0 for a real target
    fill: Tensor | None = None

    def together(self) -> Sets:
        """The same, with the validation examples among those that train as well.

        Raises:
            TypeError: of a text, whose parts do not go on one after the other.

        """
        one, other = self.train, self.valid
        if not (isinstance(one, Part) and isinstance(other, Part)):
            raise TypeError("the parts of a text are not joined")
        y = torch.cat([one.y, other.y])
        return evolve(self, train=evolve(one, x=joined(one.x, other.x), y=y))

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
