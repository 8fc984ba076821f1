"""What methods can tune, and what layers can respond to."""

from __future__ import annotations

from hypertune.diagnostics import TUNED, Diagnostic, Example, Span


class UnusedHyper(Diagnostic):
    """A hyperparameter is declared and is the argument of nothing.

    Weights may respond to it, but nothing changes with it, so there is nothing to tune.
    """

    code = "HT421"
    severity = "warning"
    title = "unused hyperparameter `{name}`"
    label = "passed to no argument"
    example = Example(
        both="hyper drop : rate = 0.1",
        right="model (1, 8, 8) { flatten; dropout(drop); linear(10) }",
    )

    name: str


class CannotFollow(Diagnostic):
    """A method is asked to tune a hyperparameter that it cannot follow.

    Each use of a hyperparameter says what the training loss is in it: smooth (penalties, loss
    weights), stochastic (dropout rates), discrete (cutout holes), or of the optimiser (learning
    rates). A method can follow some of these, and of optimisers only that of `weights`: no loss
    depends on how the hyperparameters themselves are moved.
    """

    code = "HT422"
    title = "`{method}` cannot tune `{name}`"
    label = "{use} here"
    notes = (("place", "`{method}` follows no such use"),)
    help = "{repair}"
    example = Example(
        wrong="""
            hyper rate_of_learning : log(1e-4, 1) = 0.1
            tune.weights = sgd(lr = rate_of_learning)
        """,
        of=TUNED,
    )

    method: str
    name: str
    use: str
    place: Span
    able: tuple[str, ...]

    @property
    def repair(self) -> str:
        """What can be done about it."""
        otherwise = f"declare `{self.name}` as `frozen`, or pass a constant"
        return self.fill("methods that can: {able}") if self.able else otherwise


class NothingResponds(Diagnostic):
    """A method learns how the weights respond to the hyperparameters, and no layer responds."""

    code = "HT423"
    title = "no layer responds to any hyperparameter"
    label = "`{method}` needs layers that respond"
    notes = (("place", "the method"),)
    help = "write `given *` after the shape of the model"
    example = Example(wrong="model (1, 8, 8) { flatten; linear(10) }", of=TUNED)

    method: str
    place: Span


class NoResponse(Diagnostic):
    """A hyperparameter can be tuned only by the response of the weights to it, and there is none.

    The training loss has no gradient in a dropout rate or a number of holes; a response method
    sees such a hyperparameter only through layers that are `given` it.
    """

    code = "HT424"
    title = "`{method}` cannot tune `{name}`: no layer responds to it"
    label = "given to no layer"
    notes = (("use", "used here, where the loss has no gradient in it"),)
    help = "write `given {name}` after a layer, or `given *` on the model"
    example = Example(
        both="hyper drop : rate = 0.1",
        wrong="model (1, 8, 8) { flatten; dropout(drop); linear(10) given decay }",
        right="model (1, 8, 8) { flatten; dropout(drop); linear(10) given decay, drop }",
        of=TUNED,
    )

    name: str
    method: str
    use: Span


class ResponseMissed(Diagnostic):
    """A response method tunes a hyperparameter that no layer responds to.

    It still has a gradient where it stands in the losses, but its effect through the weights,
    mostly the larger part, is not seen.
    """

    code = "HT425"
    severity = "warning"
    title = "no layer responds to `{name}`"
    label = "`{method}` will not see what it does to the weights"
    notes = (("use", "used here"),)
    help = "write `given {name}` after a layer, or `given *` on the model"
    example = Example(
        both="hyper drop : rate = 0.1",
        wrong="model (1, 8, 8) { flatten; dropout(drop); linear(10) given drop }",
        right="model (1, 8, 8) { flatten; dropout(drop); linear(10) given drop, decay }",
        of=TUNED,
    )

    name: str
    method: str
    use: Span


class CannotRespond(Diagnostic):
    """`given` stands after a layer that has no weights, or none that can respond.

    A layer with `tied = NAME` has the weight of another: it is that one which responds.
    """

    code = "HT426"
    title = "`{layer}` has no weights that could respond"
    label = "nothing that could respond"
    help = "{advice}"
    example = Example(
        wrong="model (1, 8, 8) { flatten; linear(10) given decay; relu given decay }",
        right="model (1, 8, 8) { flatten; linear(10) given decay; relu }",
        of=TUNED,
    )

    layer: str
    tied: bool

    @property
    def advice(self) -> str:
        """What to do with a layer that has the weight of another."""
        owner = "its weight is that of another layer, which may respond; write `given none`"
        return owner if self.tied else ""


class CannotFollowEach(Diagnostic):
    """A method tunes single numbers, and is asked to tune one for every example or weight.

    A best response has a column for each hyperparameter; it cannot have one for every weight,
    and neither can forward mode. A search draws a value for each, if there are no more than a
    hundred: of more, its trials would say next to nothing. Such hyperparameters stay at their
    start with `frozen`, or with `method = fixed`.
    """

    code = "HT427"
    title = "`{method}` cannot tune `{name}`: there is one for every {over}"
    label = "one for every {over}"
    notes = (
        ("declared", "declared here"),
        ("place", "the method is chosen here"),
        ("", "a search takes up to {most} of them{counted}"),
    )
    help = (
        "declare it `frozen`, or one `{name}` for all",
        "methods that can: {able}",
    )
    example = Example(
        wrong="""
            hyper decays[weight] : log(1e-8, 1) = 1e-3
            model (1, 8, 8) { flatten; linear(10) }
            objective.train = cross_entropy + l2(decays)
        """,
        lacks="hyper decay",
        of=TUNED,
    )

    method: str
    name: str
    over: str
    place: Span
    declared: Span
    able: tuple[str, ...]
    most: int | None = None  # that a search takes; None of another method
    entries: int | None = None

    @property
    def counted(self) -> str:
        """How many there are, as far as that is known."""
        if self.entries is None:
            return ", and how many there are is not known before it trains"
        return f", and there are {self.entries:_}"


class FarPerturbation(Diagnostic):
    """The weights are trained on perturbed penalties, some of which are too strong to learn from.

    `stn` trains the weights themselves on perturbed values of the hyperparameters. Where one
    standard deviation (`spread`) takes the strength of a penalty beyond 0.1, so many steps push
    all weights to zero that a training may not recover. `delta_stn` trains the weights on the
    current values alone, and does not have this weakness.
    """

    code = "HT429"
    severity = "warning"
    title = "one deviation takes the penalty of `{name}` from {start} to {reach}"
    label = "perturbed too far"
    notes = (("place", "`{method}` trains the weights on perturbed values"),)
    help = "declare it with a smaller spread, such as `spread 0.3`, or use `delta_stn`"
    example = Example(
        both="tune.method = stn",
        wrong="hyper decay : log(1e-8, 1) = 1e-2 per batch",
        right="hyper decay : log(1e-8, 1) = 1e-2 per batch spread 0.3",
        of=TUNED,
    )

    name: str
    start: str
    reach: str
    method: str
    place: Span


class CannotSearch(Diagnostic):
    """A method draws values from the domain of a hyperparameter, and the domain is unbounded.

    `real` and `positive` go on for ever, so nothing can be drawn evenly from them.
    """

    code = "HT430"
    title = "`{method}` cannot search `{name}`: its domain is unbounded"
    label = "unbounded"
    notes = (("place", "the method"),)
    help = "give it ends, such as `{bounded}`"
    example = Example(
        both="""
            objective.train = cross_entropy + l2(decay)
            tune.method = random_search
        """,
        inside="hyper decay : … = 1e-3",
        wrong="positive",
        right="log(1e-8, 1)",
    )

    name: str
    positive: bool
    method: str
    place: Span

    @property
    def bounded(self) -> str:
        return "log(1e-6, 1e3)" if self.positive else "real(-10, 10)"


class PriorIgnored(Diagnostic):
    """A hyperparameter has a `prior`, and a method does not use it.

    A prior is added to the validation loss that a method descends. The searches and `population`
    compare plain validation losses instead, `hypergradient_descent` descends the training loss,
    and a method that tunes nothing has nothing to hold.
    """

    code = "HT431"
    severity = "warning"
    title = "`prior` has no effect with {methods}"
    label = "not used"
    notes = (("place", "the method is chosen here"),)
    help = "methods that use it: {able}; with others, a narrower domain bounds the values"
    example = Example(
        both="tune { method = random_search; weights = sgd(lr = 0.1); epochs = 1 }",
        wrong="hyper decay : log(1e-8, 1) = 1e-3 per batch prior 0.5",
        right="hyper decay : log(1e-4, 1e-2) = 1e-3 per batch",
        of=TUNED,
    )

    methods: tuple[str, ...]
    place: Span
    able: tuple[str, ...]
