"""Constant expressions that have no value."""

from __future__ import annotations

from attrs import frozen

from hypertune.diagnostics import Diagnostic, Help, Note, did_you_mean


@frozen
class DividedByZero(Diagnostic):
    """A constant expression divides by zero.

    Wrong:

        hspec 1
        let share = 1 / (3 - 3)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let share = 1 / (3 - 2)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT261"
    title = "division by zero"
    label = "this is zero"


@frozen
class NotNumbers(Diagnostic):
    """Arithmetic is done with something that is not a number.

    Wrong:

        hspec 1
        let size = 2 * "three"
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let size = 2 * 3
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT262"
    title = "a number is wanted"
    label = "this is {found}"

    found: str


@frozen
class TooLarge(Diagnostic):
    """A number is larger than can be counted with.

    Whole numbers go up to 2 ** 63 - 1, others to about 1e308.

    Wrong:

        hspec 1
        let many = 10 ** 10 ** 10
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let many = 10 ** 10
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT263"
    title = "the number is too large"
    label = "beyond what can be counted with"


@frozen
class TupleTooLarge(Diagnostic):
    """A tuple holds more values than any argument could take, those of inner tuples included.

    Wrong:

        hspec 1
        let few = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
        let some = (few, few, few, few, few, few, few, few, few, few)
        let many = (some, some, some, some, some, some, some, some, some, some)
        let more = (many, many, many, many, many, many, many, many, many, many, 1)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let few = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT268"
    title = "the tuple is too large"
    label = "more than {most} values, those of inner tuples included"

    most: str


@frozen
class NotDefined(Diagnostic):
    """A function or power has no value at these numbers.

    Wrong:

        hspec 1
        let root = sqrt(-1)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let root = sqrt(1)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT264"
    title = "the expression has no value"
    label = "not defined for these numbers"


@frozen
class UnknownFunction(Diagnostic):
    """A constant expression calls a function that is not there.

    Wrong:

        hspec 1
        let high = maximum(1, 2)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let high = max(1, 2)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT265"
    title = "no function is called `{name}`"
    label = "not a function of constants"

    name: str
    known: tuple[str, ...]
    otherwise: str = ""  # what the name is, if it is no function

    def children(self) -> tuple[Note | Help, ...]:
        listed = Note("the functions are " + ", ".join(f"`{k}`" for k in self.known))
        if self.otherwise:
            return (Note(f"`{self.name}` is {self.otherwise}"), listed)
        return (*did_you_mean(self.name, self.known), listed)


@frozen
class WrongCount(Diagnostic):
    """A function of constants gets more or fewer numbers than it takes.

    Wrong:

        hspec 1
        let root = sqrt(1, 2)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let root = sqrt(2)
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT266"
    title = "`{name}` takes {wanted}, not {found}"
    label = "{found} here"

    name: str
    wanted: str
    found: int


@frozen
class UnknownUnit(Diagnostic):
    """A quantity is in a unit that is not known.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); budget = 3 weeks }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); budget = 3 hours }
    """

    code = "HT267"
    title = "no unit is called `{name}`"
    label = "not a unit"

    name: str
    known: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        listed = Note("the units are `epochs`, `steps`, `seconds`, `min` and `hours`")
        # A word after the start of a hyperparameter is read as a unit, too.
        words = (*self.known, "frozen", "per", "spread")
        return (*did_you_mean(self.name, words), listed)
