"""What kinds that mix examples have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Use

if TYPE_CHECKING:
    from torch import Tensor

Mix = Callable[["Tensor", "Tensor", int, Mapping[str, "Tensor"]], tuple["Tensor", "Tensor"]]
ALPHA = Arg(
    "alpha",
    "float",
    "shares are drawn from Beta(alpha, alpha), the larger one is the example's own",
    low=0,
    use=Use.STOCHASTIC,
)
