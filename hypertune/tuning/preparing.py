"""`prepare`: data are loaded, weights drawn, and a training made of it all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import ceil

import torch
from attrs import frozen
from torch import Tensor

from hypertune.catalogue import Catalogue, MethodType
from hypertune.data.loading import load
from hypertune.data.serving import Served
from hypertune.data.sets import Part, Sets
from hypertune.hyper.domains import Domains
from hypertune.ir import Hyper, Program, Quantity, Tune
from hypertune.lowering.augmentation import Augmentation
from hypertune.lowering.network import Network, Signal, lower
from hypertune.lowering.objective import Objective, split_groups
from hypertune.optimisers.making import optimiser, schedule
from hypertune.runtime import Batch, Heard, Hypers, Length, Problem, Recipe, Training, Weights
from hypertune.standard import STANDARD
from hypertune.tuning.measure import Measure


@frozen
class Prepared:
    """Everything that a run needs, on its devices."""

    program: Program
    tune: Tune
    network: Network
    sets: Sets
    training: Training
    measure: Callable[[Part, Weights, Heard], Mapping[str, float]]

    def evaluate(self, part: str) -> dict[str, float]:
        """Loss and metrics of the network as it now stands: `test_loss`, `test_accuracy`, …"""
        weights = self.training.state.weights
        found = self.measure(getattr(self.sets, part), weights, self.training.heard())
        return {f"{part}_{name}": value for name, value in found.items()}

    def plain_state(self) -> dict[str, Tensor]:
        """Weights of the plain network that the training has arrived at, on the CPU."""
        self.network.load(self.training.state.weights)
        response_BH = self.training.heard().response_BH
        folded = self.network.folded(None if response_BH is None else response_BH[0])
        return {name: value.cpu().contiguous() for name, value in folded.items()}


def prepare(
    program: Program,
    tune_name: str = "",
    catalogue: Catalogue = STANDARD,
    sets: Sets | None = None,
) -> Prepared:
    """Load the data, draw the weights, make the problem and the method.

    Args:
        program: placed; data and hyperparameters live on the device of its first layer.
        tune_name: one of its tune blocks, the first if empty.
        catalogue: has the kinds that the program names.
        sets: to be used instead of the data that the program names.

    Raises:
        KeyError: if there is no such tune block.
        DataError: if the data cannot be read.

    """
    tune = program.tune(tune_name)
    device = torch.device(program.layers[0].device)
    sets = sets or load(program.data, catalogue, device)
    batches = Served(sets, program.data.batch, tune.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(tune.seed)
        network = lower(program, catalogue)
    domains = Domains(program.hypers, catalogue).to(device)
    measure = Measure(network, domains, program, catalogue, sets.target)
    steps = _Steps(batches.steps_per_epoch)
    options = {name: steps.settled(value) for name, value in tune.method.args.items()}
    training = Training(
        _problem(program, catalogue, network, domains),
        catalogue.of(MethodType)[tune.method.kind].build(options),
        _recipe(program, tune, steps, catalogue),
        batches,
        steps.length(tune.length),
        evaluate=lambda weights, heard: _prefixed(measure(sets.valid, weights, heard)),
        own=domains.own_values,
        seed=tune.seed,
        patience=None if tune.patience is None else steps.of(tune.patience),
    )
    return Prepared(program, tune, network, sets, training, measure)


@frozen
class _Steps:
    """Lengths in steps, once it is known how many make an epoch."""

    per_epoch: int

    def of(self, quantity: Quantity) -> int:
        factor = {"steps": 1, "epochs": self.per_epoch}[quantity.unit]
        return ceil(quantity.amount * factor)

    def settled(self, value: object) -> object:
        return self.of(value) if isinstance(value, Quantity) else value

    def length(self, quantity: Quantity) -> Length:
        if quantity.unit == "seconds":
            return Length(seconds=quantity.amount)
        return Length(steps=self.of(quantity))

    def epochs(self, quantity: Quantity) -> int:
        """Whole epochs, of which a training that a time ends has none to count."""
        return 1 if quantity.unit == "seconds" else max(1, self.of(quantity) // self.per_epoch)


def _problem(
    program: Program, catalogue: Catalogue, network: Network, domains: Domains
) -> Problem:
    train = Objective(network, program.objective.train, program, catalogue)
    valid = Objective(network, program.objective.valid, program, catalogue)
    augment = Augmentation(program, catalogue)

    def inner(weights: Weights, heard: Heard, batch: Batch) -> Tensor:
        x, target = batch
        own_BH = domains.own(heard.value_BH)
        x = augment(x, own_BH.detach())
        signal = Signal(own_BH, heard.response_BH)
        train.train()
        return train.at(weights, x, target, signal, heard.linearised)[0]

    def outer(weights: Weights, heard: Heard, batch: Batch) -> Tensor:
        x, target = batch
        signal = Signal(domains.own(heard.value_BH), heard.response_BH)
        valid.eval()
        return valid.at(weights, x, target, signal, heard.linearised)[0]

    base, response = split_groups(network)
    hypers = _vectors(program.hypers, domains)
    return Problem(inner, outer, base, response, hypers, lambda batch: len(batch[0]))


def _vectors(hypers: tuple[Hyper, ...], domains: Domains) -> Hypers:
    """One entry for each free value."""
    each = [hyper for hyper in hypers for _ in range(hyper.columns)]
    start_H = domains.start_F()

    def mask(values: Iterable[bool]) -> Tensor:
        return torch.tensor([*values], dtype=torch.bool, device=start_H.device)

    return Hypers(
        names=domains.names(),
        start_H=start_H,
        spread_H=torch.tensor([h.spread for h in each], device=start_H.device),
        spread_fixed_H=mask(h.spread_fixed for h in each),
        per_batch_H=mask(h.per == "batch" for h in each),
        frozen_H=mask(h.frozen for h in each),
    )


def _recipe(program: Program, tune: Tune, steps: _Steps, catalogue: Catalogue) -> Recipe:
    starts = {hyper.name: hyper.start for hyper in program.hypers}
    makers = {group: optimiser(call, catalogue, starts) for group, call in tune.optimisers.items()}
    plan = None
    if tune.schedule is not None:
        plan = schedule(tune.schedule, catalogue, steps.epochs(tune.length))
    return Recipe(**makers, schedule=plan, clip=tune.clip, precision=tune.precision)


def _prefixed(found: Mapping[str, float]) -> dict[str, float]:
    return {f"valid_{name}": value for name, value in found.items()}
