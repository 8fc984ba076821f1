"""A network and the terms of a loss, one module: what a batch costs at given hyperparameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen
from torch import Tensor, nn
from torch.func import functional_call

from hypertune.catalogue import Catalogue, LossType
from hypertune.ir import Program, Term
from hypertune.losses.reading import Reading
from hypertune.lowering.network import Network, Signal
from hypertune.lowering.passing import Passed, columns_of

Weights = Mapping[str, Tensor]


@frozen
class _Summand:
    """A loss, its factor, and the hyperparameters passed to it."""

    loss: Callable[[Reading], Tensor]
    weight: float
    passed: Passed


class Objective(nn.Module):
    """The sum of the terms: a scalar, the mean over the batch.

    Weights are handed over at each call, so that the caller decides which of them are followed.
    """

    def __init__(
        self, network: Network, terms: tuple[Term, ...], program: Program, catalogue: Catalogue
    ) -> None:
        super().__init__()
        self.network = network
        kinds = catalogue.of(LossType)
        columns = columns_of(program, catalogue)
        self._summands = tuple(
            _Summand(
                kinds[term.loss.kind].build(term.loss.args),
                term.weight,
                Passed(term.loss.args, kinds[term.loss.kind].args, columns),
            )
            for term in terms
        )

    def forward(
        self, x: Tensor, target: Tensor, signal: Signal, linearised: bool = False
    ) -> tuple[Tensor, Tensor]:
        """The loss and the output of the network."""
        if linearised:
            output, change = self.network.linearised(x, signal)
            output = output if change is None else output + change
        else:
            output = self.network(x, signal)
        target, own_BH = target.to(output.device), signal.own_BH.to(output.device)
        total = output.new_zeros(())
        for summand in self._summands:
            reading = Reading(
                output,
                target,
                summand.passed(own_BH),
                lambda: self.network.squares(signal).to(output.device),
                lambda: self.network.absolutes(signal).to(output.device),
            )
            total = total + summand.weight * summand.loss(reading)
        return total, output

    def at(
        self, weights: Weights, x: Tensor, target: Tensor, signal: Signal, linearised: bool = False
    ) -> tuple[Tensor, Tensor]:
        """The same with `weights` in the place of the network's own."""
        named = {f"network.{name}": value for name, value in weights.items()}
        found: tuple[Tensor, Tensor] = functional_call(
            self, named, (x, target, signal, linearised)
        )
        return found


def split_groups(network: Network) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Base and response parameters by name, detached."""
    base: dict[str, Tensor] = {}
    response: dict[str, Tensor] = {}
    for name, parameter in network.named_parameters():
        group = response if ".response." in name else base
        group[name] = parameter.detach()
    return base, response
