"""`multi_head_attention(num_heads)`: self-attention, whose projections respond."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, Use, WrongShape
from hypertune.ir import Ref, Shape

DROPOUT = Arg(
    "dropout",
    "float",
    "the rate at which probabilities are zeroed",
    default=0,
    low=0,
    high=1,
    open_high=True,
    use=Use.STOCHASTIC,
)
CAUSAL = Arg("causal", "bool", "whether no step reads later ones", default=False)
CURVED = "what is attended to is no linear function of queries and keys"
_ARGS = (
    Arg("num_heads", "int", "parts of the features that attend on their own", low=1),
    DROPOUT,
    Arg("bias", "bool", "whether the projections have one", default=True),
    CAUSAL,
)


def check_heads(heads: int, shape: Shape, name: str) -> None:
    """Features divide into heads.

    Raises:
        WrongShape: if they do not.

    """
    if shape[1] % heads:
        raise WrongShape(
            f"{shape[1]} features do not divide into {heads} heads",
            f"choose a `{name}` that divides {shape[1]}",
        )


def attention_costs(shape: Shape, bias: bool, given: int) -> Costs:
    """Those of four square projections, and of two products of each step with each."""
    steps, size = shape
    base = 4 * size**2 + 4 * size * bias
    response = base + (1 + bias) * 4 * size * given if given else 0
    return Costs(base, response, 8 * steps * size**2 + 4 * steps**2 * size)


def rate_of(args: Args) -> float | None:
    """A constant rate of dropout; None where it is tuned."""
    return None if isinstance(args["dropout"], Ref) else float(args["dropout"])


def _output(args: Args, shape: Shape) -> Shape:
    check_heads(args["num_heads"], shape, "num_heads")
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.attention import Attention

    return Attention(
        shape[1], args["num_heads"], args["bias"], given, rate_of(args), args["causal"]
    )


def _plain(args: Args, shape: Shape) -> Plain:
    options = Plain.of("", args, _ARGS[1:3]).options
    return Plain(
        "MultiheadAttention",
        (shape[1], args["num_heads"]),
        {**options, "batch_first": True},
        gives_tuple=True,
        inputs=3,
        call={"need_weights": False},
        causal="attn_mask" if args["causal"] else "",
    )


MULTI_HEAD_ATTENTION = LayerType(
    name="multi_head_attention",
    doc="Self-attention of a sequence; its projections respond by rescaling the rows of second "
    "weights.",
    args=_ARGS,
    ranks=(2,),
    output=_output,
    build=_build,
    plain=_plain,
    responds=True,
    costs=lambda args, shape, given: attention_costs(shape, args["bias"], given),
    waived={"responds linearly": CURVED},
)
