"""What recurrent layer types have in common."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, Use, WrongShape
from hypertune.ir import Ref, Shape

_WEIGHT_DROPOUT = Arg(
    "weight_dropout",
    "float",
    "the rate at which numbers of the recurrent weights are zeroed, for a batch at a time",
    default=0,
    low=0,
    high=1,
    open_high=True,
    use=Use.STOCHASTIC,
    per_batch=True,
)
_ARGS = (
    Arg("hidden_size", "int", "units of the state", low=1),
    Arg("num_layers", "int", "layers, each reading what the one below it gives", 1, low=1),
    Arg("bias", "bool", "whether there are biases", True),
    Arg("bidirectional", "bool", "whether sequences are read backwards as well", False),
)


def recurrent_type(name: str, doc: str, torch: str, gates: int) -> LayerType:
    """The layer type of one cell.

    Args:
        name: as in specs.
        doc: a sentence.
        torch: the name of torch's module, and of our cell.
        gates: how many blocks of rows its weights have.

    """

    def plain(args: Args, shape: Shape) -> Plain:
        options = {a.name: args[a.name] for a in _ARGS[1:] if args[a.name] != a.default}
        size = shape[1], args["hidden_size"]
        return Plain(torch, size, {**options, "batch_first": True}, gives_tuple=True)

    def build(args: Args, shape: Shape, given: int) -> Any:
        from torch import nn

        from hypertune.response import recurrent

        twin = plain(args, shape)
        made = [getattr(nn, torch)(*twin.args, **twin.options) for _ in range(1 + (given > 0))]
        rate = args["weight_dropout"]
        rate = None if isinstance(rate, Ref) else float(rate)
        cell = getattr(recurrent, torch)()
        return recurrent.Recurrent(cell, made[0], made[1] if given else None, given, rate)

    def costs(args: Args, shape: Shape, given: int) -> Costs:
        size, directions = args["hidden_size"], 1 + args["bidirectional"]
        layers = directions * args["num_layers"]
        inputs = shape[1] + (args["num_layers"] - 1) * directions * size  # of one direction
        products = gates * size * (directions * inputs + layers * size)
        biases = 2 * gates * size * layers * args["bias"]
        scales = 2 * gates * size * layers * (1 + args["bias"]) * given
        return Costs(
            products + biases,
            products + biases + scales if given else 0,
            2 * shape[0] * products,
        )

    return LayerType(
        name=name,
        doc=doc,
        args=(*_ARGS, _WEIGHT_DROPOUT),
        ranks=(2,),
        output=_output,
        build=build,
        plain=plain,
        responds=True,
        costs=costs,
        waived={
            "responds linearly": "the state passes through its gates again at every step",
            "trains as its plain twin": "torch has no dropout of recurrent weights",
            "draws its noise for each row alone": "a mask on weights is one for all rows",
        },
    )


def _output(args: Args, shape: Shape) -> Shape:
    if shape[0] == 1 and args["bidirectional"]:
        raise WrongShape("a sequence of one step cannot be read in two directions")
    return shape[0], args["hidden_size"] * (1 + args["bidirectional"])
