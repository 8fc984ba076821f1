"""Influence functions: the implicit hypergradient in what each training example counts.

With T(w, k) the training loss in which example i counts k_i times, V the loss that is asked about
and H the Hessian of T in the weights, all at k = 1, a training that has converged moves by
dV/dk = -d/dk (∇T · v), where H v = ∇V. To leave example i out is to take k_i from 1 to 0, which
moves V by -dV/dk_i to first order: that is its score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from attrs import frozen
from torch import Tensor

from hypertune.methods.algorithms.curvature import Curvature
from hypertune.methods.algorithms.solvers import Solver

Weights = Mapping[str, Tensor]


@frozen
class Training:
    """A training loss as a sum over chunks of its examples.

    Args:
        loss: of some examples, from weights, their numbers and what each counts; a mean over
            them, penalties included.
        chunks: numbers of examples, each in one chunk.

    """

    loss: Callable[[Weights, Tensor, Tensor], Tensor]
    chunks: Sequence[Tensor]

    @property
    def size(self) -> int:
        return sum(map(len, self.chunks))

    def of(self, weights: Weights, index_B: Tensor, counts_B: Tensor) -> Tensor:
        """What a chunk adds to the loss."""
        return self.loss(weights, index_B, counts_B) * (len(index_B) / self.size)


@frozen
class Influence:
    """Scores of all training examples.

    Args:
        scores_N: by how much the loss would rise without the example, to first order.
        v: solves H v = ∇V, by the names of the weights.
        statistics: of the solve, such as its `residual`; `gradient` is the norm of ∇T, which is
            zero at a minimum.

    """

    scores_N: Tensor
    v: Mapping[str, Tensor]
    statistics: Mapping[str, float]


def influence(
    training: Training,
    outer: Callable[[Weights], Tensor],
    weights: Weights,
    solver: Solver,
    *,
    stochastic: bool = False,
) -> Influence:
    """Score every training example.

    Args:
        training: the loss that the weights minimise.
        outer: the loss that is asked about.
        weights: at a minimum; copies are made.
        solver: prepared for weights of this size.
        stochastic: whether a product sees one chunk, drawn evenly, for all of them.

    Raises:
        ValueError: if the loss that is asked about does not depend on the weights.

    """
    leaves = {name: w.detach().clone().requires_grad_() for name, w in weights.items()}
    order = list(leaves.values())
    asked = outer(leaves)
    if not asked.requires_grad:
        raise ValueError("the loss does not depend on the weights")
    b = list(torch.autograd.grad(asked, order, materialize_grads=True))

    draws = torch.Generator().manual_seed(0)

    def product(x: Sequence[Tensor]) -> list[Tensor]:
        seen = _one(training, draws) if stochastic else training
        total = [torch.zeros_like(part) for part in order]
        for index_B in seen.chunks:
            ones_B = torch.ones(len(index_B), dtype=asked.dtype, device=asked.device)
            found = Curvature(seen.of(leaves, index_B, ones_B), order).product(x)
            for sum_, part in zip(total, found, strict=True):
                sum_ += part
        return total

    solution = solver.solve(product, b, torch.Generator(asked.device).manual_seed(0))
    scores_N = torch.empty(training.size, dtype=asked.dtype, device=asked.device)
    for index_B in training.chunks:
        counts_B = torch.ones(len(index_B), dtype=asked.dtype, device=asked.device)
        counts_B.requires_grad_()
        loss = training.of(leaves, index_B, counts_B)
        scores_N[index_B] = Curvature(loss, order).mixed(solution.v, [counts_B])[0]
    statistics = {name: float(value) for name, value in solution.statistics.items()}
    statistics["gradient"] = _gradient(training, leaves)
    return Influence(scores_N, dict(zip(leaves, solution.v, strict=True)), statistics)


def _one(training: Training, draws: torch.Generator) -> Training:
    """One of the chunks as if it were all."""
    number = int(torch.randint(len(training.chunks), (), generator=draws))
    return Training(training.loss, training.chunks[number : number + 1])


def _gradient(training: Training, leaves: Mapping[str, Tensor]) -> float:
    """The norm of the gradient of the training loss."""
    for index_B in training.chunks:
        ones_B = torch.ones(len(index_B), device=index_B.device)
        training.of(leaves, index_B, ones_B).backward()  # type: ignore[no-untyped-call]
    found = [w.grad for w in leaves.values() if w.grad is not None]
    return float(torch.cat([part.flatten() for part in found]).norm())


def sensitivity(
    loss: Callable[[Weights, Tensor], Tensor],
    weights: Weights,
    v: Mapping[str, Tensor],
    x: Tensor,
    size: int,
) -> Tensor:
    """The gradient of the loss that was asked about in the inputs of one training example.

    Args:
        loss: of the example by itself, from weights and inputs.
        weights: where `v` was found.
        v: of `influence`.
        x: the inputs, in the precision of the network.
        size: the number of training examples.

    """
    leaves = {name: w.detach().clone().requires_grad_() for name, w in weights.items()}
    x = x.detach().clone().requires_grad_()
    of_weights = Curvature(loss(leaves, x), list(leaves.values()))
    return of_weights.mixed([v[name] for name in leaves], [x])[0] / -size
