"""Labels and merges: what `as` names, and what becomes one."""

from __future__ import annotations

from hypertune.diagnostics import LAYERS, Diagnostic, Example, Help, Note, Span, did_you_mean
from hypertune.ir import Shape, print_shape


class UnknownLabel(Diagnostic):
    """A merge names something that no `as` in the same model or block gives a name.

    A block sees the labels of its own body only, and nothing outside sees them.
    """

    code = "HT212"
    title = "undeclared label `{name}`"
    label = "no `as {name}` here"
    example = Example(
        wrong="model (1, 8, 8) { flatten as pixels; linear(64); add(pixel); linear(10) }",
        right="model (1, 8, 8) { flatten as pixels; linear(64); add(pixels); linear(10) }",
    )

    name: str
    known: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        close = did_you_mean(self.name, self.known)
        return close or (Help(f"write `as {self.name}` after the layer that is meant"),)


class LabelTooEarly(Diagnostic):
    """A merge uses what a later layer gives.

    A network is evaluated from top to bottom: what is merged must be there already.
    """

    code = "HT213"
    title = "`{name}` is used before it is made"
    label = "not there yet"
    notes = (("later", "made here"),)
    example = Example(
        inside=LAYERS,
        wrong="add(wide); linear(64) as wide",
        right="linear(64) as wide; relu; add(wide)",
    )

    name: str
    later: Span


class LabelWanted(Diagnostic):
    """A merge is called without the name of what is merged, or with something else.

    `add(early)` adds what the layer labelled `as early` gave to what comes from above.
    """

    code = "HT214"
    title = "`{taker}` takes the labels of layers"
    label = "expected a label"
    help = "write `as {wanted}` after a layer further up, and `{call}` here"
    example = Example(
        wrong="model (1, 8, 8) { flatten as pixels; linear(64); add(64); linear(10) }",
        right="model (1, 8, 8) { flatten as pixels; linear(64); add(pixels); linear(10) }",
    )

    taker: str
    form: str  # of the call or argument, around the label
    found: str = ""  # what is written, if it could be a label

    @property
    def wanted(self) -> str:
        return self.found or "early"

    @property
    def call(self) -> str:
        return self.form.format(self.wanted)


class UnfitMerge(Diagnostic):
    """Outputs of several layers cannot become one, because of their shapes.

    `add` wants equal shapes. `concat` puts channels side by side: the other axes must be equal.
    `residual` adds what its body gives to what enters it.
    """

    code = "HT310"
    title = "`{piece}` cannot merge {shapes}"
    label = "{why}"
    example = Example(
        wrong="model (1, 8, 8) { flatten; residual { linear(10) } }",
        right="model (1, 8, 8) { flatten; residual { linear(10) } shortcut { linear(10) } }",
    )

    piece: str
    why: str
    advice: str
    feeders: tuple[tuple[Shape, Span], ...]

    @property
    def shapes(self) -> str:
        return " and ".join(print_shape(shape) for shape, _ in self.feeders)

    def children(self) -> tuple[Note | Help, ...]:
        origins = tuple(
            Note(f"{print_shape(shape)} comes from here", span) for shape, span in self.feeders
        )
        return (*origins, Help(self.advice)) if self.advice else origins
