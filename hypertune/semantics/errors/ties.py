"""Weights that two layers are to share, and cannot."""

from __future__ import annotations

from hypertune.diagnostics import Diagnostic, Example, Help, Note, Span
from hypertune.ir import Shape, print_shape


class NothingToShare(Diagnostic):
    """A layer is to have the weight of something that has none to share."""

    code = "HT311"
    title = "`{owner}` has no weight that a `{kind}` could have"
    label = "what leaves a `{found}`"
    help = "put `as {owner}` behind the layer whose weight is meant"
    example = Example(
        wrong="""
            model (1, 8, 8) {
              flatten; linear(64); relu as first; linear(64, tied = first); linear(10)
            }
        """,
        right="""
            model (1, 8, 8) {
              flatten; linear(64) as first; relu; linear(64, tied = first); linear(10)
            }
        """,
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
    example = Example(
        wrong="""
            model (1, 8, 8) {
              flatten; linear(32) as first; relu; linear(32, tied = first); linear(10)
            }
        """,
        right="""
            model (1, 8, 8) {
              flatten; linear(64) as first; relu; linear(64, tied = first); linear(10)
            }
        """,
    )

    kind: str
    owner: str
    wanted: Shape
    found: Shape
    place: Span | None

    def fill(self, template: str) -> str:
        wanted = print_shape(self.wanted)
        return template.format(kind=self.kind, owner=self.owner, wanted=wanted)

    def children(self) -> tuple[Note | Help, ...]:
        found = f"its weight is {print_shape(self.found)}"
        return (Note(found, self.place),) if self.place else ()
