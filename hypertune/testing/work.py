"""A bound of the work that torch does."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Work(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch gives it no types
    """Counts, inside of `with`, the numbers that torch's operations read and write.

    A number that is read once for every place of a window counts as often.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.numbers = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        tensors = [t for t in tree_leaves((args, kwargs, result)) if isinstance(t, Tensor)]
        self.numbers += sum(t.numel() for t in tensors) * _window(func, args)
        return result


def _window(func: Any, args: Sequence[Any]) -> int:
    """How many places a window of this operation has."""
    named = dict(zip((a.name for a in func._schema.arguments), args, strict=False))
    size = named.get("kernel_size", 1)
    return prod(size) if isinstance(size, list | tuple) else int(size)
