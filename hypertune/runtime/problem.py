"""What a method is given: two losses, the weights, the hyperparameters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Protocol

import torch
from attrs import evolve, field, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning, Values
from hypertune.runtime.batch import Batch, Kept, Sample
from hypertune.uses import Use

Weights = Mapping[str, Tensor]

# Pure: equal arguments give the same value (a scalar, the mean over the targets of the batch), the
# same gradients, and the same things kept for later passes.
Loss = Callable[[Weights, Conditioning, Sample], tuple[Tensor, Kept]]


def stateless(loss: Callable[[Weights, Conditioning, Batch], Tensor]) -> Loss:
    """A loss that draws no noise and leaves nothing behind, from a function of a batch."""

    def evaluated(
        weights: Weights, conditioning: Conditioning, sample: Sample
    ) -> tuple[Tensor, Kept]:
        return loss(weights, conditioning, sample.batch), sample.kept

    return evaluated


def _same(unconstrained: Tensor) -> Tensor:
    return unconstrained


@frozen
class Vector:
    """A hyperparameter that there is one of for each training example or weight.

    Shapes: `start_N` (N,). Units: unconstrained; `constrain` gives constrained values, each from
    the unconstrained one in its place, so that it can be asked for some of them at a time.
    """

    start_N: Tensor
    constrain: Callable[[Tensor], Tensor] = _same
    frozen: bool = False
    precision: float = 0.0  # as of `Hypers`, the same for all

    def prior(self, unconstrained_N: Tensor) -> Tensor | None:
        """As that of `Hypers`."""
        if not self.precision:
            return None
        return self.precision * (unconstrained_N - self.start_N).square().sum() / 2


def _all_smooth(hypers: Hypers) -> dict[str, frozenset[Use]]:
    return {name: frozenset({Use.SMOOTH}) for name in (*hypers.values, *hypers.vectors)}


@frozen(slots=False)
class Hypers:
    """The hyperparameters: columns of a vector in the order of `names`, and `vectors` beside it.

    Shapes: every tensor is (H,). Units: `start_H` and `scale_H` (the standard deviation of the
    perturbations) unconstrained; the others are masks.

    Args:
        names: what each unconstrained value is called.
        start_H: where they start.
        scale_H: perturbation scales to start from; zero for none. All one if not given.
        scale_fixed_H: whose scale is not tuned; none if not given.
        per_batch_H: whose perturbation is drawn once for a batch instead of for each example;
            none if not given.
        frozen_H: which are not tuned; none if not given.
        constrain: from unconstrained values (…, H) to constrained ones (…, C).
        values: the names of the constrained values, where they are others than `names`.
        vectors: those that there are many of, by name.
        uses: what the training loss is in each constrained value; smooth in all if not given.
        reported: the constrained values by name for people; those of `constrain` if None.
        unconstrain: from constrained values (…, C), moved into their domains, to unconstrained
            ones (…, H); it may wait for the device. None if nobody knows, which methods that
            move constrained values refuse.
        precision_H: of a normal prior around the start, over the number of validation targets;
            zero where there is none. Nothing has a prior if not given.

    """

    names: tuple[str, ...]
    start_H: Tensor
    scale_H: Tensor = field()
    scale_fixed_H: Tensor = field()
    per_batch_H: Tensor = field()
    frozen_H: Tensor = field()
    constrain: Callable[[Tensor], Tensor] = _same
    values: tuple[str, ...] = field()
    vectors: Mapping[str, Vector] = field(factory=dict)
    uses: Mapping[str, frozenset[Use]] = field()
    reported: Callable[[Tensor], Mapping[str, float | str]] | None = None
    unconstrain: Callable[[Tensor], Tensor] | None = field()
    precision_H: Tensor | None = None

    @scale_H.default
    def _ones(self) -> Tensor:
        return torch.ones_like(self.start_H)

    @scale_fixed_H.default
    @per_batch_H.default
    @frozen_H.default
    def _none(self) -> Tensor:
        return torch.zeros_like(self.start_H, dtype=torch.bool)

    @unconstrain.default
    def _same_values(self) -> Callable[[Tensor], Tensor] | None:
        return _same if self.constrain is _same else None

    @values.default
    def _same_names(self) -> tuple[str, ...]:
        return self.names

    @uses.default
    def _smooth(self) -> Mapping[str, frozenset[Use]]:
        return _all_smooth(self)

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each constrained value."""
        return {name: place for place, name in enumerate(self.values)}

    def conditioning(
        self,
        unconstrained_BH: Tensor,
        response_BG: Tensor | None = None,
        *,
        linearised: bool = False,
        vectors: Mapping[str, Tensor] | None = None,
    ) -> Conditioning:
        """What the losses are evaluated at.

        Args:
            unconstrained_BH: a row per example, or one for all.
            response_BG: what the weights respond to.
            linearised: whether to the first order.
            vectors: constrained, by name; at their start where they are not given.

        """
        vectors = self.starting_vectors if vectors is None else vectors
        values = Values(self.constrain(unconstrained_BH), self.columns, vectors)
        return Conditioning(values, response_BG, linearised)

    def unconstrained(self, constrained_C: Tensor) -> Tensor:
        """The unconstrained values of constrained ones; waits for the device.

        Raises:
            ValueError: if nobody knows how.

        """
        if self.unconstrain is None:
            raise ValueError("the method sets constrained values: `Hypers` needs `unconstrain`")
        return self.unconstrain(constrained_C)

    @cached_property
    def starting_vectors(self) -> dict[str, Tensor]:
        """The constrained vectors that nobody tunes, by name."""
        return {name: v.constrain(v.start_N).detach() for name, v in self.vectors.items()}

    @cached_property
    def scale_tuned_H(self) -> Tensor:
        """Whose perturbation scale is tuned: of what is perturbed and neither frozen nor fixed."""
        return ~self.frozen_H & ~self.scale_fixed_H & (self.scale_H > 0)

    def prior(self, unconstrained_H: Tensor) -> Tensor | None:
        """What is added to the validation loss that columns descend; None if there is no prior.

        Its negative logarithm over the number of targets, up to a constant; differentiable.
        """
        if self.precision_H is None:
            return None
        return (self.precision_H * (unconstrained_H - self.start_H).square()).sum() / 2

    def report(self, unconstrained_H: Tensor) -> dict[str, float | str]:
        """The constrained values by name; waits for the device."""
        if self.reported is not None:
            return dict(self.reported(unconstrained_H))
        return dict(zip(self.values, self.constrain(unconstrained_H).tolist(), strict=True))


@frozen
class Problem:
    """min over λ of outer(w*(λ), λ), where w*(λ) = argmin over w of inner(w, λ).

    `base` are the weights, `response` the parameters of their response to the hyperparameters
    (none if they do not respond); losses get both in one mapping. No name stands in both.
    `statistics` are what passes move beside the weights, such as running means.
    """

    inner: Loss
    outer: Loss
    base: Weights
    response: Weights
    hypers: Hypers
    statistics: Mapping[str, Tensor] = field(factory=dict)

    def begun(self, tuned: Collection[str] = ()) -> Problem:
        """The same with the shapes alone of what a state has now, which lets go of the starts.

        Args:
            tuned: names of the vectors that the state has; the others stay at their start.

        """
        vectors = {
            name: evolve(v, start_N=v.start_N.to("meta")) if name in tuned else v
            for name, v in self.hypers.vectors.items()
        }
        hypers = evolve(self.hypers, vectors=vectors)
        base, response = _shapes(self.base), _shapes(self.response)
        return evolve(self, base=base, response=response, hypers=hypers)


def _shapes(weights: Weights) -> Weights:
    return {name: w.detach().to("meta") for name, w in weights.items()}


class Batches(Protocol):
    """Batches by number: pure functions of a seed and `k`, so that a run resumes anywhere."""

    @property
    def per_epoch(self) -> int:
        """How many training batches one pass over the training part takes."""

    def train(self, k: int) -> Batch:
        """The k-th training batch since the start."""

    def valid(self, k: int) -> Batch:
        """The k-th validation batch since the start."""
