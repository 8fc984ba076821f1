"""Population-based training."""

from __future__ import annotations

from math import inf, isfinite
from typing import Any, ClassVar

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods import population
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.drawing import Draws
from hypertune.methods.algorithms.group import Group, descend, tied_options
from hypertune.methods.options import option
from hypertune.runtime import Hypers, Kept, Passes, Problem, Recipe, Sample, Step
from hypertune.runtime.snapshots import copied

_FACTORS = (0.8, 1.2)  # that a value changes by


class Member:
    """One training: its weights, its hyperparameters, and what its passes left behind."""

    def __init__(self, problem: Problem, recipe: Recipe, tied: dict[str, str]) -> None:
        self._hypers, self._tied = problem.hypers, tied
        self.base = Group(problem.base, recipe.need("weights"), recipe.schedule, recipe.clip)
        response = {name: p.detach() for name, p in problem.response.items()}
        self.weights = {**self.base.detached, **response}
        self.for_base = {**self.base.trainable, **response}
        self.kept = Kept({n: s.detach().clone() for n, s in problem.statistics.items()})
        self.unconstrained_H = problem.hypers.start_H.detach().clone()

    @property
    def conditioning(self) -> Conditioning:
        return self._hypers.conditioning(self.unconstrained_H[None])

    def sample(self, sample: Sample) -> Sample:
        """A training batch as this member sees it."""
        kept = evolve(self.kept, states={}) if sample.batch.begins else self.kept
        return evolve(sample, kept=kept)

    def train(self, problem: Problem, sample: Sample) -> Tensor:
        """A step on a batch; its loss."""
        loss, self.kept = problem.inner(self.for_base, self.conditioning, self.sample(sample))
        descend(loss, self.base)
        return loss.detach()

    def take_over(self, other: Member) -> None:
        """Go on from where another stands."""
        self.load_state_dict(copied(other.state_dict()))

    def set_values(self, unconstrained_H: Tensor) -> None:
        """Go on with other hyperparameters."""
        self.unconstrained_H = unconstrained_H.clone()
        if self._tied:
            values = self.conditioning.values
            self.base.set_options({o: float(values[name]) for o, name in self._tied.items()})

    def state_dict(self) -> dict[str, Any]:
        kept = {"statistics": dict(self.kept.statistics), "states": dict(self.kept.states)}
        return {"base": self.base.state_dict(), "values": self.unconstrained_H, **kept}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self.base.load_state_dict(tree["base"])
        self.unconstrained_H = tree["values"].to(self.unconstrained_H)
        device = {name: s.device for name, s in self.kept.statistics.items()}
        statistics = {name: s.to(device[name]) for name, s in tree["statistics"].items()}
        self.kept = Kept(statistics, dict(tree["states"]))


class PopulationState:
    """All members; the best of the last round stands for them."""

    def __init__(self, problem: Problem, recipe: Recipe, members: int) -> None:
        hypers = problem.hypers
        frozen = dict(zip(hypers.names, hypers.frozen_H.tolist(), strict=True))
        moving = [name for name, stays in frozen.items() if not stays]
        tied = tied_options(recipe, {name.partition("[")[0] for name in moving} | {*moving})
        self.members = [Member(problem, recipe, tied) for _ in range(members if moving else 1)]
        self.draws = Draws(hypers)
        self.best = 0
        self.vectors: dict[str, Tensor] = {}
        if moving:
            hypers.unconstrained(hypers.constrain(hypers.start_H.detach()))  # or say why not

    @property
    def leader(self) -> Member:
        return self.members[self.best]

    @property
    def weights(self) -> dict[str, Tensor]:
        return self.leader.weights

    @property
    def unconstrained_H(self) -> Tensor:
        return self.leader.unconstrained_H

    def statistics(self) -> dict[str, Tensor]:
        return {}

    def end_epoch(self, valid_loss: float | None) -> None:
        for member in self.members:
            member.base.end_epoch(valid_loss)

    def state_dict(self) -> dict[str, Any]:
        return {"members": [member.state_dict() for member in self.members], "best": self.best}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        for member, own in zip(self.members, tree["members"], strict=True):
            member.load_state_dict(own)
        self.best = tree["best"]


@frozen(kw_only=True)
class Population(Declared):
    """Members train side by side on the same batches, each at hyperparameters of its own.

    The first starts as the problem does, the others from draws over the domains. After each
    `interval` all are compared on the same validation batches. The worst take over weights,
    optimiser and hyperparameters from one of the best each (truncation selection), and then every
    value changes by a factor of 0.8 or 1.2, or is drawn anew. A round waits for the device.

    Args:
        interval: in steps.
        members: how many.
        share: of them, the worst that are replaced and the best that replace them; one at least.
        resample: how likely a value is drawn anew instead of changed.
        valid_steps: validation batches of a comparison.

    Source: Jaderberg, Dalibard, Osindero et al. 2017.

    """

    declaration: ClassVar = population.POPULATION

    interval: int = option(population.POPULATION, "interval")
    members: int = option(population.POPULATION, "members")
    share: float = option(population.POPULATION, "share")
    resample: float = option(population.POPULATION, "resample")
    valid_steps: int = option(population.POPULATION, "valid_steps")

    def init(self, problem: Problem, recipe: Recipe) -> PopulationState:
        return PopulationState(problem, recipe, self.members)

    def conditioning(self, problem: Problem, state: PopulationState) -> Conditioning:
        return state.leader.conditioning

    def step(self, passes: Passes, state: PopulationState, k: int) -> Step:
        if k == 0:
            for member in state.members[1:]:
                member.set_values(state.draws.draw_H(passes.generator))
        sample = passes.train(k)
        losses = [member.train(passes.problem, sample) for member in state.members]
        loss, statistics = losses[state.best], {}
        if (k + 1) % self.interval == 0 and len(state.members) > 1:
            statistics = self._round(passes, state, (k + 1) // self.interval - 1)
        passes.keep(sample, state.leader.kept)  # evaluations see the best member's
        return Step(loss, statistics)

    def _round(self, passes: Passes, state: PopulationState, number: int) -> dict[str, Tensor]:
        """The worst take over from the best; what their losses were."""
        batches = range(number * self.valid_steps, (number + 1) * self.valid_steps)
        samples = [passes.valid(j) for j in batches]
        losses = [_loss(passes, member, samples) for member in state.members]
        order = sorted(range(len(losses)), key=lambda i: losses[i])
        state.best, count = order[0], max(1, int(self.share * len(order)))
        for worse in order[-count:] if self.share else ():
            pick = torch.randint(
                count, (), generator=passes.generator, device=passes.generator.device
            )
            member = state.members[worse]
            member.take_over(state.members[order[int(pick)]])
            member.set_values(self._explored(passes, state, member.unconstrained_H))
        extremes = {"best_member_loss": losses[order[0]], "worst_member_loss": losses[order[-1]]}
        return {
            name: torch.tensor(min(loss, torch.finfo(torch.float32).max))
            for name, loss in extremes.items()
        }

    def _explored(self, passes: Passes, state: PopulationState, at_H: Tensor) -> Tensor:
        """Values near others, or drawn anew."""
        hypers, generator = passes.problem.hypers, passes.generator

        def even(size: int) -> Tensor:
            return torch.rand(size, generator=generator, device=at_H.device)

        values_C = hypers.constrain(at_H)
        factors_C = torch.where(even(len(values_C)) < 0.5, *_FACTORS).to(values_C)
        scaled_H = hypers.unconstrained(values_C * factors_C).to(at_H)
        anew_C = even(len(values_C)) < self.resample
        anew_H = anew_C[_columns(hypers)]
        words_H = torch.tensor([name not in hypers.columns for name in hypers.names])
        near_H = torch.where(words_H.to(at_H.device), at_H, scaled_H)
        found_H = torch.where(anew_H, state.draws.draw_H(generator), near_H)
        return torch.where(hypers.frozen_H, at_H, found_H)


def _loss(passes: Passes, member: Member, samples: list[Sample]) -> float:
    """The mean validation loss of a member; infinite if it is no number."""
    with torch.no_grad():
        losses = [
            passes.outer(
                member.weights,
                member.conditioning,
                evolve(sample, kept=Kept(member.kept.statistics, sample.kept.states)),
            )
            for sample in samples
        ]
    loss = float(torch.stack(losses).mean())
    return loss if isfinite(loss) else inf


def _columns(hypers: Hypers) -> Tensor:
    """The constrained column that each unconstrained value belongs to."""
    found = [
        hypers.columns[name if name in hypers.columns else name.partition("[")[0]]
        for name in hypers.names
    ]
    return torch.tensor(found, dtype=torch.long, device=hypers.start_H.device)
