"""Products with second derivatives of a loss."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor
from torch.autograd.graph import GradientEdge, get_gradient_edge


class Curvature:
    """Second derivatives of a scalar loss, at the weights that it was computed from.

    The graph of the gradient is made once and read by each product. The gradient itself is not
    kept: its place in the graph is noted and each part let go of as soon as it is there. The
    noise in the loss is that of its sample, so the Hessian is one and symmetric.
    """

    def __init__(self, loss: Tensor, weights: Sequence[Tensor]) -> None:
        self._weights = list(weights)
        self._edges: dict[int, GradientEdge] = {}
        hooks = [
            w.register_hook(partial(self._note, i))  # type: ignore[no-untyped-call]
            for i, w in enumerate(weights)
        ]
        if loss.requires_grad:
            torch.autograd.grad(loss, self._weights, create_graph=True, allow_unused=True)
        for hook in hooks:
            hook.remove()

    def product(self, v: Sequence[Tensor]) -> list[Tensor]:
        """H v."""
        return self._differentiated(v, self._weights, keep=True)

    def mixed(self, v: Sequence[Tensor], others: Sequence[Tensor]) -> list[Tensor]:
        """The gradient of ∇L · v in `others`; the last that is asked, the graph is let go."""
        return self._differentiated(v, others, keep=False)

    def _note(self, place: int, gradient: Tensor) -> Tensor:
        if gradient.requires_grad:  # if not, the loss is linear in this weight
            self._edges[place] = get_gradient_edge(gradient)
        return gradient.new_zeros(()).expand_as(gradient)  # nobody reads it

    def _differentiated(
        self, v: Sequence[Tensor], by: Sequence[Tensor], *, keep: bool
    ) -> list[Tensor]:
        if not self._edges:
            return [torch.zeros_like(part) for part in by]
        found = torch.autograd.grad(
            list(self._edges.values()),
            by,
            [v[place] for place in self._edges],
            retain_graph=keep,
            materialize_grads=True,
        )
        return list(found)
