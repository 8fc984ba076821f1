"""The hyperparameters while a response method tunes them: values, spreads, perturbations."""

from __future__ import annotations

from math import e, log, pi, sqrt
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import softplus

from hypertune.methods.algorithms.group import Group
from hypertune.runtime import Hypers, Recipe


class Hyperparameters:
    """Free values and spreads. Only entries that are tuned are parameters: no other can move.

    A spread is softplus of its parameter. Perturbations are drawn per example or, in the columns
    that say so, once for all rows.
    """

    def __init__(self, hypers: Hypers, recipe: Recipe) -> None:
        tuned_H = ~hypers.frozen_H
        tuned_spread_H = tuned_H & ~hypers.spread_fixed_H & (hypers.spread_H > 0)
        if bool(tuned_H.any()):
            recipe.need("hypers")
        recipe.check_tied([hypers.names[place] for place in tuned_H.nonzero().flatten().tolist()])

        self._start_H = hypers.start_H.detach().clone()
        self._start_spread_H = torch.where(tuned_H, hypers.spread_H, 0.0).detach()
        self._tuned = tuned_H.nonzero().squeeze(1)
        self._tuned_spread = tuned_spread_H.nonzero().squeeze(1)
        spread = hypers.spread_H[self._tuned_spread]
        self._values = Group({"free": self._start_H[self._tuned]}, recipe.hypers)
        self._spreads = Group({"raw": _inverse_softplus(spread)}, recipe.spreads or recipe.hypers)

        # What the host must know of masks is asked once, here: asking makes it wait.
        drawn_H = self._start_spread_H > 0
        self._per_batch_H = hypers.per_batch_H
        self.tuned, self.drawn = len(self._tuned) > 0, bool(drawn_H.any())
        self.spreads_tuned = len(self._tuned_spread) > 0
        self._alike = not bool((drawn_H & ~hypers.per_batch_H).any())  # one row serves all
        self._mixed = not self._alike and bool((drawn_H & hypers.per_batch_H).any())

    @property
    def groups(self) -> tuple[Group, Group]:
        return self._values, self._spreads

    def free_H(self) -> Tensor:
        """The free values, with gradient to those that are tuned."""
        return self._start_H.index_copy(0, self._tuned, self._values.leaves["free"])

    def spread_H(self) -> Tensor:
        """The spreads, with gradient to those that are tuned; zero where nothing is drawn."""
        if not self.spreads_tuned:
            return self._start_spread_H
        spread = softplus(self._spreads.leaves["raw"])
        return self._start_spread_H.index_copy(0, self._tuned_spread, spread)

    def perturbation_BH(self, examples: int) -> Tensor:
        """Draws from N(0, spread²), with gradient to the spreads; one row if all may share it."""
        rows = 1 if self._alike else examples
        like = self._start_H
        noise_BH = torch.randn(rows, len(like), dtype=like.dtype, device=like.device)
        if self._mixed:
            noise_BH = torch.where(self._per_batch_H, noise_BH[:1], noise_BH)
        return noise_BH * self.spread_H()

    def entropy(self) -> Tensor:
        """Of the Gaussians whose spread is tuned, in nats."""
        spread = softplus(self._spreads.leaves["raw"])
        return spread.log().sum() + len(spread) * log(sqrt(2 * pi * e))

    def state_dict(self) -> dict[str, Any]:
        return {"values": self._values.state_dict(), "spreads": self._spreads.state_dict()}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self._values.load_state_dict(tree["values"])
        self._spreads.load_state_dict(tree["spreads"])


def _inverse_softplus(y: Tensor) -> Tensor:
    return y + torch.log(-torch.expm1(-y))
