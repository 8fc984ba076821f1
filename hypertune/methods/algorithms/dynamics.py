"""One step of the weights as a pure function, for methods that differentiate through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.methods.algorithms.tuned import Tuned
from hypertune.runtime import Parameters, Passes, Position, Recipe, Rule, Sample, Slots


@frozen
class Point:
    """Base weights, what their optimiser keeps of earlier steps, and how many these were."""

    weights: Parameters
    slots: Slots
    taken: int

    def tensors(self) -> list[Tensor]:
        """The weights, then the slots."""
        return [
            *self.weights.values(),
            *(t for slot in self.slots.values() for t in slot.values()),
        ]

    def of(self, tensors: Sequence[Tensor]) -> Point:
        """The same with these in the places of `tensors()`."""
        left = iter(tensors)
        weights = {name: next(left) for name in self.weights}
        slots = {slot: {name: next(left) for name in own} for slot, own in self.slots.items()}
        return Point(weights, slots, self.taken)


@frozen
class Dynamics:
    """The step of an optimiser on the training loss, differentiable in all that goes in.

    Args:
        passes: have the loss.
        recipe: has the optimiser, its schedule and the clip.
        rule: of that optimiser.
        tuned: the hyperparameters, options of the optimiser among them.
        response: parameters that stay.
        position: of the schedule.

    """

    passes: Passes
    recipe: Recipe
    rule: Rule
    tuned: Tuned
    response: Parameters
    position: Position

    def first(
        self, point: Point, at: Sequence[Tensor], batch: int
    ) -> tuple[Point, Sample, Tensor]:
        """The step on a training batch; its sample, to take the step again with; its loss."""
        sample = self.passes.train(batch)
        after, loss = self._step(_leaves(point), at, sample, keep=True)
        return after, sample, loss.detach()

    def again(self, point: Point, at: Sequence[Tensor], sample: Sample) -> Point:
        """The same step with a graph; the weights must require gradients."""
        return self._step(point, at, sample, graph=True)[0]

    def pushed(self, point: Point, at: Sequence[Tensor], sample: Sample) -> Point:
        """The same step without a graph, in forward mode; the weights must require gradients."""
        return self._step(point, at, sample)[0]

    def _step(
        self,
        point: Point,
        at: Sequence[Tensor],
        sample: Sample,
        *,
        keep: bool = False,
        graph: bool = False,
    ) -> tuple[Point, Tensor]:
        conditioning = self.tuned.conditioning(at)
        weights = {**point.weights, **self.response}
        loss = self.passes.inner(weights, conditioning, sample, keep=keep)
        found = torch.autograd.grad(
            loss, list(point.weights.values()), create_graph=graph, materialize_grads=True
        )
        with torch.set_grad_enabled(graph):
            gradients = clipped(dict(zip(point.weights, found, strict=True)), self.recipe.clip)
            optimiser, rule = self.recipe.need("weights"), self.rule
            values = {n: conditioning.values[n].reshape(()) for n in optimiser.tied.values()}
            options = dict(optimiser.options_at(values))
            if self.recipe.schedule is not None:
                start: Any = options["lr"]
                options["lr"] = self.recipe.schedule.rate(start, self.position)
            moved, slots = rule.step(point.weights, gradients, point.slots, options, point.taken)
        return Point(moved, slots, point.taken + 1), loss


def _leaves(point: Point) -> Point:
    """The same weights, with gradients to them."""
    return evolve(
        point, weights={n: w.detach().requires_grad_() for n, w in point.weights.items()}
    )


def clipped(gradients: Parameters, clip: float | None) -> Parameters:
    """Gradients whose norm is bounded, as `torch.nn.utils.clip_grad_norm_` does it."""
    if clip is None:
        return gradients
    norms = [torch.linalg.vector_norm(g) for g in gradients.values()]
    device = norms[0].device
    length = torch.linalg.vector_norm(torch.stack([n.to(device) for n in norms]))
    share = (clip / (length + 1e-6)).clamp(max=1.0)
    return {name: g * share.to(g.device) for name, g in gradients.items()}
