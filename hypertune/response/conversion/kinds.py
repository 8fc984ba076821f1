"""The layers of torch that can respond, and what each becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.nn.utils import parametrize

from hypertune.response.affine import Affine
from hypertune.response.batch_norm import BatchNorm
from hypertune.response.convolution import Convolution, TransposedConvolution
from hypertune.response.elementwise import hardsigmoid
from hypertune.response.embedding import Embedding
from hypertune.response.layer import Layer
from hypertune.response.prelu import PReLU

Make = Callable[[Any, int], Layer]  # of torch's layer, and how many hyperparameters it is given


class CannotConvert(Exception):
    """Raised where a layer of torch has no responding twin: why."""


def make_of(module: nn.Module) -> Make | None:
    """What turns a layer into a responding one; None if it is not of a kind that can.

    A subclass counts as what it inherits `forward` from.
    """
    for kind, make in _KINDS.items():
        if isinstance(module, kind) and type(module).forward is kind.forward:
            return make
    return None


def check(module: nn.Module) -> None:
    """See that a layer computes what its class says.

    Raises:
        CannotConvert: if something else stands in between.

    """
    if parametrize.is_parametrized(module):
        raise CannotConvert("its weight is parametrised")
    if module._forward_hooks or module._forward_pre_hooks:
        raise CannotConvert("it has hooks")


def _linear(plain: nn.Linear, given: int) -> Layer:
    made = Affine(plain.in_features, plain.out_features, plain.bias is not None, given)
    return _taken_over(made, plain)


def _convolution(plain: Any, given: int) -> Layer:
    if plain.padding_mode != "zeros":
        raise CannotConvert(f"its padding is `{plain.padding_mode}`")
    options = {name: getattr(plain, name) for name in ("stride", "padding", "dilation", "groups")}
    options["bias"] = plain.bias is not None
    kind: type[Convolution] = Convolution
    if plain.transposed:
        kind = TransposedConvolution
        options["output_padding"] = plain.output_padding
    sizes = plain.in_channels, plain.out_channels, plain.kernel_size
    return _taken_over(kind(*sizes, given, **options), plain)


def _embedding(plain: nn.Embedding, given: int) -> Layer:
    if plain.max_norm is not None or plain.sparse or plain.padding_idx is not None:
        raise CannotConvert("it has `padding_idx`, `max_norm` or sparse gradients")
    made = Embedding(plain.num_embeddings, plain.embedding_dim, given, 0.0)
    return _taken_over(made, plain)


def _batch_norm(plain: Any, given: int) -> Layer:
    if plain.momentum is None or not plain.track_running_stats:
        raise CannotConvert("it has no running statistics with a `momentum`")
    made = BatchNorm(plain.num_features, given, plain.eps, plain.momentum, plain.affine)
    return _taken_over(made, plain)


def _prelu(plain: nn.PReLU, given: int) -> Layer:
    return _taken_over(PReLU(plain.num_parameters, 0.25, given), plain)


def _hardsigmoid(plain: nn.Hardsigmoid, given: int) -> Layer:
    return hardsigmoid()


def _taken_over(layer: Layer, plain: nn.Module) -> Layer:
    """The layer with the tensors of torch's, which have the same names, as its base."""
    like = next(iter(plain.state_dict().values()), None)
    if like is not None:
        layer.to(device=like.device, dtype=like.dtype)
    for name, parameter in plain._parameters.items():
        setattr(layer, name, parameter)
    for name, buffer in plain._buffers.items():
        setattr(layer, name, buffer)
    return layer.train(plain.training)


_KINDS: dict[type[nn.Module], Make] = {
    nn.Linear: _linear,
    nn.Conv1d: _convolution,
    nn.Conv2d: _convolution,
    nn.Conv3d: _convolution,
    nn.ConvTranspose1d: _convolution,
    nn.ConvTranspose2d: _convolution,
    nn.ConvTranspose3d: _convolution,
    nn.Embedding: _embedding,
    nn.BatchNorm1d: _batch_norm,
    nn.BatchNorm2d: _batch_norm,
    nn.BatchNorm3d: _batch_norm,
    nn.PReLU: _prelu,
    nn.Hardsigmoid: _hardsigmoid,  # of whose tangent torch has no derivative
}
