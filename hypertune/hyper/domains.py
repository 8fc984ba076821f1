"""From the free vector to own values: columns grouped by domain, one operation a group."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hypertune.catalogue import Catalogue, DomainType
from hypertune.ir import Hyper


class _Group(nn.Module):
    """The columns of one domain; its ends stay exact for whatever precision is asked."""

    columns: Tensor
    lo: Tensor
    hi: Tensor

    def __init__(self, domain: DomainType, columns: list[int], hypers: tuple[Hyper, ...]) -> None:
        super().__init__()
        bounds = [domain.bounds(hypers[c].domain.args) for c in columns]
        ends = torch.tensor(bounds, dtype=torch.float64)
        self.domain = domain
        self.alone = len(columns) == len(hypers)
        self.register_buffer("columns", torch.tensor(columns), persistent=False)
        self.register_buffer("lo", ends[:, 0].clone(), persistent=False)
        self.register_buffer("hi", ends[:, 1].clone(), persistent=False)

    def forward(self, free_BH: Tensor) -> Tensor:
        free_BG = free_BH if self.alone else free_BH.index_select(-1, self.columns)
        lo, hi = self.lo.to(free_BG.dtype), self.hi.to(free_BG.dtype)
        own_BG: Tensor = self.domain.tensor(free_BG, lo, hi)
        return own_BG


class Domains(nn.Module):
    """The domains of all hyperparameters, in the order of the free vector."""

    back: Tensor

    def __init__(self, hypers: tuple[Hyper, ...], catalogue: Catalogue) -> None:
        super().__init__()
        kinds = catalogue.of(DomainType)
        self._hypers = hypers
        self._domains = [kinds[h.domain.kind] for h in hypers]
        columns: dict[str, list[int]] = {}
        for column, hyper in enumerate(hypers):
            columns.setdefault(hyper.domain.kind, []).append(column)
        self.groups = nn.ModuleList(_Group(kinds[k], c, hypers) for k, c in columns.items())
        order = [column for group in columns.values() for column in group]
        back = torch.tensor(order, dtype=torch.long).argsort()
        self.register_buffer("back", back, persistent=False)

    def own(self, free_BH: Tensor) -> Tensor:
        """What the hyperparameters are: differentiable, but for whole numbers, which are floored.

        Shapes: free_BH (B, H) or (H,), and so the result.
        """
        own = [group(free_BH) for group in self.groups]
        if len(own) > 1:
            return torch.cat(own, dim=-1).index_select(-1, self.back)
        return own[0] if own else free_BH

    def own_values(self, free_H: Tensor) -> dict[str, float | int]:
        """The own values by name, for people; waits for the device."""
        free = free_H.detach().tolist()
        return {
            hyper.name: domain.own(value, *domain.bounds(hyper.domain.args))
            for hyper, domain, value in zip(self._hypers, self._domains, free, strict=True)
        }

    def start_H(self) -> Tensor:
        """The free vector to start from."""
        starts = [
            domain.free(hyper.start, *domain.bounds(hyper.domain.args))
            for hyper, domain in zip(self._hypers, self._domains, strict=True)
        ]
        return torch.tensor(starts, dtype=torch.get_default_dtype(), device=self.back.device)
