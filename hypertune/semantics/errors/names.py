"""Names: unknown, taken, or of the wrong sort."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hypertune.diagnostics import (
    TUNED,
    Diagnostic,
    Example,
    Help,
    Note,
    Span,
    did_you_mean,
    nearest,
)

_MOST_LISTED: Final = 24  # names; where there are more,
_SHOWN: Final = 6  # of them are told


class UnknownHyper(Diagnostic):
    """`given` names something that is not declared.

    Every name after `given` is a hyperparameter with a line `hyper` of its own. `given *` names
    all that are tuned.
    """

    code = "HT201"
    title = "undeclared hyperparameter `{name}`"
    label = "not declared in this spec"
    example = Example(
        wrong="model (1, 8, 8) { flatten; linear(10) given dacay }",
        right="model (1, 8, 8) { flatten; linear(10) given decay }",
        of=TUNED,
    )

    name: str
    known: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        match self.name:
            case "all":
                return (Help("write `given *`"),)
            case "none":
                return (Help("`given none` stands alone"),)
            case _:
                return did_you_mean(self.name, self.known)


class UnknownKind(Diagnostic):
    """A layer type, domain, loss, metric, method, optimiser, schedule or source that is not there.

    `hypertune kinds` lists all that are, with their arguments.
    """

    code = "HT202"
    title = "unknown {noun} `{name}`"
    label = "there is no such {noun}"
    example = Example(wrong="model (1, 8, 8) { flatten; liner(10) }")

    noun: str
    name: str
    known: tuple[str, ...]
    otherwise: str = ""  # what the name is, if it is not this

    def children(self) -> tuple[Note | Help, ...]:
        other = (Note(f"`{self.name}` is {self.otherwise}"),) if self.otherwise else ()
        close = () if other else did_you_mean(self.name, self.known)
        return close or (*other, *self._listed())

    def _listed(self) -> tuple[Note | Help, ...]:
        """All that there are, or of many those that are most like it."""
        if len(self.known) > _MOST_LISTED:
            near = _quoted(nearest(self.name, self.known, _SHOWN))
            return Note(f"the names most like it are {near}"), Help("`hypertune kinds` lists all")
        are = "there are" if len(self.known) > 1 else "there is"
        return (Note(f"{are} {_quoted(sorted(self.known))}"),)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


class UnknownName(Diagnostic):
    """An expression uses a name that nothing in the spec gives a meaning."""

    code = "HT203"
    title = "undeclared name `{name}`"
    label = "not declared in this spec"
    example = Example(
        both="let width = 32",
        wrong="model (1, 8, 8) { flatten; linear(witdh); linear(10) }",
        right="model (1, 8, 8) { flatten; linear(width); linear(10) }",
    )

    name: str
    near: tuple[str, ...]  # the known name that it is probably meant to be, if there is one
    otherwise: str = ""  # what the name is where values are not wanted

    def children(self) -> tuple[Note | Help, ...]:
        if self.otherwise:
            return (Note(f"`{self.name}` is {self.otherwise}, and no value"),)
        return did_you_mean(self.name, self.near)


class DeclaredTwice(Diagnostic):
    """A name is given two meanings.

    Constants, hyperparameters and blocks share their names; layers share theirs.
    """

    code = "HT204"
    title = "duplicate declaration of `{name}`"
    label = "declared again"
    notes = (("first", "first declared here"),)
    help = "give one of them another name"
    example = Example(both="let width = 32", wrong="let width = 64", right="let depth = 64")

    name: str
    first: Span


class UsedTooEarly(Diagnostic):
    """A constant is used above its declaration.

    Declarations are read from top to bottom, so that none can depend on itself.
    """

    code = "HT205"
    title = "`{name}` is used before it is declared"
    label = "not yet known here"
    example = Example(
        wrong="let twice = 2 * width\nlet width = 32",
        right="let width = 32\nlet twice = 2 * width",
    )

    name: str
    declared: Span

    def children(self) -> tuple[Note | Help, ...]:
        assert self.span is not None
        above = self.declared.source is self.span.source and self.declared.start < self.span.start
        advice = "it cannot be made of itself" if above else "move the declaration up"
        return (Note("declared here", self.declared), Help(advice))


class NotAValue(Diagnostic):
    """A name stands where a value is wanted, and has none.

    A block is a piece of network, not a value; and only arguments of kinds and blocks, splits and
    scales have items with names.
    """

    code = "HT206"
    title = "`{name}` is not a value"
    label = "expected a value"
    example = Example(wrong="let size = (height = 8, width = 8)", right="let size = (8, 8)")

    name: str


class NotAHyper(Diagnostic):
    """`given` or `direct` names something that is not a hyperparameter.

    Weights respond to hyperparameters, which change while the network trains; a constant does not.
    """

    code = "HT207"
    title = "`{name}` is not a hyperparameter"
    label = "expected a hyperparameter"
    example = Example(
        both="let width = 32",
        wrong="model (1, 8, 8) { flatten; linear(10) given decay, width }",
        right="model (1, 8, 8) { flatten; linear(10) given decay }",
        of=TUNED,
    )

    name: str


class NoSuchItem(Diagnostic):
    """Brackets after a name ask for an item that it does not have.

    `drops[6]` declares the items `drops[0]` to `drops[5]`.
    """

    code = "HT208"
    title = "`{name}` {why}"
    label = "no such item"
    example = Example(
        both="hyper drops[2] : rate = 0.1",
        wrong="model (1, 8, 8) { flatten; dropout(drops[2]); linear(10) }",
        right="model (1, 8, 8) { flatten; dropout(drops[1]); linear(10) }",
    )

    name: str
    why: str


class NotConstant(Diagnostic):
    """A `let` gives a name to a hyperparameter.

    `let` names constants. A hyperparameter has a name already; pass it by that.
    """

    code = "HT209"
    title = "`{name}` is not constant"
    label = "a hyperparameter"
    example = Example(
        both="hyper drop : rate = 0.1",
        wrong="""
            let p = drop
            model (1, 8, 8) { flatten; dropout(p); linear(10) }
        """,
        right="model (1, 8, 8) { flatten; dropout(drop); linear(10) }",
    )

    name: str


class ReservedName(Diagnostic):
    """A name that has a meaning of its own already.

    Words of the language name nothing else, and a block may not be called as a layer type is.
    """

    code = "HT210"
    title = "`{name}` cannot be declared: it is {meaning}"
    label = "choose another name"
    example = Example(wrong="block linear(width) { relu }", right="block dense(width) { relu }")

    name: str
    meaning: str
