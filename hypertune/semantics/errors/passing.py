"""Hyperparameters that stand where they cannot, or may take values that they must not."""

from __future__ import annotations

from attrs import frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Span


@frozen
class HyperInArithmetic(Diagnostic):
    """A hyperparameter is counted with.

    Expressions are constant. A hyperparameter changes while the network trains, so it is passed
    by name to an argument that can be tuned.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(2 * decay); valid = cross_entropy }
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

    code = "HT401"
    title = "the hyperparameter `{name}` cannot be counted with"
    label = "expressions are constant"

    name: str

    def children(self) -> tuple[Note | Help, ...]:
        return (Help(f"pass `{self.name}` by itself to an argument that can be tuned"),)


@frozen
class ConstantWanted(Diagnostic):
    """A hyperparameter is passed to an argument that cannot be tuned.

    Wrong:

        hspec 1
        hyper width : int(8, 64) = 16
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(width); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        let width = 16
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(width); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT408"
    title = "`{argument}` of `{kind}` cannot be tuned"
    label = "`{name}` is a hyperparameter; a constant is wanted"

    kind: str
    argument: str
    name: str


@frozen
class DomainTooWide(Diagnostic):
    """A hyperparameter may take values that the argument it is passed to cannot.

    Wrong:

        hspec 1
        hyper drop : real(0, 2) = 0.1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drop); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        hyper drop : rate = 0.1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drop); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT409"
    title = "`{name}` may leave the range of `{argument}` of `{kind}`"
    label = "must be {wanted}"

    kind: str
    argument: str
    name: str
    wanted: str
    bounds: str
    declared: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (
            Note(f"its domain goes from {self.bounds}", self.declared),
            Help("declare a domain within that range"),
        )


@frozen
class WholeDomainWanted(Diagnostic):
    """An argument that counts is tuned by a hyperparameter that is not a whole number.

    Wrong:

        hspec 1
        hyper holes : real(0, 4) = 1
        data {
          source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64
          augment = cutout(holes, 2)
        }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        hyper holes : int(0, 4) = 1
        data {
          source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64
          augment = cutout(holes, 2)
        }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT410"
    title = "`{argument}` of `{kind}` is a whole number"
    label = "`{name}` need not be whole"

    kind: str
    argument: str
    name: str
    declared: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (
            Note("declared here", self.declared),
            Help("declare it with the domain `int(lo, hi)`"),
        )


@frozen
class PerBatchWanted(Diagnostic):
    """An argument cannot differ between the examples of a batch.

    STN-like methods draw a value for each example of a batch, or with `per batch` one for all.
    An `l1` penalty has no closed form per example.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l1(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l1(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT411"
    title = "`{argument}` of `{kind}` is one number for the whole batch"
    label = "`{name}` is drawn for each example"

    kind: str
    argument: str
    name: str
    declared: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (Note("declared here", self.declared), Help("declare it `per batch`"))
