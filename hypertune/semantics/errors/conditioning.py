"""What methods can tune, and what layers can answer to."""

from __future__ import annotations

from attrs import frozen

from hypertune.diagnostics import Diagnostic, Help, Note, Span


@frozen
class UnusedHyper(Diagnostic):
    """A hyperparameter is declared and is the argument of nothing.

    Weights may answer to it, but nothing changes with it, so there is nothing to tune.

    Wrong:

        hspec 1
        hyper drop : rate = 0.1
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
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

    code = "HT421"
    severity = "warning"
    title = "the hyperparameter `{name}` is never used"
    label = "passed to no argument"

    name: str


@frozen
class CannotFollow(Diagnostic):
    """A method is asked to tune a hyperparameter that it cannot follow.

    Each use of a hyperparameter says what the training loss is in it: smooth (penalties, loss
    weights), stochastic (dropout rates), discrete (cutout holes), or of the optimiser (learning
    rates). A method can follow some of these.

    Wrong:

        hspec 1
        hyper rate_of_learning : log(1e-4, 1) = 0.1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) given * { flatten; linear(10) }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = rate_of_learning); hypers = adam(lr = 0.01)
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

    code = "HT422"
    title = "`{method}` cannot tune `{name}`"
    label = "{use} here"

    method: str
    name: str
    use: str
    place: Span
    able: tuple[str, ...]

    def children(self) -> tuple[Note | Help, ...]:
        note = Note(f"`{self.method}` follows no such use", self.place)
        if not self.able:
            return (note, Help(f"declare `{self.name}` as `frozen`, or pass a constant"))
        others = ", ".join(f"`{name}`" for name in self.able)
        return (note, Help(f"methods that can: {others}"))


@frozen
class NothingAnswers(Diagnostic):
    """A method learns how the weights answer to the hyperparameters, and no layer answers.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
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

    code = "HT423"
    title = "no layer answers to any hyperparameter"
    label = "`{method}` needs layers that answer"

    method: str
    place: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (
            Note("the method", self.place),
            Help("write `given *` after the shape of the model"),
        )


@frozen
class Unanswered(Diagnostic):
    """A hyperparameter can be tuned only by what the weights answer to it, and none does.

    The training loss has no gradient in a dropout rate or a number of holes; a response method
    sees such a hyperparameter only through layers that are `given` it.

    Wrong:

        hspec 1
        hyper drop : rate = 0.1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drop); linear(10) given decay }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper drop : rate = 0.1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drop); linear(10) given decay, drop }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT424"
    title = "`{method}` cannot tune `{name}`: no layer answers to it"
    label = "given to no layer"

    name: str
    method: str
    use: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (
            Note("used here, where the loss has no gradient in it", self.use),
            Help(f"write `given {self.name}` after a layer, or `given *` on the model"),
        )


@frozen
class UnansweredInPart(Diagnostic):
    """A response method tunes a hyperparameter that no layer answers to.

    It still has a gradient where it stands in the losses, but its effect through the weights,
    mostly the larger part, is not seen.

    Wrong:

        hspec 1
        hyper drop : rate = 0.1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drop); linear(10) given drop }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper drop : rate = 0.1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; dropout(drop); linear(10) given drop, decay }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT425"
    severity = "warning"
    title = "no layer answers to `{name}`"
    label = "`{method}` will not see what it does to the weights"

    name: str
    method: str
    use: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (
            Note("used here", self.use),
            Help(f"write `given {self.name}` after a layer, or `given *` on the model"),
        )


@frozen
class CannotRespond(Diagnostic):
    """`given` stands after a layer that has no weights, or none that can answer.

    A layer with `tied = NAME` has the weight of another: it is that one which answers.

    Wrong:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) given decay; relu given decay }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }

    Right:

        hspec 1
        hyper decay : log(1e-8, 1) = 1e-3 per batch
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) given decay; relu }
        objective { train = cross_entropy + l2(decay); valid = cross_entropy }
        tune {
          method = delta_stn; weights = sgd(lr = 0.1); hypers = adam(lr = 0.01)
          epochs = 1
        }
    """

    code = "HT426"
    title = "`{layer}` has no weights that could answer"
    label = "nothing to answer with"

    layer: str
    tied: bool

    def children(self) -> tuple[Note | Help, ...]:
        owner = Help("its weight is that of another layer, which may answer; write `given none`")
        return (owner,) if self.tied else ()


@frozen
class CannotFollowEach(Diagnostic):
    """A method tunes single numbers, and is asked to tune one for every example or weight.

    A best response has a column for each hyperparameter; it cannot have one for every weight.
    Such hyperparameters stay at their start with `frozen`, or with `method = fixed`.

    Wrong:

        hspec 1
        hyper decays[weight] : log(1e-8, 1) = 1e-3
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy + l2(decays); valid = cross_entropy }
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

    code = "HT427"
    title = "`{method}` cannot tune `{name}`: there is one for every {over}"
    label = "one for every {over}"

    method: str
    name: str
    over: str
    place: Span
    declared: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (
            Note("declared here", self.declared),
            Note("the method is chosen here", self.place),
            Help(f"declare it `frozen`, or one `{self.name}` for all"),
        )


@frozen
class CannotAnswerToEach(Diagnostic):
    """Weights are to answer to a hyperparameter of which there is one for every example or weight.

    Wrong:

        hspec 1
        hyper decays[weight] : log(1e-8, 1) = 1e-3 frozen
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) given decays }
        objective { train = cross_entropy + l2(decays); valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }

    Right:

        hspec 1
        hyper decays[weight] : log(1e-8, 1) = 1e-3 frozen
        data { source = digits; split = (train = 60%, valid = 20%, test = 20%); batch = 64 }
        model (1, 8, 8) { flatten; linear(10) }
        objective { train = cross_entropy + l2(decays); valid = cross_entropy }
        tune { method = fixed; weights = sgd(lr = 0.1); epochs = 1 }
    """

    code = "HT428"
    title = "no layer can answer to `{name}`: there is one for every {over}"
    label = "one for every {over}"

    name: str
    over: str
    declared: Span

    def children(self) -> tuple[Note | Help, ...]:
        return (Note("declared here", self.declared),)
