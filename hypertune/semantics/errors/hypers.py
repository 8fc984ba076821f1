"""Hyperparameters that are declared in a way that cannot be."""

from __future__ import annotations

from attrs import frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Span


@frozen
class MissingStart(Diagnostic):
    """A hyperparameter has no value to start from.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT402"
    title = "`{names}` has no start"
    label = "write `= START` after the domain"

    names: str


@frozen
class NotAStart(Diagnostic):
    """A hyperparameter starts from something that is not in its domain at all.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = "small" per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT403"
    title = "the start must be {wanted}"
    label = "this is {found}"

    found: str
    wanted: str


@frozen
class StartOutside(Diagnostic):
    """A hyperparameter starts on or beyond a bound of its domain.

    Methods move a free value that runs from minus to plus infinity between the bounds; at a
    bound itself it would be infinite. The bounds of `int` are included.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = 1 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT404"
    title = "the start {value} is not inside its domain"
    label = "must lie {wanted}"

    value: str
    wanted: str
    domain: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (Note("the domain", self.domain),)


@frozen
class NotASize(Diagnostic):
    """A vector of hyperparameters has no sensible number of items.

    Wrong:

        hspec 1
        hyper drops[0] : rate = 0.1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        hyper drops[2] : rate = 0.1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drops[0]); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT405"
    title = "this is no number of hyperparameters"
    label = "a whole number from 1 to {most:_} is wanted"

    most: int


@frozen
class NotASpread(Diagnostic):
    """A spread is not a positive number.

    The spread is the standard deviation of the perturbations of the free value.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch spread 0
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch spread 0.5
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT406"
    title = "this is no spread"
    label = "a positive number is wanted"
