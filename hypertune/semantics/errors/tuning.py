"""Tuning: optimisers and lengths."""

from __future__ import annotations

from attrs import frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Span


@frozen
class MissingOptimiser(Diagnostic):
    """A method moves something, and the block does not say with which optimiser.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune { method = delta_stn; weights = sgd(lr = 0.1); epochs = 1 }

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

    code = "HT641"
    title = "`{method}` needs an optimiser for `{role}`"
    label = "`{role}` is missing"

    method: str
    role: str

    def children(self) -> tuple[Note | Help, ...]:
        return (Help(f"write, for example, `{self.role} = adam(lr = 0.01)`"),)


@frozen
class UnusedOptimiser(Diagnostic):
    """A block names an optimiser for something that its method does not move.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01); epochs = 1 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT642"
    severity = "warning"
    title = "`{method}` has no use for an optimiser of `{role}`"
    label = "not used"

    role: str
    method: str


@frozen
class MissingLength(Diagnostic):
    """A block does not say how long to train.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1) }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT643"
    title = "the length of the training is missing"
    label = "how long?"

    def children(self) -> tuple[Note | Help, ...]:
        return (Help("write `epochs = 10`, `steps = 1_000` or `budget = 30 min`"),)


@frozen
class LengthTwice(Diagnostic):
    """A block says in two ways how long to train.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1; steps = 100 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT644"
    title = "the length of the training is said twice"
    label = "and again by `{key}`"

    key: str
    first: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (Note("said here", self.first), Help("keep one of them"))


@frozen
class NotALength(Diagnostic):
    """A length of training is not positive, not whole, or in the wrong unit.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 0 }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT645"
    title = "`{key}` is no such length"
    label = "{wanted}"

    key: str
    unit: str

    def fill(self, template: str) -> str:
        wanted = f"a positive whole number of {self.unit} is wanted"
        if self.unit == "seconds":
            wanted = "a time such as `30 min` is wanted"
        return template.format(key=self.key, wanted=wanted)


@frozen
class InSeconds(Diagnostic):
    """An option of a method is a time, where only steps and epochs can be counted.

    A run that is taken up again, or repeated elsewhere, is the same only if it does not depend on
    the speed of the machine. `budget` alone is a time.

    Wrong:

        hspec 1
        hyper p : rate = 0.3
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; dropout(p); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune {
          method = stn(warmup = 30 s); weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper p : rate = 0.3
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; dropout(p); linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune {
          method = stn(warmup = 30 steps); weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT646"
    title = "`{name}` cannot be a time"
    label = "counted in steps or epochs"

    name: str

    def children(self) -> tuple[Note | Help, ...]:
        return (
            Help(f"write, for example, `{self.name} = 5 epochs` or `{self.name} = 200 steps`"),
        )


@frozen
class EndlessSchedule(Diagnostic):
    """A schedule goes down to the end of the run, and nobody knows how many epochs that is.

    Without `t_max`, `cosine` takes the length of the run; a `budget` is a time.

    Wrong:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); schedule = cosine; budget = 30 min }

    Right:

        hspec 1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy; valid = cross_entropy }
        tune {
          method = fixed; weights = sgd(lr = 0.1)
          schedule = cosine(t_max = 50); budget = 30 min
        }
    """

    code = "HT647"
    title = "`{schedule}` has no end under a `budget`"
    label = "`t_max` is missing"

    schedule: str
    budget: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (
            Note("the length of the run is a time", self.budget),
            Help(f"write `{self.schedule}(t_max = …)`, in epochs, or give the run `epochs`"),
        )
