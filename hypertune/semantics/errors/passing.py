"""Hyperparameters that stand where they cannot, or may take values that they must not."""

from __future__ import annotations

from math import inf

from hypertune.diagnostics import TUNED, Diagnostic, Example, Span


class HyperInArithmetic(Diagnostic):
    """A hyperparameter is counted with.

    Expressions are constant. A hyperparameter changes while the network trains, so it is passed
    by name to an argument that can be tuned.
    """

    code = "HT401"
    title = "hyperparameter `{name}` in a constant expression"
    label = "expressions are constant"
    help = "pass `{name}` by itself to an argument that can be tuned"
    example = Example(wrong="objective.train = cross_entropy + l2(2 * decay)", of=TUNED)

    name: str


class ConstantWanted(Diagnostic):
    """A hyperparameter is passed to an argument that cannot be tuned."""

    code = "HT408"
    title = "`{argument}` of `{kind}` cannot be tuned"
    label = "expected a constant, and `{name}` is a hyperparameter"
    notes = (("", "`{argument}`: {doc}"),)
    example = Example(
        both="model (1, 8, 8) { flatten; linear(width); linear(10) }",
        wrong="hyper width : int(8, 64) = 16",
        right="let width = 16",
    )

    kind: str
    argument: str
    name: str
    doc: str


class DomainTooWide(Diagnostic):
    """A hyperparameter may take values that the argument it is passed to cannot."""

    code = "HT409"
    title = "`{name}` may leave the range of `{argument}` of `{kind}`"
    label = "must be {wanted}"
    notes = (("declared", "its domain {extent}"),)
    help = "declare a domain within that range"
    example = Example(
        both="model (1, 8, 8) { flatten; dropout(drop); linear(10) }",
        wrong="hyper drop : real(0, 2) = 0.1",
        right="hyper drop : rate = 0.1",
    )

    kind: str
    argument: str
    name: str
    wanted: str
    bounds: tuple[float, float]
    declared: Span

    @property
    def extent(self) -> str:
        """How far the domain goes."""
        low, high = self.bounds
        if low == -inf:
            return "is unbounded" if high == inf else f"goes up to {high:g}"
        return f"goes up from {low:g}" if high == inf else f"goes from {low:g} to {high:g}"


class WholeDomainWanted(Diagnostic):
    """An argument that counts is tuned by a hyperparameter that is not a whole number."""

    code = "HT410"
    title = "`{argument}` of `{kind}` is a whole number"
    label = "`{name}` need not be whole"
    notes = (("declared", "declared here"),)
    help = "declare it with the domain `int(lo, hi)`"
    example = Example(
        both="data.augment = cutout(holes, 2)",
        wrong="hyper holes : real(0, 4) = 1",
        right="hyper holes : int(0, 4) = 1",
    )

    kind: str
    argument: str
    name: str
    declared: Span


class PerBatchWanted(Diagnostic):
    """An argument cannot differ between the examples of a batch.

    STN-like methods draw a value for each example of a batch, or with `per batch` one for all.
    An `l1` penalty has no closed form per example.
    """

    code = "HT411"
    title = "`{argument}` of `{kind}` is one number for the whole batch"
    label = "`{name}` is drawn for each example"
    notes = (("declared", "declared here"),)
    help = "declare it `per batch`"
    example = Example(
        both="objective.train = cross_entropy + l1(decay)",
        wrong="hyper decay : log(1e-8, 1) = 1e-3",
        of=TUNED,
    )

    kind: str
    argument: str
    name: str
    declared: Span


class ChoiceMisplaced(Diagnostic):
    """A choice of words is passed where a number is wanted, or a number where a word is."""

    code = "HT412"
    title = "`{argument}` of `{kind}` is {wanted}"
    label = "`{name}` is not"
    notes = (("declared", "declared here"),)
    help = "declare it with {domain}"
    example = Example(
        both="data.augment = cutout(1, 2, fill = fill)",
        wrong="hyper fill : rate = 0.1",
        right='hyper fill : choice("zero", "noise") = "zero"',
    )

    kind: str
    argument: str
    name: str
    wanted: str
    words: tuple[str, ...]
    declared: Span

    @property
    def domain(self) -> str:
        """What would fit the argument."""
        if self.wanted == "a number":
            return "a domain of numbers, such as `int(lo, hi)`"
        listed = ", ".join(f'"{word}"' for word in self.words)
        return f"the domain `choice({listed})`"


class ChoiceTooWide(Diagnostic):
    """A choice has a word that the argument it is passed to does not know."""

    code = "HT413"
    title = "`{argument}` of `{kind}` cannot be `{word}`"
    label = "`{name}` may choose that"
    one_of = ("word", "it is one of ")
    notes = (("declared", "declared here"),)
    example = Example(
        both="data.augment = cutout(1, 2, fill = fill)",
        wrong='hyper fill : choice("zero", "blur") = "zero"',
        right='hyper fill : choice("zero", "noise") = "zero"',
    )

    kind: str
    argument: str
    name: str
    word: str
    known: tuple[str, ...]
    declared: Span


class EachMisplaced(Diagnostic):
    """There is one hyperparameter for every example or weight, where that means nothing.

    `keep[example]` is for what is done to training examples one by one, such as the weight of
    each in the loss; validation examples have none. `decays[weight]` is for penalties.
    """

    code = "HT414"
    title = "there is one `{name}` for every {over}"
    label = "{why}"
    notes = (("declared", "declared here"),)
    example = Example(
        both="""
            hyper keep[example] : real(0, 1) = 0.5
            data.batch = all
        """,
        wrong="objective.train = cross_entropy + l2(keep)",
        right="objective.train = cross_entropy(weight = keep)",
    )

    name: str
    over: str
    why: str
    declared: Span
