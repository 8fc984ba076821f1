"""`prepare`: data are loaded, weights drawn, and a training made of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.catalogue import Catalogue, MethodType
from hypertune.conditioning import Conditioning
from hypertune.data.loading import load
from hypertune.data.serving import Served
from hypertune.data.sets import Part, Sets, StreamPart
from hypertune.ir import Call, Program, Quantity, Tune
from hypertune.lowering.compiled_loss import taps_of
from hypertune.lowering.network import lower
from hypertune.optimisers.making import optimiser, schedule
from hypertune.runtime import (
    SINGLE,
    Compile,
    Graphs,
    Kept,
    Length,
    Loss,
    Method,
    Peers,
    Problem,
    Recipe,
    Training,
    Weights,
    generators,
)
from hypertune.standard import STANDARD
from hypertune.tuning.measure import Measure
from hypertune.tuning.posing import pose

_GROUPS = {"spreads": "scales"}  # of a recipe, where a tune block calls them otherwise


@frozen
class Prepared:
    """Everything that a run needs, on its devices."""

    program: Program
    tune: Tune
    fold: Callable[[Weights, Kept, Tensor | None], dict[str, Tensor]]
    sets: Sets
    training: Training
    channels_last: bool
    measure: Callable[[Part | StreamPart, Weights, Conditioning, Kept], Mapping[str, float]]

    def evaluate(self, part: str) -> dict[str, float]:
        """Loss and metrics of the network as it now stands: `test_loss`, `test_accuracy`, …"""
        training = self.training
        found = self.measure(
            getattr(self.sets, part),
            training.state.weights,
            training.conditioning(),
            training.kept(),
        )
        return {f"{part}_{name}": value for name, value in found.items()}

    def plain_state(self) -> dict[str, Tensor]:
        """Weights of the plain network that the training has arrived at, on the CPU."""
        training = self.training
        response_BG = training.conditioning().response_BG
        response_H = None if response_BG is None else response_BG[0]
        folded = self.fold(training.state.weights, training.kept(), response_H)
        return {name: value.cpu().contiguous() for name, value in folded.items()}


def prepare(
    program: Program,
    tune_name: str = "",
    catalogue: Catalogue = STANDARD,
    sets: Sets | None = None,
    peers: Peers = SINGLE,
    compiled: Compile | None = None,
    notes: list[str] | None = None,
    channels_last: bool = False,
) -> Prepared:
    """Load the data, draw the weights, make the problem and the method.

    Args:
        program: placed; data and hyperparameters live on the device of its first layer.
        tune_name: one of its tune blocks, the first if empty.
        catalogue: has the kinds that the program names.
        sets: to be used instead of the data that the program names.
        peers: train the same, each on some rows of every batch.
        compiled: makes the graphs of both losses fast; none are made if None.
        notes: words for people, which the training tells, and gets more of.
        channels_last: whether images and the weights of convolutions lie in memory that way.

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
        network = lower(program, catalogue, taps=taps_of(program, catalogue))
    posed = pose(program, catalogue, network, sets, tune.precision, peers, channels_last)
    notes = [] if notes is None else notes
    problem = posed.problem
    if channels_last and not any(weight.dim() == 4 for weight in problem.base.values()):
        notes.append("no convolution of images: there is nothing to lay channels last")
    if compiled is not None and peers.size > 1:
        notes.append("several processes: losses are evaluated as they are")
    elif compiled is not None:
        problem = _graphed(problem, program, tune, catalogue, batches, notes, compiled)
    measure = Measure(posed.evaluated, program, catalogue, sets.target)
    steps = Steps(batches.per_epoch)
    method = method_of(tune.method, steps, catalogue)
    steps = Steps(batches.per_epoch / method.batches_per_step)
    training = Training(
        problem,
        method,
        evolve(recipe_of(program, tune, steps, catalogue), peers=peers),
        batches,
        steps.length(tune.length),
        evaluate=lambda *given: _prefixed(measure(sets.valid, *given)),
        seed=tune.seed,
        patience=None if tune.patience is None else steps.of(tune.patience),
        peers=peers,
        notes=notes,
    )
    return Prepared(program, tune, posed.fold, sets, training, channels_last, measure)


def _graphed(
    problem: Problem,
    program: Program,
    tune: Tune,
    catalogue: Catalogue,
    batches: Served,
    notes: list[str],
    compiled: Compile,
) -> Problem:
    """The problem with graphs for losses, where the method takes no second derivatives."""
    passes = catalogue.of(MethodType)[tune.method.kind].passes(tune.method.args)
    if not passes:
        kind = tune.method.kind
        notes.append(f"`{kind}` differentiates twice: losses are evaluated as they are")
        return problem
    train, valid = len(batches.train(0)), len(batches.valid(0))
    shared = {taken.rows(train if taken.trains else valid) for taken in passes}
    rows = {train, valid, *shared}
    defaults = generators(w.device for w in problem.base.values())

    def graphs(loss: Loss, name: str) -> Loss:
        return Graphs(loss, name, rows, defaults, notes, compiled, tune.precision)

    return evolve(
        problem,
        inner=graphs(problem.inner, "training"),
        outer=graphs(problem.outer, "validation"),
    )


def method_of(call: Call, steps: Steps, catalogue: Catalogue) -> Method[Any]:
    """The method with its options: solvers are built, lengths counted in steps."""
    kind = catalogue.of(MethodType)[call.kind]
    options = {name: steps.settled(value) for name, value in call.args.items()}
    for arg in kind.args:
        nested = call.args[arg.name]
        if isinstance(nested, Call):
            options[arg.name] = catalogue.of(arg.kind)[nested.kind].build(nested.args)
    method: Method[Any] = kind.build(options)
    return method


@frozen
class Steps:
    """Lengths in steps, once it is known how many make an epoch."""

    per_epoch: float

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
        return (
            1 if quantity.unit == "seconds" else max(1, int(self.of(quantity) // self.per_epoch))
        )


def recipe_of(program: Program, tune: Tune, steps: Steps, catalogue: Catalogue) -> Recipe:
    """The optimisers, schedule and clip of a tune block."""
    optimisers: dict[str, Any] = {
        _GROUPS.get(role, role): optimiser(call, catalogue, program.starts)
        for role, call in tune.optimisers.items()
    }
    plan = None
    if tune.schedule is not None:
        plan = schedule(tune.schedule, catalogue, steps.epochs(tune.length))
    return Recipe(**optimisers, schedule=plan, clip=tune.clip)


def _prefixed(found: Mapping[str, float]) -> dict[str, float]:
    return {f"valid_{name}": value for name, value in found.items()}
