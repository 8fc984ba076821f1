"""Hypergradients of plain weights by the implicit function theorem, solver by solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from attrs import field, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.curvature import Curvature
from hypertune.methods.algorithms.solvers import Solver
from hypertune.runtime import Problem, Recipe, Sample, Weights


@frozen
class Point:
    """Where hypergradients are asked for: one training sample, one validation sample.

    Shapes: `unconstrained_H` holds the columns of the hyperparameters, then the items of each
    vector of them. The noise of the samples is fixed.
    """

    problem: Problem
    weights: Weights
    unconstrained_H: Tensor
    train: Sample
    valid: Sample

    def conditioning(self, unconstrained_H: Tensor) -> Conditioning:
        hypers = self.problem.hypers
        sizes = [len(hypers.names), *(len(v.start_N) for v in hypers.vectors.values())]
        columns_H, *parts = torch.split(unconstrained_H, sizes)
        pairs = zip(hypers.vectors.items(), parts, strict=True)
        vectors = {name: vector.constrain(part_N) for (name, vector), part_N in pairs}
        return hypers.conditioning(columns_H[None], vectors=vectors)

    def inner(self, weights: Weights, unconstrained_H: Tensor) -> Tensor:
        """The training loss."""
        return self.problem.inner(weights, self.conditioning(unconstrained_H), self.train)[0]

    def outer(self, weights: Weights, unconstrained_H: Tensor) -> Tensor:
        """The validation loss."""
        return self.problem.outer(weights, self.conditioning(unconstrained_H), self.valid)[0]

    def leaves(self) -> tuple[dict[str, Tensor], Tensor]:
        """Copies of weights and hyperparameters to differentiate by."""
        weights = {n: w.detach().clone().requires_grad_() for n, w in self.weights.items()}
        return weights, self.unconstrained_H.detach().clone().requires_grad_()


@frozen
class Estimate:
    """A hypergradient, in unconstrained values, and how its solve went.

    Args:
        method: what gave it, as a spec would say.
        gradient_H: zero where the hyperparameter does not move the losses smoothly.
        statistics: of the solve, such as `residual` and `products`.

    """

    method: str
    gradient_H: Tensor
    statistics: Mapping[str, float] = field(factory=dict)

    def cosine(self, reference: Estimate, among: Tensor) -> float:
        """With another estimate, over some of the hyperparameters."""
        a, b = self.gradient_H[among].double(), reference.gradient_H[among].double()
        return float(torch.nn.functional.cosine_similarity(a, b, dim=0, eps=1e-30))


def implicit(point: Point, method: str, solver: Solver) -> Estimate:
    """dV/dλ - d/dλ (∇T · v), where H v = ∇V.

    Raises:
        ValueError: if the solver does not take problems of this size.

    """
    solver = solver.prepared(point.problem, Recipe())
    weights, at_H = point.leaves()
    order = list(weights.values())
    outer = point.outer(weights, at_H)
    *b, direct_H = torch.autograd.grad(outer, [*order, at_H], materialize_grads=True)
    product = Curvature(point.inner(weights, at_H), order).product
    generator = torch.Generator(at_H.device).manual_seed(0)
    solution = solver.solve(product, list(b), generator)
    mixed_H = Curvature(point.inner(weights, at_H), order).mixed(solution.v, [at_H])[0]
    found = {name: float(value) for name, value in solution.statistics.items()}
    return Estimate(method, (direct_H - mixed_H).detach(), found)


def largest_eigenvalue(point: Point, products: int = 20) -> float:
    """Of the Hessian of the training loss, in absolute value, by power iteration."""
    weights, at_H = point.leaves()
    order = list(weights.values())
    product = Curvature(point.inner(weights, at_H), order).product
    generator = torch.Generator().manual_seed(0)
    v = [torch.randn(w.shape, generator=generator).to(w) for w in order]
    size = 0.0
    for _ in range(products):
        length = _norm(v)
        v = product([part / length for part in v])
        size = float(_norm(v))
        if size == 0:
            break
    return size


def gradient_norm(point: Point) -> float:
    """Of the training loss in the weights: zero at a minimum, where implicit gradients hold."""
    weights, at_H = point.leaves()
    loss = point.inner(weights, at_H)
    return float(_norm(torch.autograd.grad(loss, list(weights.values()), materialize_grads=True)))


def _norm(parts: Sequence[Tensor]) -> Tensor:
    return torch.stack([part.double().square().sum() for part in parts]).sum().sqrt()
