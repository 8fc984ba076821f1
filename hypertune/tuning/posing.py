"""`pose`: a network, its data and its objective become a bilevel problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.catalogue import Arg, Args, AugmentType, Catalogue, DomainType, LossType, Use
from hypertune.data.scaling import Scaling
from hypertune.data.sets import Sets
from hypertune.ir import Hyper, Program, Ref
from hypertune.lowering.augmentation import Augmentation
from hypertune.lowering.class_counts import balanced
from hypertune.lowering.compiled_loss import CompiledLoss, Prepare
from hypertune.lowering.filling import Filled, statistics
from hypertune.lowering.layout import images_last, weights_last
from hypertune.lowering.network import Network
from hypertune.response.parameters import split_parameters
from hypertune.runtime import SINGLE, Hypers, Kept, Peers, Problem, Vector, Weights
from hypertune.tuning.columns import columns_of

Fold = Callable[[Weights, Kept, Tensor | None], dict[str, Tensor]]


@frozen
class Posed:
    """A problem, its validation loss for whole parts, and what makes its network plain.

    `fold` gives the weights of the plain network, for weights, what is kept, and the response.
    """

    problem: Problem
    evaluated: CompiledLoss
    fold: Fold


def pose(
    program: Program,
    catalogue: Catalogue,
    network: Network,
    sets: Sets,
    precision: str,
    peers: Peers = SINGLE,
    channels_last: bool = False,
) -> Posed:
    """The bilevel problem of a program; `network` gives up its weights.

    There are two copies of the network's modules, one that stays in training mode and one that
    stays in evaluation mode; neither holds weights, which are handed to each pass. Of `peers`
    each reads some rows of a batch. With `channels_last`, images and the weights of their
    convolutions lie in memory that way.
    """
    if sets.classes:
        program = balanced(program, catalogue, sets.train.y, sets.classes)
    base, response = split_parameters(network)
    if channels_last:
        base, response = weights_last(base), weights_last(response)
    kept = statistics(network)
    hypers = _hypers(program, catalogue, network, sets)
    training = network.train()
    fold = Filled(training)
    evaluation = deepcopy(training).eval()
    terms, scaling = program.objective, sets.train.scaling
    augmentation = Augmentation(program, catalogue, sets.classes, sets.tokens)
    augmented, scaled = _augmented(scaling, augmentation), _scaled(scaling)
    if channels_last:
        augmented, scaled = images_last(augmented), images_last(scaled)
    valid = (evaluation, terms.valid, program, catalogue, scaled)
    problem = Problem(
        CompiledLoss(training, terms.train, program, catalogue, augmented, precision, peers.rows),
        CompiledLoss(*valid, precision, peers.rows),
        base,
        response,
        hypers,
        kept,
    )

    def folded(weights: Weights, kept: Kept, response_H: Tensor | None) -> dict[str, Tensor]:
        plain, _ = fold.call(weights, kept, lambda: training.folded(response_H))
        return plain

    return Posed(problem, CompiledLoss(*valid), folded)


def _augmented(scaling: Scaling, augmentation: Augmentation) -> Prepare:
    def prepare(x: Tensor, y: Tensor, values: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        x, y = augmentation("tokens", x, y, values)
        x, y = augmentation("pixels", scaling.numbers(x), y, values)
        return augmentation("scaled", scaling.normalised(x), y, values)

    return prepare


def _scaled(scaling: Scaling) -> Prepare:
    return lambda x, y, values: (scaling.normalised(scaling.numbers(x)), y)


def _hypers(program: Program, catalogue: Catalogue, network: Network, sets: Sets) -> Hypers:
    """One entry for each unconstrained value, and the vectors beside."""
    single = [hyper for hyper in program.hypers if not hyper.over]
    columns = columns_of(single, catalogue, sets.train.y.device)
    rows = len(sets.valid)
    each = [_precision(hyper, rows) for hyper in single for _ in range(hyper.columns)]
    precision_H = columns.start_H.new_tensor(each) if any(each) else None
    sizes = {"example": len(sets.train), "weight": sum(w.numel() for w in network.penalised())}
    vectors = {
        hyper.name: _vector(hyper, sizes[hyper.over], rows, catalogue, columns.start_H)
        for hyper in program.hypers
        if hyper.over
    }
    uses = _uses(program, catalogue)
    return evolve(columns, vectors=vectors, uses=uses, precision_H=precision_H)


def _precision(hyper: Hyper, rows: int) -> float:
    """Of the prior, beside a validation loss that is a mean over so many targets."""
    return 0.0 if hyper.prior is None or not rows else 1 / hyper.prior / hyper.prior / rows


def _vector(hyper: Hyper, size: int, rows: int, catalogue: Catalogue, like: Tensor) -> Vector:
    domain = catalogue.of(DomainType)[hyper.domain.kind]
    lo, hi = domain.bounds(hyper.domain.args)
    ends = torch.tensor([lo, hi], dtype=torch.float64).to(like)
    if isinstance(hyper.start, str):
        raise TypeError(f"`{hyper.name}` cannot be a choice of words for each {hyper.over}")
    if isinstance(hyper.start, tuple):
        start_N = like.new_tensor([domain.unconstrain(start, lo, hi) for start in hyper.start])
    else:
        start_N = like.new_full((size,), domain.unconstrain(hyper.start, lo, hi))
    return Vector(
        start_N,
        lambda u_N: domain.constrain_tensor(u_N, ends[0], ends[1]),
        hyper.frozen,
        _precision(hyper, rows),
    )


def _uses(program: Program, catalogue: Catalogue) -> dict[str, frozenset[Use]]:
    """What the training loss is in each hyperparameter, by all places where it is passed."""
    found: dict[str, set[Use]] = {hyper.name: set() for hyper in program.hypers}

    def note(args: Args, declared: Iterable[Arg]) -> None:
        uses = {arg.name: arg.use for arg in declared}
        for name, value in args.items():
            use = uses.get(name)
            if isinstance(value, Ref) and use is not None:
                found[value.hyper].add(use)

    for node in program.layers:
        note(node.args, catalogue.node(node.kind).args)
    for call in program.data.augment:
        note(call.args, catalogue.of(AugmentType)[call.kind].args)
    for term in program.objective.train:
        note(term.loss.args, catalogue.of(LossType)[term.loss.kind].args)
    return {name: frozenset(uses) for name, uses in found.items()}
