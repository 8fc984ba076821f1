"""The layers of torch that can respond, and what each becomes."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

from torch import nn
from torch.nn.utils import parametrize

from hypertune.response.affine import Affine
from hypertune.response.batch_norm import BatchNorm
from hypertune.response.conversion.attention import Attention
from hypertune.response.conversion.channel_norm import ChannelNorm
from hypertune.response.conversion.exchanged import Exchanged, Place, Placed
from hypertune.response.conversion.recurrence import Recurrence
from hypertune.response.convolution import Convolution, TransposedConvolution
from hypertune.response.elementwise import hardsigmoid
from hypertune.response.embedding import Embedding
from hypertune.response.layer import Layer
from hypertune.response.layer_norm import GroupNorm, LayerNorm, RMSNorm
from hypertune.response.prelu import PReLU
from hypertune.response.recurrent import GRU, LSTM, RNN, Recurrent
from hypertune.response.recurrent.cell import Cell

Make = Callable[[Any, Place], Exchanged]  # from torch's layer to what stands in its place
MakeLayer = Callable[[Any, int], Layer]  # the same of one tensor, given so many hyperparameters


class CannotConvert(Exception):
    """Raised where a layer of torch has no responding twin: why."""


def make_of(module: nn.Module) -> Make | None:
    """What turns a layer into a responding one; None if it is not of a kind that can.

    A subclass counts as what it inherits `forward` from.
    """
    for kind, make in _WHOLE.items():
        if _is(module, kind):
            return make
    layers = [make for kind, make in _LAYERS.items() if _is(module, kind)]
    layers += [make for name, make in _NAMED.items() if name == _name(type(module))]
    return partial(_placed, layers[0]) if layers else None


def _is(module: nn.Module, kind: type[nn.Module]) -> bool:
    return isinstance(module, kind) and type(module).forward is kind.forward


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _placed(make: MakeLayer, plain: nn.Module, place: Place) -> Exchanged:
    return Placed(place, plain, make(plain, len(place.columns)))


def check(module: nn.Module) -> None:
    """See that a layer computes what its class says.

    Raises:
        CannotConvert: if something else stands in between.

    """
    if parametrize.is_parametrized(module):
        raise CannotConvert("its weight is parametrised")
    if module._forward_hooks or module._forward_pre_hooks:
        raise CannotConvert("it has hooks")


def check_order(module: nn.Module, name: str) -> None:
    """See that what is handed from layer to layer has a first axis of examples.

    Raises:
        ValueError: if it is a transformer that has time first.

    """
    if isinstance(module, nn.TransformerEncoderLayer | nn.TransformerDecoderLayer):
        attention = module.self_attn
        if isinstance(attention, nn.MultiheadAttention) and not attention.batch_first:
            raise ValueError(
                f"`{name}` has a first axis of time, and layers respond for each example: make it"
                " with `batch_first = True`"
            )


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
    if plain.max_norm is not None or plain.sparse:
        raise CannotConvert("it has a `max_norm` or sparse gradients")
    made = Embedding(plain.num_embeddings, plain.embedding_dim, given, 0.0)
    made.padding_idx = plain.padding_idx
    return _taken_over(made, plain)


def _batch_norm(plain: Any, given: int) -> Layer:
    if plain.momentum is None or not plain.track_running_stats:
        raise CannotConvert("it has no running statistics with a `momentum`")
    made = BatchNorm(plain.num_features, given, plain.eps, plain.momentum, plain.affine)
    return _taken_over(made, plain)


def _layer_norm(plain: nn.LayerNorm, given: int) -> Layer:
    return _of_last_axis(LayerNorm, plain, given)


def _layer_norm2d(plain: nn.LayerNorm, given: int) -> Layer:
    return _of_last_axis(ChannelNorm, plain, given)


def _of_last_axis(kind: type[LayerNorm], plain: nn.LayerNorm, given: int) -> Layer:
    options = {"gain": plain.weight is not None, "bias": plain.bias is not None}
    return _taken_over(kind(_last_axis(plain), given, plain.eps, **options), plain)


def _rms_norm(plain: nn.RMSNorm, given: int) -> Layer:
    return _taken_over(
        RMSNorm(_last_axis(plain), given, plain.eps, plain.weight is not None), plain
    )


def _last_axis(plain: nn.LayerNorm | nn.RMSNorm) -> int:
    if len(plain.normalized_shape) != 1:
        raise CannotConvert("it normalises several axes together")
    return plain.normalized_shape[0]


def _group_norm(plain: nn.GroupNorm, given: int) -> Layer:
    made = GroupNorm(plain.num_groups, plain.num_channels, given, plain.eps, plain.affine)
    return _taken_over(made, plain)


def _instance_norm(plain: Any, given: int) -> Layer:
    if plain.track_running_stats:
        raise CannotConvert("it has running statistics")
    channels = plain.num_features
    return _taken_over(GroupNorm(channels, channels, given, plain.eps, plain.affine), plain)


def _attention(plain: nn.MultiheadAttention, place: Place) -> Exchanged:
    if plain.in_proj_weight is None or plain.bias_k is not None or plain.add_zero_attn:
        raise CannotConvert("its keys and values are not projected as its queries are")
    given, size = len(place.columns), plain.embed_dim
    incoming = Affine(size, 3 * size, plain.in_proj_bias is not None, given)
    outgoing = Affine(size, size, plain.out_proj.bias is not None, given)
    for made in (incoming, outgoing):
        made.to(device=plain.in_proj_weight.device, dtype=plain.in_proj_weight.dtype)
    _take(incoming, plain.in_proj_weight, plain.in_proj_bias)
    _take(outgoing, plain.out_proj.weight, plain.out_proj.bias)
    return Attention(place, plain, incoming, outgoing).train(plain.training)


def _recurrent(plain: nn.RNNBase, place: Place) -> Exchanged:
    if plain.proj_size or getattr(plain, "nonlinearity", "tanh") != "tanh":
        raise CannotConvert("its outputs are projected, or it is a network of relus")
    given, second = len(place.columns), None
    if given:
        second = deepcopy(plain)
        second.reset_parameters()
    layer = Recurrent(_CELLS[type(plain)](), plain, second, given, 0.0)
    for name, gates in layer.maps.items():
        _take(gates, getattr(plain, f"weight_{name}"), getattr(plain, f"bias_{name}", None))
    return Recurrence(place, plain, layer).train(plain.training)


def _prelu(plain: nn.PReLU, given: int) -> Layer:
    return _taken_over(PReLU(plain.num_parameters, 0.25, given), plain)


def _hardsigmoid(plain: nn.Hardsigmoid, given: int) -> Layer:
    return hardsigmoid()


def _take(layer: Any, weight: Any, bias: Any) -> None:
    """Have a weight and a bias of torch's as base."""
    layer.weight, layer.bias = weight, bias


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


_LAYERS: dict[type[nn.Module], MakeLayer] = {
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
    nn.LayerNorm: _layer_norm,
    nn.RMSNorm: _rms_norm,
    nn.GroupNorm: _group_norm,
    nn.InstanceNorm1d: _instance_norm,
    nn.InstanceNorm2d: _instance_norm,
    nn.InstanceNorm3d: _instance_norm,
    nn.PReLU: _prelu,
    nn.Hardsigmoid: _hardsigmoid,  # of whose tangent torch has no derivative
}

_WHOLE: dict[type[nn.Module], Make] = {
    nn.MultiheadAttention: _attention,
    nn.RNN: _recurrent,
    nn.LSTM: _recurrent,
    nn.GRU: _recurrent,
}
_NAMED: dict[str, MakeLayer] = {  # so that their library need not be loaded
    "torchvision.models.convnext.LayerNorm2d": _layer_norm2d,
}
_CELLS: dict[type[nn.RNNBase], Callable[[], Cell]] = {nn.RNN: RNN, nn.LSTM: LSTM, nn.GRU: GRU}
