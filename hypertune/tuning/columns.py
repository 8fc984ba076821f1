"""Hyperparameters that there is one of each, as the columns that a method moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from hypertune.catalogue import Catalogue
from hypertune.hyper.domains import Domains
from hypertune.ir import Hyper
from hypertune.runtime import Hypers


def columns_of(declared: Sequence[Hyper], catalogue: Catalogue, device: torch.device) -> Hypers:
    """One entry for each unconstrained value, of which a choice of words has several."""
    each = [hyper for hyper in declared for _ in range(hyper.columns)]
    domains = Domains(tuple(declared), catalogue).to(device)

    def mask(values: Iterable[bool]) -> Tensor:
        return torch.tensor([*values], dtype=torch.bool, device=device)

    return Hypers(
        names=domains.names(),
        start_H=domains.start_F(),
        scale_H=torch.tensor([h.spread for h in each], device=device),
        scale_fixed_H=mask(h.spread_fixed for h in each),
        per_batch_H=mask(h.per == "batch" for h in each),
        frozen_H=mask(h.frozen for h in each),
        constrain=domains.constrain,
        values=tuple(hyper.name for hyper in declared),
        reported=domains.reported,
        unconstrain=domains.unconstrain,
    )
