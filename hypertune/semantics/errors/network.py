"""Networks: shapes that do not fit, places and counts that make no sense."""

from __future__ import annotations

from hypertune.diagnostics import LAYERS, Diagnostic, Example, Span
from hypertune.ir import Shape


class UnfitShape(Diagnostic):
    """A layer cannot do its work on the shape that it is fed."""

    code = "HT302"
    title = "`{layer}` cannot be fed the shape {shape}"
    label = "{why}"
    notes = (("feeder", "the shape {shape} comes from here"),)
    help = "{advice}"
    example = Example(
        inside="model (1, 8, 8) { conv2d(4, …); flatten; linear(10) }", wrong="9", right="3"
    )

    layer: str
    why: str
    advice: str
    shape: Shape
    feeder: Span


class InputMismatch(Diagnostic):
    """The model takes another shape than the source gives."""

    code = "HT303"
    title = "the model does not take what `{source}` gives"
    label = "the model takes {shape}"
    notes = (("place", "`{source}` gives {given}"),)
    help = "write `model {given} {{ … }}`"
    example = Example(wrong="model (1, 28, 28) { flatten; linear(10) }")

    shape: Shape
    source: str
    given: Shape
    place: Span


class TooManyLayers(Diagnostic):
    """Repeats and blocks inside one another make a network that is too large."""

    code = "HT306"
    title = "the network is too large"
    label = "more than {most:_} {what}"
    example = Example(inside=LAYERS, wrong="repeat 1_000_000 { relu }", right="repeat 10 { relu }")

    most: int
    what: str = "layers"


class NoLayers(Diagnostic):
    """The model has no layers, so that there is nothing to train."""

    code = "HT307"
    title = "the model has no layers"
    label = "empty"
    example = Example(wrong="model (1, 8, 8) { }")


class OutputMismatch(Diagnostic):
    """The network gives another shape than its loss compares with the targets.

    A classifier gives one number for each class; a regression gives one number.
    """

    code = "HT308"
    title = "the network gives {shape}, and `{loss}` wants {wanted}"
    label = "gives {shape}"
    notes = (("place", "wanted here; {targets}"),)
    help = "end the model with {end}"
    example = Example(wrong="model (1, 8, 8) { flatten; linear(9) }")

    loss: str
    shape: Shape
    wanted: Shape
    source: str
    place: Span

    @property
    def count(self) -> int:
        return self.wanted[-1]

    @property
    def end(self) -> str:
        flatten = "`flatten` and " if len(self.shape) > len(self.wanted) else ""
        return f"{flatten}`linear({self.count})`"

    @property
    def targets(self) -> str:
        several = self.count > 1
        return f"`{self.source}` has {self.count} classes" if several else "there is one target"


class WrongReading(Diagnostic):
    """A layer that reads tokens is fed numbers, or one that reads numbers is fed tokens.

    The batches of a text hold tokens: whole numbers that say which of the vocabulary each is. An
    `embedding` gives a vector of numbers for each.
    """

    code = "HT313"
    title = "`{layer}` reads {wanted}, and is fed {found}"
    label = "fed {found}"
    notes = (("feeder", "they come from here"),)
    help = "put `embedding` first in the model of a text, and nowhere else"
    example = Example(wrong="model (1, 8, 8) { flatten; embedding(4, 10); flatten; linear(10) }")

    layer: str
    tokens: bool  # whether these are what it reads
    feeder: Span

    @property
    def wanted(self) -> str:
        return "tokens" if self.tokens else "numbers"

    @property
    def found(self) -> str:
        return "numbers" if self.tokens else "tokens"


class UnknownDevice(Diagnostic):
    """`on` is followed by something that names no device.

    Devices are `cpu`, `cuda` and its numbered ones such as `cuda:1`, `mps`, and `auto` for all
    that are there.
    """

    code = "HT309"
    title = "unknown device `{text}`"
    label = "not a device"
    help = "write `cpu`, `cuda:0`, `mps` or `auto`"
    example = Example(
        inside="model (1, 8, 8) on … { flatten; linear(10) }", wrong="gpu", right="auto"
    )

    text: str


class BlockInsideItself(Diagnostic):
    """A block is used in its own body, directly or through other blocks.

    A network is finite; `repeat` says how often.
    """

    code = "HT211"
    title = "the block `{name}` contains itself"
    label = "used inside `{name}`"
    help = "write `repeat N {{ … }}` for a piece that comes several times"
    example = Example(
        wrong="""
            block twice { linear(8); twice }
            model (1, 8, 8) { flatten; twice; linear(10) }
        """,
        right="""
            block once { linear(8) }
            model (1, 8, 8) { flatten; repeat 2 { once }; linear(10) }
        """,
    )

    name: str
