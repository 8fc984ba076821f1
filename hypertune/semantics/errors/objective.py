"""Objectives: what can be summed, and what fits the targets."""

from __future__ import annotations

from hypertune.diagnostics import Diagnostic, Example, Span


class NotASum(Diagnostic):
    """An objective holds something else than losses and penalties."""

    code = "HT621"
    title = "an objective is a sum of losses and penalties"
    label = "neither a loss nor a penalty"
    example = Example(inside="objective.train = cross_entropy + …", wrong="1", right="l2(1e-3)")


class NotAFactor(Diagnostic):
    """A loss is multiplied by something that is no number, or divided by zero."""

    code = "HT622"
    title = "a loss can be multiplied by a constant number only"
    label = "no such number"
    example = Example(inside="objective.train = … * cross_entropy", wrong='"half"', right="0.5")


class NoLoss(Diagnostic):
    """A side of the objective has penalties only, so that the targets play no part in it."""

    code = "HT623"
    title = "`{side}` has no loss, only penalties"
    label = "nothing here reads the targets"
    example = Example(wrong="objective.train = l2(1e-3)")

    side: str


class PenaltyInValid(Diagnostic):
    """The validation loss holds a penalty.

    Hyperparameters are tuned on the validation loss; a penalty in it is mostly a slip, since
    tuning would then lower the penalty and not the error.
    """

    code = "HT624"
    severity = "warning"
    title = "the validation loss holds the penalty `{name}`"
    label = "counted against the hyperparameters"
    example = Example(
        inside="objective.… = cross_entropy + l2(1e-3)", wrong="valid", right="train"
    )

    name: str


class TunedInValid(Diagnostic):
    """The validation loss takes a hyperparameter directly that is tuned to lower it.

    Tuning then need not improve the network: it can lower the loss by the hyperparameter alone, as
    a weight that goes to zero takes the whole loss with it. What judges the hyperparameters has to
    stay the same while they move. Pass a constant there, or declare the hyperparameter `frozen`.

    Where the direct effect is wanted, such as a penalty on the size of what is tuned, `direct`
    names the hyperparameters that may have one.
    """

    code = "HT626"
    title = "the validation loss takes `{name}` directly, which is tuned to lower it"
    label = "the loss can be lowered by moving this alone"
    notes = (("place", "`{method}` tunes it"),)
    help = (
        "write a constant here, or declare the hyperparameter `frozen`",
        "if this is meant, write `direct = {name}` beside `valid`",
    )
    example = Example(
        both="""
            hyper w : real(0, 2) = 1
            model (1, 8, 8) given * { flatten; linear(10) }
            objective.train = cross_entropy(weight = w)
            tune.method = delta_stn
            tune.hypers = adam(lr = 0.01)
        """,
        wrong="objective.valid = cross_entropy(weight = w)",
    )

    name: str
    method: str
    place: Span


class NothingPenalised(Diagnostic):
    """A penalty on weights names a layer that has none, or has that of another.

    Penalties are on the weights of linear maps, convolutions, embeddings and recurrent layers, and
    not on biases, gains or slopes.
    """

    code = "HT628"
    title = "`{name}` penalises weights, and `{layer}` has none of its own"
    label = "without weights that penalties are on"
    notes = (("place", "this is what it names"),)
    example = Example(
        both="model (1, 8, 8) { flatten; linear(16) as hidden; relu as active; linear(10) }",
        inside="objective.train = cross_entropy + l2(1e-3, of = …)",
        wrong="active",
        right="hidden",
    )

    name: str
    layer: str
    place: Span
