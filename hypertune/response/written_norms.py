"""Normalisations in operations whose tangents can be differentiated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from hypertune.response.standardisation import standardised

Maybe = Tensor | None


class WrittenNorms(TorchFunctionMode):
    """Within, torch's normalisations by statistics of their input are written out.

    Torch takes mean and deviation for constants where it differentiates the forward-mode tangent
    of its own kernels: the gradient of a tangent by the weights before a normalisation is wrong,
    and nothing says so. Running statistics are not moved: a linearised reading moves none.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        return _WRITTEN.get(func, func)(*args, **(kwargs or {}))


def _batch_norm(
    x: Tensor,
    running_mean: Maybe,
    running_var: Maybe,
    weight: Maybe = None,
    bias: Maybe = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    if not training:
        return F.batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps)
    return _scaled(x, [0, *range(2, x.dim())], eps, (-1, *[1] * (x.dim() - 2)), weight, bias)


def _instance_norm(
    x: Tensor,
    running_mean: Maybe = None,
    running_var: Maybe = None,
    weight: Maybe = None,
    bias: Maybe = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    if not use_input_stats:
        return F.instance_norm(
            x, running_mean, running_var, weight, bias, use_input_stats, momentum, eps
        )
    return _scaled(x, range(2, x.dim()), eps, (-1, *[1] * (x.dim() - 2)), weight, bias)


def _layer_norm(
    x: Tensor,
    normalized_shape: Sequence[int],
    weight: Maybe = None,
    bias: Maybe = None,
    eps: float = 1e-5,
    *_: bool,
) -> Tensor:
    axes = range(-len(normalized_shape), 0)
    return _scaled(x, axes, eps, tuple(normalized_shape), weight, bias)


def _scaled(
    x: Tensor,
    axes: Sequence[int],
    eps: float,
    shape: Sequence[int],
    weight: Maybe,
    bias: Maybe,
) -> Tensor:
    y, _ = standardised(x, axes, eps)
    y = y if weight is None else y * weight.reshape(shape)
    return y if bias is None else y + bias.reshape(shape)


def _torchs_order(norm: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Called as `torch.batch_norm`, where `functional` has statistics before the parameters."""

    def called(
        x: Tensor, weight: Maybe, bias: Maybe, mean: Maybe, variance: Maybe, *rest: Any
    ) -> Tensor:
        return norm(x, mean, variance, weight, bias, *rest[:3])

    return called


_WRITTEN: dict[Callable[..., Any], Callable[..., Any]] = {
    F.batch_norm: _batch_norm,
    F.instance_norm: _instance_norm,
    F.layer_norm: _layer_norm,
    torch.batch_norm: _torchs_order(_batch_norm),
    torch.instance_norm: _torchs_order(_instance_norm),
    torch.layer_norm: _layer_norm,
}
