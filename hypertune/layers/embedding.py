"""`embedding(embedding_dim)`: a vector for each token, whose numbers respond."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, Use
from hypertune.ir import Ref, Shape
from hypertune.layers.tied import TIED


def _output(args: Args, shape: Shape) -> Shape:
    return (*shape, args["embedding_dim"])


def _weight(args: Args, shape: Shape) -> Shape:
    return (args["num_embeddings"], args["embedding_dim"])


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.embedding import Embedding

    rate = args["dropout"]
    rate = None if isinstance(rate, Ref) else float(rate)
    size = args["num_embeddings"], args["embedding_dim"]
    return Embedding(*size, given, rate, args["init_range"])


def _plain(args: Args, shape: Shape) -> Plain:
    return Plain("Embedding", (args["num_embeddings"], args["embedding_dim"]))


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    size = args["num_embeddings"] * args["embedding_dim"]
    base = size * (args["tied"] is None)
    response = size + args["embedding_dim"] * given if given else 0
    return Costs(base, response, prod(shape) * args["embedding_dim"] * (args["dropout"] != 0))


EMBEDDING = LayerType(
    name="embedding",
    doc="A vector for each token; responds by rescaling each number of second vectors. "
    "In training, whole tokens are dropped, with one mask for a batch.",
    args=(
        Arg("embedding_dim", "int", "numbers in a vector", low=1),
        Arg("num_embeddings", "int", "tokens that there are", low=1, named="vocabulary"),
        Arg(
            "dropout",
            "float",
            "the rate at which tokens are dropped",
            default=0,
            low=0,
            high=1,
            open_high=True,
            use=Use.STOCHASTIC,
            per_batch=True,
        ),
        Arg(
            "init_range",
            "float",
            "the weights are drawn evenly from -init_range to init_range, not normally",
            default=None,
            low=0,
            open_low=True,
        ),
        TIED,
    ),
    ranks=(1,),
    output=_output,
    build=_build,
    plain=_plain,
    responds=True,
    costs=_costs,
    weight=_weight,
    tokens="num_embeddings",
    waived={
        "is initialised as its plain twin": "torch's Embedding has no `init_range`",
        "trains as its plain twin": "torch has no dropout of tokens",
        "draws its noise for each row alone": "a mask on weights is one for all rows",
    },
)
