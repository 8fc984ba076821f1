"""A term of an objective can read what leaves a labelled layer."""

from types import SimpleNamespace

import pytest
import torch

from hypertune.compiler import compile_text
from hypertune.emitting.spec_text import print_spec
from hypertune.ir import Label, from_json, to_json
from hypertune.losses.on_outputs import ACTIVATION, TEMPORAL
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.tuning import prepare
from specs import findings

SPEC = """
hspec 1
hyper alpha : positive = 0.5
data { source = digits; split = (train = 10%, valid = 10%, test = 10%); batch = 64 }
model (1, 8, 8) given * { flatten; linear(16) as states; tanh; linear(10) }
objective {
  train = cross_entropy + activation(alpha, of = states)
  valid = cross_entropy
}
tune {
  method = METHOD(warmup = 0); weights = sgd(lr = 0.05); hypers = adam(lr = 0.05); steps = 20
}
"""


def prepared(method="delta_stn"):
    program = compile_text(SPEC.replace("METHOD", method)).program
    return prepare(place(program, STANDARD, ("cpu",)))


@pytest.mark.parametrize("linearised", [False, True])
def test_a_penalty_reads_the_labelled_output_as_the_method_does(linearised):
    made = prepared()
    problem, state = made.training.problem, made.training.state
    weights = {name: torch.randn_like(w) for name, w in state.weights.items()}
    sample = made.training.passes.train(0)
    here_H = problem.hypers.start_H
    delta_BH = 0.3 * torch.randn(64, 1)
    at = problem.hypers.conditioning(here_H + delta_BH, delta_BH, linearised=linearised)
    inner, _ = problem.inner(weights, at, sample)
    outer, _ = problem.outer(weights, at, sample)

    base = {n.removeprefix("layers.states."): w for n, w in weights.items() if ".states." in n}
    x = made.sets.train.scaling.apply(sample.batch.inputs).flatten(1)
    y = x @ base["weight"].T + base["bias"]
    y = y + (delta_BH @ base["response.weight_scale"].T) * (x @ base["response.weight"].T)
    y = y + (delta_BH @ base["response.bias_scale"].T) * base["response.bias"]
    expected = (at.values["alpha"] * y.square().mean(1)).mean()
    torch.testing.assert_close(inner - outer, expected, rtol=1e-4, atol=1e-5)


def steps(y_BTH):
    return torch.stack([y_BTH[:, 1] - y_BTH[:, 0], y_BTH[:, 2] - y_BTH[:, 1]], 1)


@pytest.mark.parametrize(("kind", "of"), [(ACTIVATION, lambda y: y), (TEMPORAL, steps)])
def test_a_penalty_on_outputs_is_the_mean_over_examples(kind, of):
    y_BTH, strength_B = torch.randn(4, 3, 5), torch.rand(4)
    given = SimpleNamespace(outputs={"of": y_BTH}, argument=lambda name, args: strength_B)
    found = kind.build({"strength": None, "of": None})(given)
    torch.testing.assert_close(found, (strength_B * of(y_BTH).square().mean((1, 2))).mean())


@pytest.mark.parametrize("method", ["stn", "delta_stn"])
def test_its_strength_can_be_tuned(method):
    made = prepared(method)
    before = made.training.state.unconstrained_H.clone()
    list(made.training.run())

    assert not torch.equal(made.training.state.unconstrained_H, before)


def test_a_label_in_an_objective_is_printed_and_read_again():
    program = compile_text(SPEC.replace("METHOD", "stn")).program
    assert program.objective.train[1].loss.args["of"] == Label("states")
    assert from_json(to_json(program)) == program
    again = compile_text(print_spec(program)).program
    assert again.objective == program.objective


def test_a_label_that_nobody_made_is_refused():
    text = SPEC.replace("of = states", "of = stats").replace("METHOD", "stn")
    (found,) = findings(text)
    assert (found.code, found.name) == ("HT212", "stats")
    assert "did you mean `states`?" in str(found.children())
