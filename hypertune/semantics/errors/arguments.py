"""Arguments: unknown, missing, doubled, of the wrong type or out of range."""

from __future__ import annotations

from hypertune.diagnostics import LAYERS, TUNED, Diagnostic, Example, Help, Note


class UnknownArgument(Diagnostic):
    """A call has no argument of this name, a section no setting."""

    code = "HT241"
    title = "unknown {noun} `{name}` of `{kind}`"
    label = "`{kind}` has no such {noun}"
    one_of = ("name", "its {noun}s are ")
    notes = (("", "`{none}` takes no arguments"),)
    example = Example(wrong="tune.weights = sgd(rate = 0.1)")

    kind: str
    name: str
    known: tuple[str, ...]
    noun: str = "argument"

    @property
    def none(self) -> str:
        """The kind, if it has no arguments."""
        return "" if self.known else self.kind


class MissingArgument(Diagnostic):
    """A call lacks an argument that has no default."""

    code = "HT242"
    title = "missing argument `{name}` of `{kind}`"
    label = "`{name}` is missing"
    notes = (("", "`{name}`: {doc}"),)
    example = Example(wrong="model (1, 8, 8) { flatten; linear }")

    kind: str
    name: str
    doc: str


class TooManyArguments(Diagnostic):
    """A call passes more arguments than its kind has."""

    code = "HT243"
    title = "too many arguments of `{kind}`"
    label = "`{kind}` takes {most}"
    notes = (("", "in this order: {known}"),)
    example = Example(inside=LAYERS, wrong="relu(1)", right="relu")

    kind: str
    known: tuple[str, ...]

    @property
    def most(self) -> str:
        count = len(self.known)
        return f"{count} argument{'s' * (count > 1)}" if count else "no arguments"


class PositionalAfterNamed(Diagnostic):
    """An argument without a name stands behind one with a name, so that its place says nothing."""

    code = "HT245"
    title = "a positional argument follows a named one"
    label = "which argument of `{kind}` is this?"
    example = Example(
        inside="model (1, 8, 8) { conv2d(…); flatten; linear(10) }",
        wrong="out_channels = 4, 3",
        right="4, kernel_size = 3",
    )

    kind: str


class WrongType(Diagnostic):
    """An argument or a setting gets a value of the wrong sort."""

    code = "HT246"
    title = "`{name}` of `{kind}` is {wanted}"
    label = "this is {found}"
    help = "{advice}"
    example = Example(inside=LAYERS, wrong="linear(8, bias = 1)", right="linear(8, bias = true)")

    kind: str
    name: str
    wanted: str
    found: str
    advice: str = ""


class OutOfRange(Diagnostic):
    """An argument or a setting gets a number beyond its bounds."""

    code = "HT247"
    title = "invalid value {value} of `{name}` of `{kind}`"
    label = "must be {wanted}"
    example = Example(inside=LAYERS, wrong="dropout(1.5)", right="dropout(0.5)")

    kind: str
    name: str
    value: str
    wanted: str


class UnknownWord(Diagnostic):
    """An argument or a setting takes one of a few words, and gets another."""

    code = "HT248"
    title = "invalid value `{word}` of `{name}` of `{kind}`"
    label = "not one of its values"
    one_of = ("word", "it is one of ")
    example = Example(wrong="tune.precision = fp16", right="tune.precision = bf16")

    kind: str
    name: str
    word: str
    known: tuple[str, ...]


class ArgumentsDisagree(Diagnostic):
    """Arguments that are right one by one do not fit together."""

    code = "HT249"
    title = "the arguments of `{kind}` do not fit together"
    label = "{why}"
    example = Example(wrong="hyper decay : log(1, 1e-8) = 1e-3 per batch", of=TUNED)

    kind: str
    why: str


class KindWanted(Diagnostic):
    """A kind is wanted by name, and something else is written."""

    code = "HT250"
    title = "expected the name of one {noun}"
    label = "this names no {noun}"
    example = Example(wrong="tune.method = 3")

    noun: str
    known: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        """A name in quotes, or one that is not in `lower_snake`."""
        assert self.span is not None
        name = self.span.text.strip('"').replace("-", "_")
        return (Help(f"write `{name}`"),) if name in self.known else ()


class WrongLength(Diagnostic):
    """A tuple has more or fewer items than its argument wants."""

    code = "HT251"
    title = "`{name}` of `{kind}` takes {wanted} numbers"
    label = "{found} here"
    example = Example(
        inside="tune.weights = adam(betas = …)", wrong="(0.9, 0.99, 0.999)", right="(0.9, 0.999)"
    )

    kind: str
    name: str
    wanted: int
    found: int
