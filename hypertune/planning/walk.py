"""What comes and goes while a batch passes through the layers of a device, and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import prod

from hypertune.catalogue import Costs, Pass
from hypertune.ir import Layer

Here = Sequence[tuple[Layer, Costs]]

FLOAT = 4  # bytes


def most_forward(here: Here, responding: bool) -> int:
    """The most numbers per example that there are at a layer, if nothing is kept."""
    passing = (_passing(layer, costs, responding) for layer, costs in here)
    return max(map(sum, zip(passing, _waiting(here, back=False), strict=True)))


def most_back(here: Here, taken: Pass, row: int, penalised: bool) -> int:
    """The most bytes at a layer on the way back: what is kept before it, and what is there anew.

    Args:
        here: the layers, in the order of evaluation.
        taken: the pass.
        row: bytes that one number per example takes.
        penalised: whether the loss has penalties, whose gradients come first; those that follow
            lie beside them until they are added.

    """
    gradients = [FLOAT * sum(getattr(c, group) for group in taken.trains) for _, c in here]
    kept = list(accumulate(_kept(here, taken)))
    there, all_gradients, most = sum(gradients), sum(gradients), 0
    for i, waiting in enumerate(_waiting(here, back=True)):
        layer, costs = here[i]
        passing = _passing(layer, costs, taken.responding) + costs.scratch + waiting
        passing = row * (kept[i] + passing)
        most = max(most, passing + there)
        if penalised:
            most = max(most, passing + all_gradients + gradients[i])
            most = max(most, row * kept[-1] + there + 2 * gradients[i])  # and its square's
        there -= gradients[i]
    return most


def _kept(here: Here, taken: Pass) -> list[int]:
    """Numbers per example that each layer leaves for the way back."""
    read = {name for layer, costs in here for name in _read(layer, costs)}
    read_changes = {name for layer, c in here if "change" in c.keeps for name in layer.inputs}
    changed = read_changes & _changed(here) if taken.linearised else set()
    kept = []
    for layer, costs in here:
        copies = (layer.name in read) + (layer.name in changed)
        copies += taken.responding and costs.response > 0  # what the response is multiplied by
        kept.append(costs.extra + copies * prod(layer.output))
    first = here[0][0]
    if first.inputs == ("input",):  # a batch is there for as long as its step
        kept[0] += prod(first.shapes[0])
    return kept


def _read(layer: Layer, costs: Costs) -> tuple[str, ...]:
    """The nodes whose outputs the backward pass of a layer reads."""
    own = (layer.name,) if "output" in costs.keeps else ()
    return own + (layer.inputs if "input" in costs.keeps else ())


def _changed(here: Here) -> set[str]:
    """The layers whose outputs change with a response."""
    changed: set[str] = set()
    for layer, costs in here:
        if costs.response or changed.intersection(layer.inputs):
            changed.add(layer.name)
    return changed


def _passing(layer: Layer, costs: Costs, responding: bool) -> int:
    """Numbers per example that come and go at a layer: what enters, what leaves.

    Where it answers, the second product lies beside the first, and a kernel's copy beside both.
    """
    copies = 3 if responding and costs.response else 1
    return sum(map(prod, layer.shapes)) + copies * prod(layer.output)


def _waiting(here: Here, back: bool) -> list[int]:
    """Numbers per example that pass by each layer, from one above it to one below.

    On the way back these are gradients. What a merge hands up are parts of one gradient, which
    is there as a whole until the last of them has been added to that of another reader.
    """
    readers: dict[str, list[int]] = {layer.name: [] for layer, _ in here}
    for i, (layer, _) in enumerate(here):
        for name in layer.inputs:
            readers.setdefault(name, []).append(i)
    spans = []  # from one layer to another, both passed by, and how much
    merged: dict[int, int] = {}  # the merges, and how far up their gradients are there
    for i, (layer, _) in enumerate(here):
        *others, last = readers[layer.name] or [i]
        if back and len(here[last][0].inputs) > 1:
            merged[last] = min(merged.get(last, last), others[-1] if others else i + 1)
            last = others[-1] if others else i
        spans.append((i + 1, last, prod(layer.output)))
    spans += [(first, merge, prod(here[merge][0].output)) for merge, first in merged.items()]
    steps = [0] * (len(here) + 1)
    for first, end, size in spans:
        if first < end:
            steps[first] += size
            steps[end] -= size
    return list(accumulate(steps[:-1]))
