"""The hyperparameters while a response method tunes them: values, scales, perturbations."""

from __future__ import annotations

from math import e, log, pi, sqrt
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import softplus

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.group import Group
from hypertune.runtime import Hypers, Recipe


class Hyperparameters:
    """Unconstrained values and perturbation scales. Only entries that are tuned are parameters.

    A scale is softplus of its parameter. Perturbations are drawn per example or, in the columns
    that say so, once for all rows.
    """

    def __init__(self, hypers: Hypers, recipe: Recipe) -> None:
        tuned_H = ~hypers.frozen_H
        make = recipe.need("hypers") if bool(tuned_H.any()) else None
        recipe.check_tied([hypers.names[place] for place in tuned_H.nonzero().flatten().tolist()])

        self._hypers = hypers
        self._here: Conditioning | None = None
        self._start_H = hypers.start_H.detach().clone()
        self._start_scale_H = torch.where(tuned_H, hypers.scale_H, 0.0).detach()
        self._tuned = tuned_H.nonzero().squeeze(1)
        self._tuned_scale = hypers.scale_tuned_H.nonzero().squeeze(1)
        scale = hypers.scale_H[self._tuned_scale]
        start, peers = {"unconstrained": self._start_H[self._tuned]}, recipe.peers
        self._values = Group(start, make, peers=peers)
        raw = {"raw": _inverse_softplus(scale)}
        self._scales = Group(raw, recipe.scales or make, peers=peers)

        # What the host must know of masks is asked once, here: asking makes it wait.
        perturbed_H = self._start_scale_H > 0
        self._per_batch_H = hypers.per_batch_H
        self.tuned, self.perturbed = len(self._tuned) > 0, bool(perturbed_H.any())
        self.scales_tuned = len(self._tuned_scale) > 0
        self._alike = not bool((perturbed_H & ~hypers.per_batch_H).any())  # one row serves all
        self._mixed = not self._alike and bool((perturbed_H & hypers.per_batch_H).any())

    def unconstrained_H(self) -> Tensor:
        """The unconstrained values, with gradient to those that are tuned."""
        return self._start_H.index_copy(0, self._tuned, self._values.trainable["unconstrained"])

    def conditioning(self) -> Conditioning:
        """At the values of now, detached and not perturbed; made anew when they have moved."""
        if self._here is None:
            self._here = self._hypers.conditioning(self.unconstrained_H().detach()[None])
        return self._here

    def scale_H(self) -> Tensor:
        """The scales, with gradient to those that are tuned; zero where nothing is drawn."""
        if not self.scales_tuned:
            return self._start_scale_H
        scale = softplus(self._scales.trainable["raw"])
        return self._start_scale_H.index_copy(0, self._tuned_scale, scale)

    def perturbation_BH(self, rows: int, generator: torch.Generator) -> Tensor:
        """Draws from N(0, scale²), with gradient to the scales; one row if all may share it."""
        rows = 1 if self._alike else rows
        like = self._start_H
        noise_BH = torch.randn(
            rows, len(like), dtype=like.dtype, device=like.device, generator=generator
        )
        if self._mixed:
            noise_BH = torch.where(self._per_batch_H, noise_BH[:1], noise_BH)
        return noise_BH * self.scale_H()

    def entropy(self) -> Tensor:
        """Of the Gaussians whose scale is tuned, in nats."""
        scale = softplus(self._scales.trainable["raw"])
        return scale.log().sum() + len(scale) * log(sqrt(2 * pi * e))

    def descend(self, loss: Tensor) -> None:
        """Move values and scales down a loss, and values down their prior, if they have one.

        What has no finite gradient stays: a response that is lost is then seen as such, before
        it has spoilt the hyperparameters.
        """
        prior = self._hypers.prior(self.unconstrained_H())
        if prior is not None:
            loss = loss + prior.to(loss.device)
        if not loss.requires_grad:
            return
        loss.backward()  # type: ignore[no-untyped-call]
        for group in (self._values, self._scales):
            group.move(finite=True)
        self._here = None

    def state_dict(self) -> dict[str, Any]:
        return {"values": self._values.state_dict(), "scales": self._scales.state_dict()}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self._values.load_state_dict(tree["values"])
        self._scales.load_state_dict(tree["scales"])
        self._here = None


def _inverse_softplus(y: Tensor) -> Tensor:
    return y + torch.log(-torch.expm1(-y))
