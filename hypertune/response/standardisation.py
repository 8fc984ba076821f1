"""Numbers of mean zero and variance one, and their tangent."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def standardised(x: Tensor, axes: Sequence[int], eps: float) -> tuple[Tensor, Tensor]:
    """Numbers of mean zero and variance one along axes, and the deviation."""
    exact = x.to(torch.promote_types(x.dtype, torch.float32))
    variance, mean = torch.var_mean(exact, list(axes), correction=0, keepdim=True)
    deviation = (variance + eps).sqrt()
    return ((exact - mean) / deviation).to(x.dtype), deviation.to(x.dtype)


def standardised_tangent(
    dx: Tensor, normal: Tensor, deviation: Tensor, axes: Sequence[int]
) -> Tensor:
    """The tangent of `standardised`: mean and deviation have tangents as well."""
    slope = (normal * dx).mean(list(axes), keepdim=True)
    return (dx - dx.mean(list(axes), keepdim=True) - normal * slope) / deviation
