"""Derivatives of a validation loss through a window of training, in both modes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, sqrt
from typing import Any

import torch
from attrs import frozen
from torch import Tensor
from torch.autograd import forward_ad

from hypertune.methods.algorithms.dynamics import Dynamics, Point
from hypertune.runtime import Sample


@frozen
class Hypergradient:
    """What a window gives: where the weights are, and the gradient in constrained values."""

    end: Point
    gradient: list[Tensor]
    losses: list[Tensor]
    statistics: Mapping[str, Tensor]


def reverse(
    dynamics: Dynamics, point: Point, at: list[Tensor], batches: range, skipped: int, valid: Sample
) -> Hypergradient:
    """The gradient in reverse mode, of all steps but the first `skipped`.

    The window is run without a graph and then, block by block from its end, again with one: what
    is kept grows with the square root of its length, and each step is taken twice.

    Source: Maclaurin, Duvenaud and Adams 2015; Shaban, Cheng, Hatch and Boots 2019 for windows cut
    short; Griewank 1992 for the blocks.
    """
    losses = []
    block = ceil(sqrt(len(batches) - skipped))
    blocks: list[tuple[Point, list[Sample]]] = []
    for place, batch in enumerate(batches):
        if place >= skipped and (place - skipped) % block == 0:
            blocks.append((point, []))
        point, sample, loss = dynamics.first(point, at, batch)
        losses.append(loss)
        if blocks:
            blocks[-1][1].append(sample)

    adjoint, total = _of_valid(dynamics, point, at, valid)
    end, last = point, adjoint[: len(point.weights)]
    for start, samples in reversed(blocks):
        adjoint, part = _through(dynamics, start, samples, at, adjoint)
        total = [a + b for a, b in zip(total, part, strict=True)]
    first = adjoint[: len(point.weights)]
    return Hypergradient(end, total, losses, {"truncation": _length(first) / _length(last)})


def forward(
    dynamics: Dynamics, point: Point, at: list[Tensor], batches: range, skipped: int, valid: Sample
) -> Hypergradient:
    """The same in forward mode: a derivative of all weights for each tuned column.

    What is kept does not grow with the window; the cost does with the number of columns.

    Source: Franceschi, Donini, Frasconi and Pontil 2017.
    """
    losses = []
    columns = dynamics.tuned.columns
    zeros = [torch.zeros_like(t) for t in point.tensors()]
    tangents = dict.fromkeys(columns, zeros)
    for place, batch in enumerate(batches):
        after, sample, loss = dynamics.first(point, at, batch)
        losses.append(loss)
        if place >= skipped:
            tangents = {
                column: _pushed(dynamics, point, sample, at, column, tangent)
                for column, tangent in tangents.items()
            }
        point = after
    adjoint, total = _of_valid(dynamics, point, at, valid)
    for column, tangent in tangents.items():
        total[0][0, column] += sum(
            (a * t).sum().to(total[0].device) for a, t in zip(adjoint, tangent, strict=True)
        )
    return Hypergradient(point, total, losses, {})


def _of_valid(
    dynamics: Dynamics, point: Point, at: list[Tensor], valid: Sample
) -> tuple[list[Tensor], list[Tensor]]:
    """The gradient of the validation loss: in weights and slots, and directly in the values."""
    weights = {name: w.detach().requires_grad_() for name, w in point.weights.items()}
    leaves = _leaves(at)
    conditioning = dynamics.tuned.conditioning(leaves)
    outer = dynamics.passes.outer({**weights, **dynamics.response}, conditioning, valid, keep=True)
    found = _vjp([outer], [torch.ones_like(outer)], [*weights.values(), *leaves])
    slots = [torch.zeros_like(t) for t in point.tensors()[len(weights) :]]
    return [*found[: len(weights)], *slots], found[len(weights) :]


def _through(
    dynamics: Dynamics,
    start: Point,
    samples: list[Sample],
    at: list[Tensor],
    adjoint: list[Tensor],
) -> tuple[list[Tensor], list[Tensor]]:
    """From the adjoint at the end of a block to that at its start, and in the values."""
    inputs, leaves = _leaves(start.tensors()), _leaves(at)
    point = start.of(inputs)
    for sample in samples:
        point = dynamics.again(point, leaves, sample)
    found = _vjp(point.tensors(), adjoint, [*inputs, *leaves])
    return found[: len(inputs)], found[len(inputs) :]


def _pushed(
    dynamics: Dynamics,
    point: Point,
    sample: Sample,
    at: list[Tensor],
    column: int,
    tangent: list[Tensor],
) -> list[Tensor]:
    """The derivative after a step in one column of the values, from that before it."""
    way = torch.zeros_like(at[0])
    way[0, column] = 1.0
    forward_mode: Any = forward_ad  # which has no types
    with forward_mode.dual_level():
        leaves = _leaves(point.tensors())
        duals = [forward_mode.make_dual(x, t) for x, t in zip(leaves, tangent, strict=True)]
        moved = [forward_mode.make_dual(at[0].detach(), way), *at[1:]]
        after = dynamics.pushed(point.of(duals), moved, sample)
        found = [forward_mode.unpack_dual(t).tangent for t in after.tensors()]
    return [
        torch.zeros_like(x) if t is None else t.detach()
        for x, t in zip(leaves, found, strict=True)
    ]


def _vjp(
    outputs: Sequence[Tensor], adjoint: Sequence[Tensor], inputs: Sequence[Tensor]
) -> list[Tensor]:
    pairs = [(o, a) for o, a in zip(outputs, adjoint, strict=True) if o.requires_grad]
    if not pairs:
        return [torch.zeros_like(x) for x in inputs]
    moving, weights = zip(*pairs, strict=True)
    return list(torch.autograd.grad(moving, inputs, weights, materialize_grads=True))


def _leaves(tensors: Sequence[Tensor]) -> list[Tensor]:
    return [t.detach().requires_grad_() for t in tensors]


def _length(tensors: Sequence[Tensor]) -> Tensor:
    """The norm of all; never zero."""
    device = tensors[0].device
    norms = [torch.linalg.vector_norm(t).to(device) for t in tensors]
    length: Tensor = torch.linalg.vector_norm(torch.stack(norms))
    return length.clamp(min=torch.finfo(length.dtype).tiny)
