"""From unconstrained to constrained values: columns grouped by domain, one operation a group."""

from __future__ import annotations

from math import inf, nextafter

import torch
from torch import Tensor, nn

from hypertune.catalogue import Catalogue, DomainType
from hypertune.ir import Hyper

Constrained = float | str


class _Group(nn.Module):
    """The columns of one domain; its ends stay exact for whatever precision is asked."""

    columns: Tensor
    lo: Tensor
    hi: Tensor

    def __init__(self, domain: DomainType, columns: list[int], hypers: list[Hyper]) -> None:
        super().__init__()
        self.first, self.count = columns[0], len(columns)
        self.neighbours = columns == [*range(self.first, self.first + self.count)]
        bounds = [domain.bounds(hyper.domain.args) for hyper in hypers]
        ends = torch.tensor(bounds, dtype=torch.float64)
        self.domain = domain
        self.register_buffer("columns", torch.tensor(columns), persistent=False)
        self.register_buffer("lo", ends[:, 0].clone(), persistent=False)
        self.register_buffer("hi", ends[:, 1].clone(), persistent=False)
        self._rounded: dict[tuple[torch.dtype, torch.device], tuple[Tensor, Tensor]] = {}

    def ends(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """In the precision of `like`; asked for in each pass, and rounded once."""
        key = like.dtype, self.lo.device
        if key not in self._rounded:
            self._rounded[key] = self.lo.to(like.dtype), self.hi.to(like.dtype)
        return self._rounded[key]

    def forward(self, unconstrained_BF: Tensor) -> Tensor:
        if self.neighbours:  # a view
            unconstrained_BG = unconstrained_BF.narrow(-1, self.first, self.count)
        else:
            unconstrained_BG = unconstrained_BF.index_select(-1, self.columns)
        ends = self.ends(unconstrained_BG)
        constrained_BG: Tensor = self.domain.constrain_tensor(unconstrained_BG, *ends)
        return constrained_BG


class _Choice(nn.Module):
    """The logits of one choice, read as the place of the largest."""

    def __init__(self, columns: range) -> None:
        super().__init__()
        self.first, self.count = columns.start, len(columns)

    def forward(self, unconstrained_BF: Tensor) -> Tensor:
        logits_BW = unconstrained_BF.narrow(-1, self.first, self.count)
        return logits_BW.argmax(-1, keepdim=True).to(unconstrained_BF.dtype)


class Domains(nn.Module):
    """The domains of all hyperparameters that there is one of, in the order of the values.

    Constrained values (C) have one column for each hyperparameter; unconstrained ones (F) have
    more where words are chosen from, whose constrained value is the place of the word.
    """

    back: Tensor

    def __init__(self, hypers: tuple[Hyper, ...], catalogue: Catalogue) -> None:
        super().__init__()
        kinds = catalogue.of(DomainType)
        hypers = tuple(hyper for hyper in hypers if not hyper.over)
        self._hypers = hypers
        self._domains = [kinds[h.domain.kind] for h in hypers]
        self._words = [kinds[h.domain.kind].words(h.domain.args) for h in hypers]
        self._columns: list[range] = []
        for hyper in hypers:
            first = self._columns[-1].stop if self._columns else 0
            self._columns.append(range(first, first + hyper.columns))
        members: dict[str, list[int]] = {}  # what is read at once
        for place, hyper in enumerate(hypers):
            group = hyper.name if self._words[place] else hyper.domain.kind
            members.setdefault(group, []).append(place)
        self.groups = nn.ModuleList(map(self._group, members.values()))
        order = [place for places in members.values() for place in places]
        self._in_order = order == sorted(order)
        back = torch.tensor(order, dtype=torch.long).argsort()
        self.register_buffer("back", back, persistent=False)

    def _group(self, places: list[int]) -> nn.Module:
        first = places[0]
        if self._words[first]:
            return _Choice(self._columns[first])
        columns = [self._columns[place].start for place in places]
        return _Group(self._domains[first], columns, [self._hypers[place] for place in places])

    def constrain(self, unconstrained_BF: Tensor) -> Tensor:
        """What the hyperparameters are: differentiable, but for whole numbers and words.

        Shapes: unconstrained_BF (B, F) or (F,), the result (B, C) or (C,).
        """
        constrained = [group(unconstrained_BF) for group in self.groups]
        if not constrained:
            return unconstrained_BF
        together = constrained[0] if len(constrained) == 1 else torch.cat(constrained, dim=-1)
        return together if self._in_order else together.index_select(-1, self.back)

    def unconstrain(self, constrained_C: Tensor) -> Tensor:
        """Unconstrained values that are read as these; waits for the device.

        A value at or beyond an end of an open domain is taken for the nearest one within.

        Shapes: constrained_C (C,), the result (F,).
        """
        numbers = constrained_C.detach().tolist()
        found = [x for place, number in enumerate(numbers) for x in self._back(place, number)]
        return constrained_C.new_tensor(found)

    def reported(self, unconstrained_F: Tensor) -> dict[str, Constrained]:
        """The constrained values by name, for people; waits for the device."""
        unconstrained = unconstrained_F.detach().tolist()
        return {
            hyper.name: self._constrained(place, unconstrained[columns.start : columns.stop])
            for place, (hyper, columns) in enumerate(zip(self._hypers, self._columns, strict=True))
        }

    def _constrained(self, place: int, unconstrained: list[float]) -> Constrained:
        if words := self._words[place]:
            return words[unconstrained.index(max(unconstrained))]
        domain = self._domains[place]
        return domain.constrain(unconstrained[0], *domain.bounds(self._hypers[place].domain.args))

    def start_F(self) -> Tensor:
        """The unconstrained values to start from."""
        starts = [number for place in range(len(self._hypers)) for number in self._start(place)]
        return torch.tensor(starts, dtype=torch.get_default_dtype(), device=self.back.device)

    def _start(self, place: int) -> list[float]:
        hyper, domain = self._hypers[place], self._domains[place]
        start = hyper.starts[hyper.name]
        if isinstance(start, str):
            return [float(word == start) for word in self._words[place]]
        return [domain.unconstrain(start, *domain.bounds(hyper.domain.args))]

    def _back(self, place: int, value: float) -> list[float]:
        if words := self._words[place]:
            return [float(value == number) for number in range(len(words))]
        hyper, domain = self._hypers[place], self._domains[place]
        low, high = domain.bounds(hyper.domain.args)
        inner = (low, high) if domain.closed else (nextafter(low, inf), nextafter(high, -inf))
        value = min(max(value, inner[0]), inner[1])
        return [domain.unconstrain(value, low, high)]

    def names(self) -> tuple[str, ...]:
        """What each unconstrained value is called; a logit has the name of its word behind."""
        return tuple(
            f"{hyper.name}[{word}]" if word else hyper.name
            for hyper, words in zip(self._hypers, self._words, strict=True)
            for word in words or ("",)
        )
