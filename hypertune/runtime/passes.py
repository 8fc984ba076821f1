"""The passes that a method takes: its losses on numbered batches, and what they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

import torch
from attrs import evolve
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.runtime.batch import Batch, Kept, Sample
from hypertune.runtime.problem import Batches, Problem, Weights
from hypertune.runtime.seeding import mixed

_TRAIN, _VALID = 0, 1


class Passes:
    """The one owner of statistics and hidden states; a method's `step` is given it.

    A pass is evaluated on a `Sample`, whose noise is fixed: evaluated again it gives the same, so
    that products with a Hessian, line searches and repeated passes see one loss. What a pass
    leaves behind is dropped unless it is asked for with `keep`.

    `generator` is for a method's own draws (perturbations); it is seeded anew before each step.

    Args:
        problem: has the losses.
        batches: that they are of.
        seed: decides the noise of each pass.
        valid_share: the share of each validation batch that is read.

    """

    def __init__(
        self, problem: Problem, batches: Batches, seed: int, valid_share: float = 1.0
    ) -> None:
        self.problem, self.batches = problem, batches
        self._seed, self._valid_share = seed, valid_share
        device = problem.hypers.start_H.device
        self.generator = torch.Generator("cpu" if device.type == "meta" else device)
        self.statistics = {n: s.detach().clone() for n, s in problem.statistics.items()}
        self._states: dict[str, dict[str, Tensor]] = {"train": {}, "valid": {}}

    def begin(self, seed: int) -> None:
        """Seed the generator for a step."""
        self.generator.manual_seed(seed)

    def train(self, k: int) -> Sample:
        """The k-th training batch since the start; a stream's batches are asked for in order."""
        return self._sample("train", self.batches.train(k), mixed(self._seed, _TRAIN, k))

    def valid(self, k: int) -> Sample:
        """What is read of the k-th validation batch since the start."""
        return self._sample("valid", self._valid_batch(k), mixed(self._seed, _VALID, k))

    def _valid_batch(self, k: int) -> Batch:
        batch = self.batches.valid(k)
        count = ceil(self._valid_share * len(batch))
        return batch if count == len(batch) else batch.cut(batch.rows_of(count))

    def _sample(self, part: str, batch: Batch, draw: int) -> Sample:
        if batch.begins:
            self._states[part] = {}
        return Sample(batch, Kept(self.statistics, self._states[part]), draw, part)

    def inner(
        self, weights: Weights, conditioning: Conditioning, sample: Sample, *, keep: bool = False
    ) -> Tensor:
        """The training loss; with `keep`, later samples see what it leaves behind."""
        loss, kept = self.problem.inner(weights, conditioning, sample)
        if keep:
            self.keep(sample, kept)
        return loss

    def outer(
        self, weights: Weights, conditioning: Conditioning, sample: Sample, *, keep: bool = False
    ) -> Tensor:
        """The validation loss; with `keep`, later samples see what it leaves behind."""
        loss, kept = self.problem.outer(weights, conditioning, sample)
        if keep:
            self.keep(sample, kept)
        return loss

    def keep(self, sample: Sample, kept: Kept) -> None:
        """Have later samples see what a pass left behind."""
        self._states[sample.part] = dict(kept.states)
        if sample.part == "train":
            self.statistics = dict(kept.statistics)

    def left_behind(
        self, weights: Weights, conditioning: Conditioning
    ) -> dict[str, Mapping[str, Tensor]]:
        """Hidden states as a pass on the first batch of each part would leave them."""
        parts = {
            "train": (self.problem.inner, self.batches.train),
            "valid": (self.problem.outer, self._valid_batch),
        }
        found = {}
        for part, (loss, batch) in parts.items():
            sample = Sample(batch(0), Kept(self.statistics), part=part)
            _, kept = loss(weights, conditioning, sample)
            found[part] = kept.states
        return found

    def refreshed(self, sample: Sample) -> Sample:
        """The same batch and noise, with the statistics of now."""
        return evolve(sample, kept=Kept(self.statistics, sample.kept.states))

    def state_dict(self) -> dict[str, Any]:
        """All that has been left behind."""
        return {"statistics": dict(self.statistics), "states": dict(self._states)}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        """Take back what `state_dict` gave."""
        self.statistics = {n: s.to(self.statistics[n]) for n, s in tree["statistics"].items()}
        first = self.problem.hypers.start_H.device  # a layer elsewhere sends it on
        self._states = {
            part: {name: state.to(first) for name, state in states.items()}
            for part, states in tree["states"].items()
        }
