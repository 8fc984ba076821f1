"""Statements and settings: missing, doubled, misplaced, unknown."""

from __future__ import annotations

from hypertune.diagnostics import Diagnostic, Example, Span


class MissingVersion(Diagnostic):
    """A spec does not say which version of the language it is written in."""

    code = "HT221"
    title = "missing language version"
    label = "the first statement should be `hspec 1`"
    help = "write `hspec 1` on the first line"
    example = Example(lacks="hspec")


class UnknownVersion(Diagnostic):
    """A spec is written in a version of the language that is not known here."""

    code = "HT222"
    title = "unknown language version {number}"
    label = "only version 1 is"
    example = Example(wrong="hspec 2")

    number: str


class VersionNotFirst(Diagnostic):
    """The language version stands below other statements, which were read without it."""

    code = "HT223"
    title = "the language version is not the first statement"
    label = "should stand at the top"
    example = Example(lacks="hspec", wrong="let width = 32\nhspec 1", right="let width = 32")


class MissingStatement(Diagnostic):
    """A spec has one each of `data`, `model` and `objective`, and a `tune`; one is missing."""

    code = "HT224"
    title = "missing `{what}`"
    label = "`{what}` is missing"
    help = "write `{line}`"
    example = Example(lacks="tune")

    what: str

    @property
    def line(self) -> str:
        return _EXAMPLES[self.what]


_EXAMPLES = {
    "data": "data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }",
    "model": "model (1, 8, 8) { flatten; linear(10) }",
    "objective": "objective { train = cross_entropy; valid = cross_entropy }",
    "tune": "tune { method = fixed; weights = sgd(lr = 0.1); epochs = 10 }",
}


class Duplicate(Diagnostic):
    """What may stand once stands twice: a statement, a setting, an argument, a length.

    There is one `hspec`, one `data`, one `model` and one `objective`. Several `tune` blocks may
    stand side by side, each with a name of its own. One of `epochs`, `steps` and `budget` says
    how long to train.
    """

    code = "HT225"
    title = "duplicate {what}"
    label = "again"
    notes = (("first", "first here"),)
    example = Example(
        wrong="tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1; epochs = 2 }"
    )

    what: str
    first: Span


class Unnamed(Diagnostic):
    """A setting takes several values by name, and gets something else."""

    code = "HT230"
    title = "`{setting}` names its values"
    label = "no names of values"
    notes = (("", "`{setting}`: {doc}"),)
    help = "write, for example, `{line}`"
    example = Example(wrong="data.split = (60%, 20%, 20%)")

    setting: str
    doc: str
    line: str


class NamelessTune(Diagnostic):
    """One of several `tune` blocks has no name, so that nobody could ask for it."""

    code = "HT226"
    title = "one of several `tune` blocks has no name"
    label = "write a name after `tune`"
    example = Example(
        both="tune adam { method = fixed; weights = adam(lr = 0.1); epochs = 1 }",
        wrong="tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }",
        right="tune sgd { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }",
    )


class MissingSetting(Diagnostic):
    """A section lacks a line that it cannot do without."""

    code = "HT227"
    title = "missing setting `{key}` of `{section}`"
    label = "`{key}` is missing in here"
    help = "write, for example, `{line}`"
    example = Example(lacks="data.batch")

    section: str
    key: str
    line: str
