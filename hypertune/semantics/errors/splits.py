"""Splits: parts that are missing, doubled, empty or too large."""

from __future__ import annotations

from hypertune.diagnostics import Diagnostic, Example


class PartKept(Diagnostic):
    """A part is cut from a source that keeps one of its own, such as a file for the test."""

    code = "HT606"
    title = "`{source}` keeps a part `{part}` of its own"
    label = "cannot be chosen"
    help = "leave `{part}` out; {rest} cut from the rest"
    example = Example(
        both="""
            data.source = mnist
            model (1, 28, 28) { flatten; linear(10) }
        """,
        wrong="data.split = (train = 80%, valid = 10%, test = 10%)",
        right="data.split = (train = 80%, valid = 20%)",
    )

    source: str
    part: str

    @property
    def rest(self) -> str:
        return "`train` and `valid` are" if self.part == "test" else "the other parts are"


class TooManyExamples(Diagnostic):
    """The parts of the split are more than there is."""

    code = "HT607"
    title = "the parts of the split {why}"
    label = "too much"
    notes = (("", "{fact}"),)
    example = Example(wrong="data.split = (train = 60%, valid = 30%, test = 20%)")

    why: str
    fact: str


class EmptyPart(Diagnostic):
    """A part of the split gets no examples."""

    code = "HT608"
    title = "the part `{part}` gets no examples"
    label = "nothing is left for it"
    example = Example(wrong="data.split = (train = 80%, valid = 20%, test = 0%)")

    part: str


class NoTestPart(Diagnostic):
    """No examples are kept away from training and tuning.

    The hyperparameters are chosen on the validation part, so that its loss says too little about
    examples that nobody has seen.
    """

    code = "HT609"
    severity = "warning"
    title = "no part is kept for the test"
    label = "`test` is missing"
    example = Example(wrong="data.split = (train = 80%, valid = 20%)")
