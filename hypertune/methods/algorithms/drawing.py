"""Draws of hyperparameters over their domains."""

from __future__ import annotations

import torch
from torch import Tensor

from hypertune.runtime import Hypers


class Draws:
    """Unconstrained values whose constrained ones are even over each domain that has ends.

    A domain is even as its coordinate is: `log` in the logarithm. Where it has no ends, and for
    the logits of words, values are normal around the start, with the perturbation scale as
    deviation (1 where there is none). What is frozen stays at its start.
    """

    def __init__(self, hypers: Hypers) -> None:
        start_H = hypers.start_H.detach()
        ends = [hypers.constrain(torch.full_like(start_H, end)) for end in (-torch.inf, torch.inf)]
        bounded_C = ends[0].isfinite() & ends[1].isfinite()
        places = [hypers.columns.get(name, -1) for name in hypers.names]
        bounded = [place >= 0 and bool(bounded_C[place]) for place in places]
        self._start_H, self._frozen_H = start_H, hypers.frozen_H
        self._bounded_H = torch.tensor(bounded, dtype=torch.bool, device=start_H.device)
        self._scale_H = hypers.scale_H.masked_fill(hypers.scale_H == 0, 1.0)

    def draw_H(self, generator: torch.Generator) -> Tensor:
        """One draw of all."""
        like_H = self._start_H
        even_H = torch.empty_like(like_H).uniform_(generator=generator).logit(eps=1e-6)
        normal_H = torch.empty_like(like_H).normal_(generator=generator)
        drawn_H = torch.where(self._bounded_H, even_H, self._start_H + self._scale_H * normal_H)
        return torch.where(self._frozen_H, self._start_H, drawn_H)
