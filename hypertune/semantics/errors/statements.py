"""Statements and settings: missing, doubled, misplaced, unknown."""

from __future__ import annotations

from attrs import frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Span, did_you_mean


@frozen
class MissingVersion(Diagnostic):
    """A spec does not say which version of the language it is written in.

    Wrong:

        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT221"
    title = "the language version is missing"
    label = "the first statement should be `hspec 1`"

    def children(self) -> tuple[Note | Help, ...]:
        return (Help("write `hspec 1` on the first line"),)


@frozen
class UnknownVersion(Diagnostic):
    """A spec is written in a version of the language that is not known here.

    Wrong:

        hspec 2
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT222"
    title = "version {number} of the language is not known"
    label = "only version 1 is"

    number: str


@frozen
class VersionNotFirst(Diagnostic):
    """The language version stands below other statements, which were read without it.

    Wrong:

        let width = 32
        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let width = 32
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT223"
    title = "the language version is not the first statement"
    label = "should stand at the top"


@frozen
class MissingStatement(Diagnostic):
    """A spec answers five questions; one of `data`, `model`, `objective`, `tune` is not answered.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT224"
    title = "the spec has no `{what}`"
    label = "`{what}` is missing"

    what: str

    def children(self) -> tuple[Note | Help, ...]:
        return (Help(f"write `{_EXAMPLES[self.what]}`"),)


_EXAMPLES = {
    "data": "data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }",
    "model": "model (1, 8, 8) { flatten; linear(10) }",
    "objective": "objective { train = cross_entropy; valid = cross_entropy }",
    "tune": "tune { method = fixed; weights = sgd(lr = 0.1); epochs = 10 }",
}


@frozen
class StatementTwice(Diagnostic):
    """A statement that may stand once stands twice.

    There is one `hspec`, one `data`, one `model` and one `objective`. Several `tune` blocks may
    stand side by side, each with a name of its own.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT225"
    title = "`{what}` stands twice"
    label = "again"

    what: str
    first: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (Note("first here", self.first),)


@frozen
class NamelessTune(Diagnostic):
    """One of several `tune` blocks has no name, so that nobody could ask for it.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
        tune adam { method = fixed; weights = adam(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune sgd { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
        tune adam { method = fixed; weights = adam(lr = 0.1); epochs = 1 }
    """

    code = "HT226"
    title = "one of several `tune` blocks has no name"
    label = "write a name after `tune`"


@frozen
class MissingSetting(Diagnostic):
    """A section lacks a line that it cannot do without.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%) }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT227"
    title = "`{section}` does not say its `{key}`"
    label = "`{key}` is missing in here"

    section: str
    key: str
    example: str

    def children(self) -> tuple[Note | Help, ...]:
        return (Help(f"write, for example, `{self.example}`"),)


@frozen
class UnknownSetting(Diagnostic):
    """A section has a line whose key it does not know.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epoch = 1; epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT228"
    title = "`{section}` has no setting `{key}`"
    label = "not a setting of `{section}`"

    section: str
    key: str
    known: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        listed = Note("its settings are " + ", ".join(f"`{k}`" for k in self.known))
        return (*did_you_mean(self.key, self.known), listed)


@frozen
class SettingTwice(Diagnostic):
    """A section says the same thing twice.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1; epochs = 2 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT229"
    title = "`{key}` is set twice"
    label = "set again"

    key: str
    first: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (Note("first set here", self.first),)
