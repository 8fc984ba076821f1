"""Values of hyperparameters, for each example its own."""

from __future__ import annotations

import torch
from torch import Tensor

from hypertune.catalogue import Arg
from hypertune.testing.writing import small_bounds


def some_values(arg: Arg, examples: int) -> Tensor:
    """A value of an argument for each example, (B,); of a word, its place among the choices."""
    share_B = 0.05 + 0.9 * torch.rand(examples).double()
    if arg.per_batch:
        share_B = share_B[:1].expand(examples)
    if arg.choices:
        return (share_B * len(arg.choices)).floor()
    low, high = small_bounds(arg)
    drawn_B = low + (high - low) * share_B
    return drawn_B.floor() if arg.type == "int" else drawn_B
