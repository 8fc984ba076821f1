"""Hypergradients without any theory: train again on both sides and look."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from hypertune.diagnosis.implicit import Estimate, Point
from hypertune.runtime import Weights


def minimised(point: Point, unconstrained_H: Tensor, iterations: int) -> Weights:
    """Weights that L-BFGS comes to on the training sample, from those of the point."""
    weights, _ = point.leaves()
    optimiser = torch.optim.LBFGS(
        list(weights.values()),
        max_iter=iterations,
        tolerance_grad=1e-9,
        tolerance_change=0,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = point.inner(weights, unconstrained_H)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return {name: w.detach() for name, w in weights.items()}


def retrained(
    point: Point, places: Iterable[int], iterations: int, distance: float = 0.05
) -> Estimate:
    """Central differences of the validation loss at weights that were trained again.

    Args:
        point: from whose weights each training begins.
        places: of the hyperparameters; two trainings for each.
        iterations: of each training, at most.
        distance: to both sides, in unconstrained values.

    """
    gradient_H = torch.zeros_like(point.unconstrained_H)
    for place in places:
        ends = []
        for side in (-distance, distance):
            at_H = point.unconstrained_H.clone()
            at_H[place] += side
            ends.append(float(point.outer(minimised(point, at_H, iterations), at_H)))
        gradient_H[place] = (ends[1] - ends[0]) / (2 * distance)
    return Estimate("training again", gradient_H)
