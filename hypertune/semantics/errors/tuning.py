"""Tuning: optimisers and lengths."""

from __future__ import annotations

from hypertune.diagnostics import TUNED, Diagnostic, Example, Span


class MissingOptimiser(Diagnostic):
    """A method moves something, and the block does not say with which optimiser."""

    code = "HT641"
    title = "missing optimiser for `{role}`, which `{method}` needs"
    label = "`{role}` is missing"
    help = "write, for example, `{role} = adam(lr = 0.01)`"
    example = Example(lacks="tune.hypers", of=TUNED)

    method: str
    role: str


class UnusedOptimiser(Diagnostic):
    """A block names an optimiser for something that its method does not move."""

    code = "HT642"
    severity = "warning"
    title = "unused optimiser for `{role}`"
    label = "`{method}` does not use it"
    example = Example(wrong="tune.hypers = adam(lr = 0.01)")

    role: str
    method: str


class MissingLength(Diagnostic):
    """A block does not say how long to train."""

    code = "HT643"
    title = "missing length of the training"
    label = "how long?"
    help = "write `epochs = 10`, `steps = 1_000` or `budget = 30 min`"
    example = Example(lacks="tune.epochs")


class EndlessSchedule(Diagnostic):
    """A schedule goes down to the end of the run, and nobody knows how many epochs that is.

    Without `t_max`, `cosine` takes the length of the run; a `budget` is a time.
    """

    code = "HT647"
    title = "`{schedule}` has no end under a `budget`"
    label = "`t_max` is missing"
    notes = (("budget", "the length of the run is a time"),)
    help = "write `{schedule}(t_max = …)`, in epochs, or give the run `epochs`"
    example = Example(
        inside="tune { method = fixed; weights = adam; schedule = …; budget = 30 min }",
        wrong="cosine",
        right="cosine(50)",
    )

    schedule: str
    budget: Span


class NoRule(Diagnostic):
    """A method differentiates through the steps of an optimiser that nobody has written out.

    Torch's own steps work in place; a method can look inside of those that have an update rule.
    """

    code = "HT648"
    title = "`{method}` cannot differentiate through `{optimiser}`"
    label = "has no update rule"
    notes = (("place", "the method"),)
    help = "optimisers that have one: {able}"
    example = Example(
        both="""
            tune.method = unrolled
            tune.hypers = adam(lr = 0.01)
        """,
        inside="tune.weights = …",
        wrong="adagrad",
        right="adam",
    )

    optimiser: str
    method: str
    place: Span
    able: tuple[str, ...]


class CannotRefit(Diagnostic):
    """A network is to be trained again on examples of which something is not known.

    `refit` adds the validation examples to the training part, and replays the hyperparameters of
    the run with the optimiser of its weights. A text has parts that do not go on one after the
    other; values that are tuned for each example or weight are not kept over time; `plateau` goes
    by a validation loss that is then one of training; and `hoag` and `maid` solve for the weights
    instead of training them.
    """

    code = "HT652"
    title = "`refit` cannot train this network again"
    label = "{why}"
    example = Example(
        both="data.batch = all",
        inside="tune { method = …; weights = adam; epochs = 5; refit = best }",
        wrong="hoag",
        right="fixed",
    )

    why: str


class WantsWholeBatch(Diagnostic):
    """A method solves its problem instead of following a stream of batches.

    Its losses must stay the same from step to step, so each batch is the whole training part.
    """

    code = "HT651"
    title = "`{method}` needs the whole training part in each batch"
    label = "solves one problem"
    help = "write `batch = all` in `data`"
    example = Example(
        wrong="tune { method = hoag; steps = 5 }",
        right="""
            data.batch = all
            tune { method = hoag; steps = 5 }
        """,
    )

    method: str
