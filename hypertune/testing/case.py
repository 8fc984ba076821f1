"""One use of a layer type, and all that a law needs of it.

Laws meet layers through this module alone: how a layer is built, conditioned, given its noise and
called stands here and nowhere else in the kit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

import torch
from attrs import evolve, frozen
from torch import Tensor, nn
from torch.func import functional_call

from hypertune.catalogue import Args, LayerType, Plain
from hypertune.conditioning import Conditioning as Conditioning
from hypertune.ir import Ref, Shape
from hypertune.response import Layer
from hypertune.response.parameters import split_parameters
from hypertune.testing.buffers import has_states, restored, statistics
from hypertune.testing.seeding import default_generator, drawing_from, seeded, stream
from hypertune.testing.values import some_values
from hypertune.testing.writing import model_fragment, written

M = TypeVar("M", bound=nn.Module)
# Seeds of numbers that must not be alike are so far apart; torch reads 32 bits of a seed on a CPU.
# A seed of a case is below 2**16.
_DRAWS, _TWINS, _TWINS_DRAWS = 2**16, 2**30, 2**31


@frozen(repr=False)
class Case:
    """One use of a layer type, and the seed of the numbers that a law feeds it.

    Every tensor is double, and every method gives the same whenever it is called.
    """

    kind: LayerType
    args: Args
    shape: Shape
    given: int  # how many hyperparameters the weights respond to
    examples: int
    seed: int

    def __repr__(self) -> str:
        given = f" given {self.given}" if self.given else ""
        return (
            f"{written(self.kind, self.args)}{given} "
            f"on {self.examples} examples of {self.shape}, seed {self.seed}"
        )

    def fragment(self) -> str:
        """The part of a spec in which the layer is used so."""
        return model_fragment(self.kind, self.args, self.shape, self.given)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))  # what Hypothesis shows of a failing case

    @property
    def output_shape(self) -> Shape:
        """The shape that the kind declares."""
        return self.kind.output(self.args, self.shape)

    def initialised(self) -> Layer:
        """The layer as it is built, in training mode."""
        return next(self.initialisations())

    def initialisations(self) -> Iterator[Layer]:
        """The layer, initialised again and again; the first is `initialised`."""
        return self._many(self.seed, lambda: self.kind.build(self.args, self.shape, self.given))

    def another(self) -> Layer:
        """The same layer, initialised otherwise."""
        return evolve(self, seed=self.seed + 1).initialised()

    def perturbed(self) -> Layer:
        """The layer away from where it is initialised: responses need not be zero there."""
        layer = self.initialised()
        with seeded(self.seed + 1), torch.no_grad():
            for parameter in layer.parameters():
                parameter.add_(torch.randn_like(parameter))
        return layer

    def elsewhere(self) -> Layer:
        """The layer, built on the device `meta`."""
        with torch.device("meta"):
            layer: Layer = self.kind.build(self.args, self.shape, self.given)
        return layer

    def inputs(self) -> Tensor:
        """A batch in which no two numbers are alike and none is zero, to stay off kinks.

        Of tokens, where those are read, it has any.
        """
        shape = (self.examples, *self.shape)
        if self.kind.tokens:
            return self._tokens(shape, self.seed + 2)
        count = torch.Size(shape).numel()
        with seeded(self.seed + 2):
            order = torch.randperm(count).double()
        return ((order + 0.37) / count * 4 - 2).reshape(shape)

    def repeated(self, rows: int) -> Tensor:
        """The first example of `inputs`, again and again."""
        return self.inputs()[:1].expand(rows, *self.shape).contiguous()

    def noise(self, like: Tensor, number: int = 0) -> Tensor:
        """Normal numbers, others for every `number`; in the place of tokens, others of these."""
        if not like.is_floating_point():
            return self._tokens(tuple(like.shape), self.seed + 3 + number)
        with seeded(self.seed + 3 + number):
            return torch.randn_like(like)

    def _tokens(self, shape: Shape, seed: int) -> Tensor:
        with seeded(seed):
            return torch.randint(self.args[self.kind.tokens], shape)

    def conditioning(self) -> Conditioning:
        """A response and values for every example."""
        with seeded(self.seed + 2):
            response_BG = torch.randn(self.examples, self.given).double()
            values = {
                arg.name: some_values(arg, self.examples)
                for arg in self.kind.args
                if isinstance(self.args[arg.name], Ref)
            }
        return Conditioning(values, response_BG if self.given else None)

    def run(self, layer: Layer, x: Tensor, conditioning: Conditioning, draw: int = 0) -> Tensor:
        """Call the layer; its noise is the same for the same `draw`."""
        with restored(layer), seeded(self.seed + draw * _DRAWS):
            y: Tensor = layer(x, conditioning)
        return y

    def run_on(
        self, layer: Layer, batches: Sequence[Tensor], conditioning: Conditioning
    ) -> list[Tensor]:
        """Call the layer on one batch after the other, handing its states on."""
        with restored(layer), seeded(self.seed):
            return [layer(x, conditioning) for x in batches]

    def run_going_on(self, layer: Layer, x: Tensor, conditioning: Conditioning) -> Tensor:
        """Call the layer; if it has states, on a stream that has begun with the same batch."""
        return self.run_on(layer, [x, x] if has_states(layer) else [x], conditioning)[-1]

    def left_by_call(
        self, layer: Layer, x: Tensor, conditioning: Conditioning
    ) -> dict[str, Tensor]:
        """The statistics that a call leaves behind."""
        with restored(layer), seeded(self.seed):
            layer(x, conditioning)
            return statistics(layer)

    def left_by_linearised(
        self, layer: Layer, x: Tensor, conditioning: Conditioning
    ) -> dict[str, Tensor]:
        """The statistics that the linearised reading leaves behind."""
        with restored(layer), seeded(self.seed):
            layer.linearised(x, torch.ones_like(x), conditioning)
            return statistics(layer)

    def statistics(self, layer: Layer) -> dict[str, Tensor]:
        """The statistics of a layer that no call has moved."""
        return statistics(layer)

    def run_with(
        self, layer: Layer, state: dict[str, Tensor], x: Tensor, conditioning: Conditioning
    ) -> Tensor:
        """Call the layer with other parameters than its own."""
        with restored(layer), seeded(self.seed):
            y: Tensor = functional_call(layer, state, (x, conditioning))
        return y

    def linearised(
        self, layer: Layer, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        """The linearised reading; its noise is that of draw 0."""
        with restored(layer), seeded(self.seed):
            return layer.linearised(x, dx, conditioning)

    def folded(self, layer: Layer, conditioning: Conditioning) -> dict[str, Tensor]:
        """Parameters of the plain twin at what the first example is conditioned on."""
        return layer.folded(
            None if conditioning.response_BG is None else conditioning.response_BG[0]
        )

    def plain(self, conditioning: Conditioning) -> nn.Module:
        """The plain twin, at the first example's values."""
        return next(self.plains(conditioning))

    def plains(self, conditioning: Conditioning) -> Iterator[nn.Module]:
        """The plain twin at the first example's values, initialised again and again."""
        values = {
            name: conditioning.values[name][0].item() if isinstance(value, Ref) else value
            for name, value in self.args.items()
        }
        twin = self.kind.plain(values, self.shape)
        ours = not isinstance(twin, Plain) or twin.library != "torch.nn"
        known = ours or hasattr(nn, twin.name)
        assert known, f"`plain` names `{twin.name}`, and torch.nn has no such class"
        return self._many(self.seed + _TWINS, twin.build)

    def run_plain(self, module: nn.Module, x: Tensor, draw: int = 0) -> Tensor:
        """Call a plain twin; its noise is the same for the same `draw`, and not the layer's."""
        with seeded(self.seed + draw * _DRAWS + _TWINS_DRAWS):
            return self._read_plain(module, x)

    def plain_draws(self, module: nn.Module, x: Tensor) -> bool:
        """Whether a plain twin draws any noise."""
        with seeded(self.seed):
            before = default_generator().get_state()
            self._read_plain(module, x)
            return not torch.equal(before, default_generator().get_state())

    def _read_plain(self, module: nn.Module, x: Tensor) -> Tensor:
        y: Tensor = self.kind.plain(self.args, self.shape).read(module, x)
        return y

    def _many(self, seed: int, build: Callable[[], M]) -> Iterator[M]:
        """Modules, each built by the next numbers of one stream."""
        numbers = stream(seed)
        while True:
            with drawing_from(numbers):
                module = build()
            yield module.double()


def evaluating(layer: Layer) -> Layer:
    """A copy of the layer in evaluation mode."""
    return deepcopy(layer).eval()


def response_parameters(layer: Layer) -> dict[str, nn.Parameter]:
    """The parameters that only a response reads, by name."""
    _, response = split_parameters(layer)
    return {name: p for name, p in layer.named_parameters() if name in response}


def unconditioned(conditioning: Conditioning) -> Conditioning:
    """The same values, and no response."""
    return evolve(conditioning, response_BG=None)


def with_response(conditioning: Conditioning, response_BG: Tensor | None) -> Conditioning:
    """The same values, and another response."""
    return evolve(conditioning, response_BG=response_BG)


def with_values(conditioning: Conditioning, values: Mapping[str, Tensor]) -> Conditioning:
    """The same response, and other values."""
    return evolve(conditioning, values=values)


def row(conditioning: Conditioning, i: int) -> Conditioning:
    """What example `i` is conditioned on."""
    return moved(conditioning, lambda tensor: tensor[i : i + 1])


def moved(conditioning: Conditioning, move: Callable[[Tensor], Tensor]) -> Conditioning:
    """The same with another tensor for each of its tensors."""
    response_BG = None if conditioning.response_BG is None else move(conditioning.response_BG)
    return Conditioning({name: move(v) for name, v in conditioning.values.items()}, response_BG)
