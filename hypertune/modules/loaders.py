"""Batches by number, out of the loaders of an existing training script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from hypertune.runtime import Batch, generators, mixed, seeded


class Loader(Protocol):
    """What is asked of a `DataLoader`; a list of batches has it too."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...


class Loaders:
    """The training and the validation batches of two loaders, one epoch after another.

    A batch is one of `(inputs, targets)`, or else all of it is the inputs. What a loader draws by
    torch's generator (order, augmentation) depends on the seed and the number of the batch alone,
    so that a run that is taken up sees the batches that it would have seen.

    Args:
        train: gives the training batches of an epoch.
        valid: gives those that hyperparameters are tuned on.
        device: where batches are moved to.
        seed: of what the loaders draw.

    """

    def __init__(
        self,
        train: Loader,
        valid: Loader,
        device: torch.device | str = "cpu",
        seed: int = 0,
    ) -> None:
        self._device = torch.device(device)
        self._train = _Numbered(train, mixed(seed, 0))
        self._valid = _Numbered(valid, mixed(seed, 1))

    @property
    def per_epoch(self) -> int:
        return self._train.per_epoch

    def train(self, k: int) -> Batch:
        return batch_of(self._train.batch(k), self._device)

    def valid(self, k: int) -> Batch:
        return batch_of(self._valid.batch(k), self._device)


def batch_of(given: Any, device: torch.device) -> Batch:
    """What a loader gave as a batch on a device."""
    given = pytree.tree_map_only(Tensor, lambda t: t.to(device, non_blocking=True), given)
    if isinstance(given, tuple | list) and len(given) == 2:
        return Batch(*given)
    return Batch(given)


class _Numbered:
    """A loader read from any batch on; one after another costs nothing more."""

    def __init__(self, loader: Loader, seed: int) -> None:
        self._loader, self._seed = loader, seed
        self._generators = generators([])
        self._next = -1
        self._batches: Iterator[Any] = iter(())
        self.per_epoch = len(loader)
        if not self.per_epoch:
            raise ValueError("a loader has no batches")

    def batch(self, k: int) -> Any:
        if k != self._next or k % self.per_epoch == 0:
            epoch = k - k % self.per_epoch
            with seeded(self._generators, mixed(self._seed, epoch, 0)):
                self._batches = iter(self._loader)
            for passed in range(epoch, k):
                self._drawn(passed)
        self._next = k + 1
        return self._drawn(k)

    def _drawn(self, k: int) -> Any:
        with seeded(self._generators, mixed(self._seed, k, 1)):
            return next(self._batches)
