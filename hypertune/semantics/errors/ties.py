"""Weights that two layers are to share, and cannot."""

from __future__ import annotations

from hypertune.diagnostics import LAYERS, Diagnostic, Example, Span
from hypertune.ir import Shape


class NothingToShare(Diagnostic):
    """A layer is to have the weight of something that has none to share."""

    code = "HT311"
    title = "`{owner}` has no weight that a `{kind}` could have"
    label = "what leaves a `{found}`"
    help = "put `as {owner}` behind the layer whose weight is meant"
    example = Example(
        inside="model (1, 8, 8) { flatten; …; linear(64, tied = first); linear(10) }",
        wrong="linear(64); relu as first",
        right="linear(64) as first; relu",
    )

    kind: str
    owner: str
    found: str


class UnfitWeight(Diagnostic):
    """A layer is to have a weight of another shape than its own would be.

    The weight of `linear` is (outputs, inputs), so that a layer from 64 to 10 cannot have the
    weight of one from 10 to 64.
    """

    code = "HT312"
    title = "the weight of `{owner}` does not fit this `{kind}`"
    label = "a weight of {wanted} is needed here"
    notes = (("place", "its weight is {found}"),)
    example = Example(
        inside=LAYERS,
        wrong="linear(32) as first; relu; linear(32, tied = first)",
        right="linear(64) as first; relu; linear(64, tied = first)",
    )

    kind: str
    owner: str
    wanted: Shape
    found: Shape
    place: Span | None
