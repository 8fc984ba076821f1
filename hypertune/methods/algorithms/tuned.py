"""Hyperparameters that are moved by gradients in their constrained values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import torch
from attrs import evolve
from torch import Tensor

from hypertune.conditioning import Conditioning, Values
from hypertune.methods.algorithms.group import Group
from hypertune.runtime import Hypers, Recipe

_PIECE = 1 << 16  # numbers of a vector that go through its domain at once


class Tuned:
    """Columns and vectors of hyperparameters, of which those that are not frozen move.

    A method differentiates its losses at `constrained`, by constrained values, however often;
    what it finds is pulled back through the domains once, in `descend`. So a million of them
    cost a few copies of the vector, and no graph of a domain is differentiated twice.

    Args:
        hypers: the hyperparameters at their start.
        recipe: has the optimiser that moves them.
        roles: of the optimisers whose options may be tied to them.

    Raises:
        CannotTrain: if the recipe has no optimiser for them, or ties an option of another to one.

    """

    def __init__(self, hypers: Hypers, recipe: Recipe, roles: Collection[str] = ()) -> None:
        tuned_H = ~hypers.frozen_H
        moving = {name: v for name, v in hypers.vectors.items() if not v.frozen}
        places = tuned_H.nonzero().squeeze(1)
        self._places = places.to(hypers.start_H.device)
        columns = [hypers.names[place] for place in places.tolist()]
        self.names = (*columns, *moving)
        # The constrained columns that move; all may, where they are others than the unconstrained.
        own = all(name in hypers.columns for name in columns)
        self.columns = [hypers.columns[name] for name in (columns if own else hypers.values)]
        recipe.check_tied(self.names, roles)
        optimiser = recipe.need("hypers") if self.names else None

        self._staying = {
            name: v.constrain(v.start_N).detach() for name, v in hypers.vectors.items() if v.frozen
        }
        self._constrain = {name: v.constrain for name, v in moving.items()}
        self._held = {name: v for name, v in moving.items() if v.precision}
        self._hypers = evolve(hypers, vectors={})  # their starts are let go of
        self._start_H = hypers.start_H.detach().clone()
        self._columns = Group({"unconstrained": self._start_H[self._places]}, optimiser)
        self._vectors = Group({name: v.start_N for name, v in moving.items()}, optimiser)

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def unconstrained_H(self) -> Tensor:
        """The unconstrained values of the columns, detached."""
        return self._unconstrained_H().detach()

    @property
    def vectors(self) -> dict[str, Tensor]:
        """The unconstrained values of the vectors that are tuned, detached."""
        return self._vectors.detached

    def constrained(self) -> list[Tensor]:
        """Constrained values as leaves: the columns (1, C), then each vector that is tuned."""
        with torch.no_grad():
            columns = self._hypers.constrain(self.unconstrained_H[None])
            return [columns.detach(), *(self._constrained(name) for name in self.vectors)]

    def conditioning(self, constrained: Sequence[Tensor]) -> Conditioning:
        """What losses are evaluated at, for values as `constrained` gives them."""
        matrix_1C, *moved = constrained
        vectors = {**self._staying, **dict(zip(self.vectors, moved, strict=True))}
        return Conditioning(Values(matrix_1C, self._hypers.columns, vectors))

    def descend(self, gradient: list[Tensor]) -> None:
        """Move what is tuned, after a gradient in the constrained values, which is used up.

        To it comes that of the prior, of what has one.
        What has no finite gradient stays: a solve that is lost is seen as such, before it has
        spoilt the hyperparameters.
        """
        with torch.enable_grad():
            if len(self._places):
                at_H = self._unconstrained_H()
                torch.autograd.backward(self._hypers.constrain(at_H[None]), gradient[0])
                if (prior := self._hypers.prior(self._unconstrained_H())) is not None:
                    prior.backward()  # type: ignore[no-untyped-call]
        for name, unconstrained_N in self._vectors.trainable.items():
            gradient_N = self._pulled_back(name, gradient.pop(1))
            if held := self._held.get(name):
                away_N = unconstrained_N.detach() - held.start_N
                gradient_N.add_(away_N, alpha=held.precision)
            unconstrained_N.grad = gradient_N
        for group in (self._columns, self._vectors):
            for p in group.trainable.values():
                if p.grad is not None:
                    p.grad.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)
            group.move()

    def state_dict(self) -> dict[str, Any]:
        return {"columns": self._columns.state_dict(), "vectors": self._vectors.state_dict()}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self._columns.load_state_dict(tree["columns"])
        self._vectors.load_state_dict(tree["vectors"])

    def _constrained(self, name: str) -> Tensor:
        constrain, at_N = self._constrain[name], self.vectors[name]
        return torch.cat([constrain(piece) for piece in torch.split(at_N, _PIECE)])

    def _pulled_back(self, name: str, gradient_N: Tensor) -> Tensor:
        """The gradient in unconstrained values, in the memory of that in constrained ones."""
        constrain, at_N = self._constrain[name], self.vectors[name]
        for piece, into in zip(
            torch.split(at_N, _PIECE), torch.split(gradient_N, _PIECE), strict=True
        ):
            leaf = piece.detach().requires_grad_()
            with torch.enable_grad():
                into.copy_(torch.autograd.grad(constrain(leaf), leaf, into)[0])
        return gradient_N

    def _unconstrained_H(self) -> Tensor:
        moved = self._columns.trainable["unconstrained"]
        return self._start_H.index_copy(0, self._places, moved)
