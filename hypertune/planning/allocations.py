"""What is allocated on each device while operations run, without running them."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

_aten = torch.ops.aten
# On a CPU these compute in a layout of their own, and have their results twice for a while.
_COPYING = {_aten.convolution.default, _aten.convolution_backward.default}


class Allocations(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch says no types
    """Counts the bytes of all tensors on `meta` that come to be inside, as long as they live.

    On `meta` every tensor is of one device, so a tensor is taken to be where the parameter lies
    that it is computed with, or else where its first input is.

    Args:
        places: the device of each parameter, by the address of its storage.
        default: the device of what is computed from nothing.

    Units: bytes; `most` is the most there has been on each device at any time.

    """

    def __init__(self, places: Mapping[int, str], default: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._places, self._default = dict(places), default
        self._found: dict[int, str] = {}
        self.now = dict.fromkeys({default, *places.values()}, 0)
        self.most = dict(self.now)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = {storage_key(x): None for x in _tensors((args, kwargs))}  # in order
        new = [x for x in _tensors(result) if storage_key(x) not in given]
        if new:
            device = self._device_of(given)
            for x in new:
                self._count(x, device)
            if func in _COPYING and device in ("cpu", "default"):
                copies = sum(x.untyped_storage().nbytes() for x in new)
                self.most[device] = max(self.most[device], self.now[device] + copies)
        return result

    def _device_of(self, inputs: Iterable[int]) -> str:
        keys = list(inputs)
        known = [self._places[k] for k in keys if k in self._places]
        known += [self._found[k] for k in keys if k in self._found]
        return known[0] if known else self._default

    def _count(self, x: Tensor, device: str) -> None:
        storage, key = x.untyped_storage(), storage_key(x)
        if key in self._found:  # the same twice among the results
            return
        size = storage.nbytes()
        self._found[key] = device
        self.now[device] += size
        self.most[device] = max(self.most[device], self.now[device])
        weakref.finalize(storage, self._free, key, device, size)

    def _free(self, key: int, device: str, size: int) -> None:
        self.now[device] -= size
        self._found.pop(key, None)


def storage_key(x: Tensor) -> int:
    """What tells the storage of a tensor from others while it lives."""
    key: int = x.untyped_storage()._cdata
    return key


def _tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, Tensor)]
