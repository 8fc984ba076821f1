"""Constant expressions that have no value."""

from __future__ import annotations

from math import inf

from hypertune.diagnostics import Diagnostic, Example, Help, Note, did_you_mean


class DividedByZero(Diagnostic):
    """A constant expression divides by zero."""

    code = "HT261"
    title = "division by zero"
    label = "this is zero"
    example = Example(wrong="let share = 1 / (3 - 3)", right="let share = 1 / (3 - 2)")


class NotNumbers(Diagnostic):
    """Arithmetic is done with something that is not a number."""

    code = "HT262"
    title = "expected a number"
    label = "this is {found}"
    example = Example(wrong='let size = 2 * "three"', right="let size = 2 * 3")

    found: str


class NotACount(Diagnostic):
    """Something is counted, and not by a positive whole number.

    That may be the size of an axis, the repetitions of a body, or the items of a vector.
    """

    code = "HT269"
    title = "the {what} must be a positive whole number{limit}"
    label = "not such a number"
    example = Example(
        wrong="model (1, 8, 8) { flatten; repeat 0.5 { linear(10) } }",
        right="model (1, 8, 8) { flatten; repeat 2 { linear(10) } }",
    )

    what: str
    most: float

    @property
    def limit(self) -> str:
        return "" if self.most == inf else f" up to {self.most:_}"


class TooLarge(Diagnostic):
    """A number is larger than can be counted with.

    Whole numbers go up to 2 ** 63 - 1, others to about 1e308.
    """

    code = "HT263"
    title = "the number is too large"
    label = "beyond what can be counted with"
    example = Example(wrong="let many = 10 ** 10 ** 10", right="let many = 10 ** 10")


class TupleTooLarge(Diagnostic):
    """A tuple holds more values than any argument could take, those of inner tuples included."""

    code = "HT268"
    title = "the tuple is too large"
    label = "more than {most} values, those of inner tuples included"
    example = Example(
        both="let few = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)",
        wrong="""
            let some = (few, few, few, few, few, few, few, few, few, few)
            let many = (some, some, some, some, some, some, some, some, some, some)
            let more = (many, many, many, many, many, many, many, many, many, many, 1)
        """,
    )

    most: str


class NotDefined(Diagnostic):
    """A function or power has no value at these numbers."""

    code = "HT264"
    title = "the expression has no value"
    label = "not defined for these numbers"
    example = Example(wrong="let root = sqrt(-1)", right="let root = sqrt(1)")


class WrongCount(Diagnostic):
    """A function of constants gets more or fewer numbers than it takes."""

    code = "HT266"
    title = "`{name}` takes {wanted}, not {found}"
    label = "{found} here"
    example = Example(wrong="let root = sqrt(1, 2)", right="let root = sqrt(2)")

    name: str
    wanted: str
    found: int


class UnknownUnit(Diagnostic):
    """A quantity is in a unit that is not known."""

    code = "HT267"
    title = "unknown unit `{name}`"
    label = "not a unit"
    example = Example(
        inside="tune { method = fixed; weights = sgd(lr = 0.1); budget = 3 … }",
        wrong="weeks",
        right="hours",
    )

    name: str
    known: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        listed = Note("the units are `epochs`, `steps`, `seconds`, `min` and `hours`")
        # A word after the start of a hyperparameter is read as a unit, too.
        words = (*self.known, "frozen", "per", "prior", "spread")
        return (*did_you_mean(self.name, words), listed)
