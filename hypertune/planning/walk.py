"""What comes and goes while a batch passes through the layers of a device, and back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import prod

from hypertune.catalogue import Costs, LossType, Pass
from hypertune.ir import Node

Here = Sequence[tuple[Node, Costs]]

FLOAT = 4  # bytes


def most_forward(here: Here, responding: bool) -> int:
    """The most numbers per example that there are at a layer, if nothing is kept."""
    passing = (_passing(layer, costs, responding) for layer, costs in here)
    return max(map(sum, zip(passing, _waiting(here, back=False), strict=True)))


def most_back(
    here: Here, taken: Pass, examples: int, width: int, penalties: Sequence[LossType]
) -> int:
    """The most bytes at a layer on the way back: what is kept before it, and what is there anew.

    Args:
        here: the layers, in the order of evaluation.
        taken: the pass.
        examples: how many pass.
        width: bytes of a number that passes.
        penalties: those of the training loss. Their gradients come first; those that follow
            lie beside them until they are added.

    """
    gradients = [FLOAT * sum(getattr(c, group) for group in taken.trains) for _, c in here]
    kept = list(accumulate(_kept(here, taken)))
    penalties = penalties if taken.trains else ()  # the other loss has none
    penal = list(accumulate(_kept_by_penalties(here, taken, examples, penalties)))
    row, all_gradients, most = width * examples, sum(gradients), 0
    there = all_gradients
    for i, waiting in enumerate(_waiting(here, back=True)):
        layer, costs = here[i]
        passing = _passing(layer, costs, taken.responding) + costs.scratch + waiting
        passing = row * (kept[i] + passing)
        most = max(most, passing + there)
        if penalties:
            most = max(most, passing + all_gradients + gradients[i])
            first = row * kept[-1] + penal[i]  # before anything else has gone back
            most = max(most, first + there + 2 * gradients[i])
        there -= gradients[i]
    return most


def _kept(here: Here, taken: Pass) -> list[int]:
    """Numbers per example that each layer leaves for the way back."""
    live = _behind(here, taken.trains or ("response",))  # what no gradient passes keeps nothing
    back = [(layer, costs) for layer, costs in here if layer.name in live]
    read = {name for layer, costs in back for name in _read(layer, costs)}
    read_changes = {name for layer, c in back if "change" in c.keeps for name in layer.inputs}
    changed = read_changes & _behind(here, ("response",)) if taken.linearised else set()
    kept = []
    for layer, costs in here:
        copies = (layer.name in read) + (layer.name in changed)
        copies += taken.responding and costs.response > 0  # what the response is multiplied by
        kept.append(costs.extra * (layer.name in live) + copies * prod(layer.output))
    first = here[0][0]
    if first.inputs == ("input",):  # a batch is there for as long as its step
        kept[0] += prod(first.shapes[0])
    return kept


def _kept_by_penalties(
    here: Here, taken: Pass, examples: int, penalties: Sequence[LossType]
) -> list[int]:
    """Bytes that penalties on the weights of each layer leave for the way back."""
    per_weight, per_row = (sum(p.keeps[i] for p in penalties) for i in (0, 1))
    return [
        FLOAT * (per_weight * costs.base + per_row * layer.output[0] * examples)
        if taken.responding and costs.response
        else 0
        for layer, costs in here
    ]


def _read(layer: Node, costs: Costs) -> tuple[str, ...]:
    """The nodes whose outputs the backward pass of a layer reads."""
    own = (layer.name,) if "output" in costs.keeps else ()
    return own + (layer.inputs if "input" in costs.keeps else ())


def _behind(here: Here, groups: Sequence[str]) -> set[str]:
    """The layers that have weights of some groups, and all that are fed by these."""
    found: set[str] = set()
    places = {"input", *(layer.name for layer, _ in here)}
    for layer, costs in here:
        fed = any(name in found or name not in places for name in layer.inputs)
        if fed or any(getattr(costs, group) for group in groups):
            found.add(layer.name)
    return found


def _passing(layer: Node, costs: Costs, responding: bool) -> int:
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
