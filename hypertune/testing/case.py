"""One use of a layer type, and what a law needs of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from attrs import evolve, frozen
from torch import Tensor, nn
from torch.func import functional_call

from hypertune.catalogue import Arg, Args, LayerType
from hypertune.ir import Ref, Shape, Value
from hypertune.response import Conditions, Layer


@frozen(repr=False)
class Case:
    """One use of a layer type, and the seed of the numbers that a law feeds it.

    Every tensor is double, and every method gives the same whenever it is called.
    """

    kind: LayerType
    args: Args
    shape: Shape
    given: int  # how many hyperparameters the weights answer to
    examples: int
    seed: int

    def __repr__(self) -> str:
        given = f" given {self.given}" if self.given else ""
        return (
            f"{written(self.kind, self.args)}{given} "
            f"on {self.examples} examples of {self.shape}, seed {self.seed}"
        )

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # what Hypothesis shows of a failing case

    def born(self) -> Layer:
        """The layer as it is built."""
        with seeded(self.seed):
            layer: Layer = self.kind.build(self.args, self.shape, self.given)
        return layer.double()

    def another(self) -> Layer:
        """The same layer of another birth."""
        return evolve(self, seed=self.seed + 1).born()

    def stirred(self) -> Layer:
        """The layer away from its birth, where responses need not be zero."""
        layer = self.born()
        with seeded(self.seed + 1), torch.no_grad():
            for parameter in layer.parameters():
                parameter.add_(torch.randn_like(parameter))
        return layer

    def inputs(self) -> Tensor:
        """A batch in which no two numbers are alike and none is zero, to stay off kinks."""
        shape = (self.examples, *self.shape)
        count = torch.Size(shape).numel()
        with seeded(self.seed + 2):
            order = torch.randperm(count).double()
        return ((order + 0.37) / count * 4 - 2).reshape(shape)

    def noise(self, like: Tensor, number: int = 0) -> Tensor:
        """Normal numbers, others for every `number`."""
        with seeded(self.seed + 3 + number):
            return torch.randn_like(like)

    def heard(self) -> Conditions:
        """A response and values for every example."""
        with seeded(self.seed + 2):
            delta_BG = torch.randn(self.examples, self.given).double()
            values = {
                arg.name: _some_values(arg, self.examples)
                for arg in self.kind.args
                if isinstance(self.args[arg.name], Ref)
            }
        return Conditions(delta_BG if self.given else None, values)

    def run(self, layer: Layer, x: Tensor, heard: Conditions) -> Tensor:
        """Call the layer, its own randomness the same every time."""
        with seeded(self.seed):
            y: Tensor = layer(x, heard)
        return y

    def run_with(
        self, layer: Layer, state: dict[str, Tensor], x: Tensor, heard: Conditions
    ) -> Tensor:
        """Call the layer with other parameters than its own."""
        with seeded(self.seed):
            y: Tensor = functional_call(layer, state, (x, heard))
        return y

    def linearised(
        self, layer: Layer, x: Tensor, dx: Tensor | None, heard: Conditions
    ) -> tuple[Tensor, Tensor | None]:
        """The linearised reading, the layer's own randomness the same every time."""
        with seeded(self.seed):
            return layer.linearised(x, dx, heard)

    def plain(self, heard: Conditions) -> nn.Module:
        """The plain twin, at the first example's values."""
        own = {
            name: heard.values[name][0].item() if isinstance(value, Ref) else value
            for name, value in self.args.items()
        }
        twin = self.kind.plain(own, self.shape)
        module: nn.Module = getattr(nn, twin.name)(*twin.args, **twin.options)
        return module.double()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, torch's randomness starts from `seed`; outside, nothing is disturbed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def silent(heard: Conditions) -> Conditions:
    """The same values, and no response."""
    return evolve(heard, delta_BG=None)


def row(heard: Conditions, i: int) -> Conditions:
    """What example `i` hears."""
    delta_BG = None if heard.delta_BG is None else heard.delta_BG[i : i + 1]
    return Conditions(delta_BG, {name: v[i : i + 1] for name, v in heard.values.items()})


def written(kind: LayerType, args: Args) -> str:
    """A use of the kind, as a spec has it."""
    told = ", ".join(f"{arg.name} = {_literal(args[arg.name])}" for arg in kind.args)
    return f"{kind.name}({told})" if told else kind.name


def _literal(value: Value) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case Ref():
            return value.hyper
        case str():
            return f'"{value}"'
        case tuple():
            return f"({', '.join(_literal(v) for v in value)})"
    return repr(value)


def small_bounds(arg: Arg) -> tuple[float, float]:
    """Where numbers for an argument are drawn."""
    low = max(arg.low, -2.0)
    return low, min(arg.high, low + 4)


def _some_values(arg: Arg, examples: int) -> Tensor:
    low, high = small_bounds(arg)
    drawn = low + (high - low) * (0.05 + 0.9 * torch.rand(examples).double())
    return drawn.floor() if arg.type == "int" else drawn
