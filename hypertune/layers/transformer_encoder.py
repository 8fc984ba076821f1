"""`transformer_encoder(num_layers, nhead)`: attention and affine maps by turns, all responding."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.multi_head_attention import (
    CAUSAL,
    CURVED,
    DROPOUT,
    attention_costs,
    check_heads,
    rate_of,
)

_OPTIONS = (
    Arg("dim_feedforward", "int", "units between the two affine maps", default=2048, low=1),
    evolve(DROPOUT, default=0.1, doc="the rate of each dropout, of probabilities as well"),
    Arg(
        "activation",
        "string",
        "what stands between the two affine maps",
        default="relu",
        choices=("relu", "gelu"),
    ),
    Arg("layer_norm_eps", "float", "added to variances", default=1e-5, low=0, open_low=True),
    Arg(
        "norm_first",
        "bool",
        "whether normalisations stand before attention and maps, or behind the sums",
        default=True,
    ),
    Arg("bias", "bool", "whether there are any", default=True),
)


def _output(args: Args, shape: Shape) -> Shape:
    if shape[1] == 1:
        raise WrongShape("a single feature, normalised, is always zero")
    check_heads(args["nhead"], shape, "nhead")
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.transformer import Encoder, Options

    options = {name: args[name] for name in args if name not in ("num_layers", "dropout")}
    return Encoder(shape[1], args["num_layers"], given, Options(rate=rate_of(args), **options))


def _plain(args: Args, shape: Shape) -> Plain:
    options = {arg.name: args[arg.name] for arg in _OPTIONS}
    layer = Plain(
        "TransformerEncoderLayer",
        (shape[1], args["nhead"]),
        {**options, "batch_first": True},
    )
    return Plain(
        "TransformerEncoder",
        (layer, args["num_layers"]),
        {"enable_nested_tensor": False},
        causal="mask" if args["causal"] else "",
    )


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    steps, size = shape
    wide, layers, bias = args["dim_feedforward"], args["num_layers"], args["bias"]
    attention = attention_costs(shape, bias, given)
    maps, norms = 2 * size * wide + (wide + size) * bias, 2 * size * (1 + bias)
    scaled = (1 + bias) * (wide + size) + norms
    response = attention.response + maps + norms + scaled * given if given else 0
    flops = attention.flops + 4 * steps * size * wide
    return Costs(layers * (attention.base + maps + norms), layers * response, layers * flops)


TRANSFORMER_ENCODER = LayerType(
    name="transformer_encoder",
    doc="Self-attention and two affine maps of each step, by turns, each added to what it reads; "
    "projections, maps and normalisations respond. Behind the last layer is no normalisation.",
    args=(
        Arg("num_layers", "int", "how many of each", low=1),
        Arg("nhead", "int", "parts of the features that attend on their own", low=1),
        *_OPTIONS,
        CAUSAL,
    ),
    ranks=(2,),
    output=_output,
    build=_build,
    plain=_plain,
    responds=True,
    costs=_costs,
    waived={"responds linearly": CURVED},
)
