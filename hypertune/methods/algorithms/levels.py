"""A bilevel problem as functions of two flat vectors, for methods that solve its levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.curvature import Curvature
from hypertune.runtime import Passes, Problem, Recipe, Sample, Weights


class LevelsState:
    """All weights as one vector, and all tuned unconstrained values as another.

    `numbers` are what a method keeps of its own between steps, in double precision on the CPU.

    Raises:
        ValueError: if an option of an optimiser is a hyperparameter.

    """

    def __init__(
        self,
        problem: Problem,
        recipe: Recipe,
        numbers: Mapping[str, float],
        keeps: tuple[str, ...] = (),
    ) -> None:
        hypers = problem.hypers
        self._hypers, self._like = hypers, dict(_shapes(problem.base))
        places = (~hypers.frozen_H).nonzero().squeeze(1)
        self._vectors = {n: v for n, v in hypers.vectors.items() if not v.frozen}
        names = [hypers.names[place] for place in places.tolist()]
        recipe.check_tied([*names, *self._vectors])
        self.response = {name: p.detach() for name, p in problem.response.items()}
        start_H = hypers.start_H.detach()
        self._places = places.to(start_H.device)  # a plan's has no numbers
        self.w_N = torch.cat(
            [p.detach().flatten().to(start_H.device) for p in problem.base.values()]
        )
        starts = [start_H[self._places], *(v.start_N.detach() for v in self._vectors.values())]
        self.theta_M = torch.cat([part.flatten().to(start_H) for part in starts])
        self.numbers = {n: torch.tensor(x, dtype=torch.float64) for n, x in numbers.items()}
        self.kept = {name: torch.zeros_like(self.w_N) for name in keeps}

    def __bool__(self) -> bool:
        return len(self.theta_M) > 0

    @property
    def weights(self) -> dict[str, Tensor]:
        return self.named(self.w_N)

    @property
    def unconstrained_H(self) -> Tensor:
        return self._unconstrained_H(self.theta_M)

    @property
    def vectors(self) -> dict[str, Tensor]:
        return dict(self._parts(self.theta_M))

    def named(self, w_N: Tensor) -> dict[str, Tensor]:
        """The weights by name, as the losses take them."""
        pieces = torch.split(w_N, [like.numel() for like in self._like.values()])
        pairs = zip(self._like.items(), pieces, strict=True)
        return {**{n: p.view(m.shape).to(m) for (n, m), p in pairs}, **self.response}

    def conditioning(self, theta_M: Tensor) -> Conditioning:
        """What the losses are evaluated at; differentiable."""
        hypers = self._hypers
        moved = {name: self._vectors[name].constrain(u) for name, u in self._parts(theta_M)}
        vectors = {**hypers.starting_vectors, **moved} if hypers.vectors else {}
        return hypers.conditioning(self._unconstrained_H(theta_M)[None], vectors=vectors)

    def prior(self, theta_M: Tensor) -> Tensor:
        """What is added to the validation loss; differentiable."""
        found = [self._hypers.prior(self._unconstrained_H(theta_M))]
        found += [self._vectors[name].prior(u) for name, u in self._parts(theta_M)]
        there = [part.to(theta_M.device) for part in found if part is not None]
        return torch.stack(there).sum() if there else theta_M.new_zeros(())

    def statistics(self) -> dict[str, Tensor]:
        return {}

    def end_epoch(self, valid_loss: float | None) -> None:
        """Nothing here goes by epochs."""

    def state_dict(self) -> dict[str, Any]:
        both = {"w": self.w_N, "theta": self.theta_M}
        return {**both, "numbers": dict(self.numbers), "kept": dict(self.kept)}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self.w_N, self.theta_M = tree["w"].to(self.w_N), tree["theta"].to(self.theta_M)
        self.numbers = {name: tree["numbers"][name].cpu() for name in self.numbers}
        self.kept = {name: tree["kept"][name].to(like) for name, like in self.kept.items()}

    def _unconstrained_H(self, theta_M: Tensor) -> Tensor:
        return self._hypers.start_H.detach().index_copy(
            0, self._places, theta_M[: len(self._places)]
        )

    def _parts(self, theta_M: Tensor) -> Iterator[tuple[str, Tensor]]:
        sizes = [len(v.start_N) for v in self._vectors.values()]
        pieces = torch.split(theta_M[len(self._places) :], sizes) if sizes else ()
        for (name, vector), piece in zip(self._vectors.items(), pieces, strict=True):
            yield name, piece.to(vector.start_N.device)


@frozen
class Levels:
    """The losses of a state on one batch of each part, whose noise stays the same.

    Shapes: w_N (N,) are weights, theta_M (M,) unconstrained hyperparameters.
    """

    passes: Passes
    state: LevelsState
    train: Sample
    valid: Sample

    def inner(self, w_N: Tensor, theta_M: Tensor) -> Tensor:
        """The training loss."""
        at = self.state.conditioning(theta_M)
        return self.passes.inner(self.state.named(w_N), at, self.train)

    def outer(self, w_N: Tensor, theta_M: Tensor) -> Tensor:
        """The validation loss, with the prior."""
        at = self.state.conditioning(theta_M)
        loss = self.passes.outer(self.state.named(w_N), at, self.valid)
        return loss + self.state.prior(theta_M)

    def inner_gradient(self, w_N: Tensor, theta_M: Tensor) -> tuple[float, Tensor]:
        """The training loss and its gradient in the weights; waits for the device."""
        leaf_N = w_N.detach().requires_grad_()
        loss = self.inner(leaf_N, theta_M)
        (gradient_N,) = torch.autograd.grad(loss, leaf_N, materialize_grads=True)
        return float(loss.detach()), gradient_N

    def outer_gradients(self, w_N: Tensor, theta_M: Tensor) -> tuple[float, Tensor, Tensor]:
        """The validation loss, and its gradients in the weights and the hyperparameters."""
        leaves = [w_N.detach().requires_grad_(), theta_M.detach().requires_grad_()]
        loss = self.outer(*leaves)
        if not loss.requires_grad:  # it depends on nothing
            return float(loss), torch.zeros_like(w_N), torch.zeros_like(theta_M)
        by_w_N, by_theta_M = torch.autograd.grad(
            loss, leaves, allow_unused=True, materialize_grads=True
        )
        return float(loss.detach()), by_w_N, by_theta_M

    def hessian(self, w_N: Tensor, theta_M: Tensor) -> Curvature:
        """Second derivatives of the training loss in the weights."""
        leaf_N = w_N.detach().requires_grad_()
        return Curvature(self.inner(leaf_N, theta_M.detach()), [leaf_N])

    def prior_gradient(self, theta_M: Tensor) -> Tensor:
        """Of what is added to the validation loss."""
        leaf_M = theta_M.detach().requires_grad_()
        prior = self.state.prior(leaf_M)
        if not prior.requires_grad:
            return torch.zeros_like(theta_M)
        return torch.autograd.grad(prior, leaf_M)[0]

    def crossed(self, w_N: Tensor, theta_M: Tensor, v_N: Tensor) -> Tensor:
        """The gradient of ∇L · v in the hyperparameters; ∇L is that of the training loss."""
        leaf_N, theta = w_N.detach().requires_grad_(), theta_M.detach().requires_grad_()
        return Curvature(self.inner(leaf_N, theta), [leaf_N]).mixed([v_N], [theta])[0]

    def remember(self) -> None:
        """Have later passes and evaluations see the statistics of the weights as they are."""
        with torch.no_grad():
            at = self.state.conditioning(self.state.theta_M)
            self.passes.inner(self.state.weights, at, self.train, keep=True)


def levels(passes: Passes, state: LevelsState) -> Levels:
    """The same two batches at every step: there is one problem to solve, no stream of them."""
    return Levels(passes, state, passes.train(0), passes.valid(0))


def _shapes(weights: Weights) -> Iterator[tuple[str, Tensor]]:
    for name, w in weights.items():
        yield name, torch.empty_like(w.detach())
