"""What a plan says, held against what is then built and run."""

import json
import runpy
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner

from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.lowering import place
from hypertune.lowering.network import lower
from hypertune.optimisers.making import optimiser
from hypertune.planning import ceiling, plan, print_plan
from hypertune.response.parameters import split_parameters
from hypertune.standard import STANDARD

HOUSE = Path(__file__).parents[1]
QUICKSTART = (HOUSE / "specs" / "quickstart.hspec").read_text(encoding="utf-8")
CONVOLUTIONS = """\
hspec 1
hyper p, q : rate = 0.1
data { source = digits; split = (train = 50%, valid = 50%); batch = 64 }
model (1, 8, 8) given * {
  conv2d(24, 3, padding = 1)
  relu; max_pool2d(2)
  dropout2d(p)
  conv2d(48, 3, padding = 1)
  gelu
  flatten
  dropout(q)
  linear(10)
}
objective { train = cross_entropy; valid = cross_entropy }
tune delta { method = delta_stn; weights = sgd(lr = 0.1); hypers = sgd(lr = 0.1); epochs = 3 }
tune stn { method = stn; weights = adam(lr = 0.01); hypers = sgd(lr = 0.1); steps = 70 }
tune plain { method = fixed; weights = rmsprop(lr = 0.01); budget = 2 min }
"""


def program_of(text):
    return place(compile_text(text).program, STANDARD, ("cpu",))


def lengths(tune):
    found = plan(program_of(CONVOLUTIONS), STANDARD, tune).length
    return found.examples, found.per_epoch, found.steps, found.epochs, found.seconds


def test_parameters_are_those_of_the_network():
    program = program_of(CONVOLUTIONS)
    base, response = split_parameters(lower(program, STANDARD))
    found = plan(program, STANDARD)
    assert found.total("base") == sum(p.numel() for p in base.values())
    assert found.total("response") == sum(p.numel() for p in response.values())


def test_length_is_told_in_steps_and_epochs():
    assert lengths("delta") == (899, 15, 45, 3, None)
    assert lengths("stn") == (899, 15, 70, 70 / 15, None)
    assert lengths("plain") == (899, 15, None, None, 120)


MEMORY = runpy.run_path(str(HOUSE / "benchmarks" / "memory.py"))
PENALISED = CONVOLUTIONS.replace(
    """conv2d(24, 3, padding = 1)
  relu; max_pool2d(2)
  dropout2d(p)
  conv2d(48, 3, padding = 1)
  gelu
  flatten
""",
    "flatten; linear(1200); relu; dropout(p); linear(1200); tanh\n",
).replace("train = cross_entropy", "train = cross_entropy + l2(1e-4)")


def planned_and_measured(program, tune):
    planned = plan(program, STANDARD, tune).memory["cpu"].peak
    return planned, MEMORY["measured"](program, tune, 2)


TEXTS = {"convolutions": CONVOLUTIONS, "l2": PENALISED, "l1": PENALISED.replace("l2(", "l1(")}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("tune", ["delta", "stn", "plain"])
def test_memory_is_what_a_training_takes_within_a_quarter(text, tune):
    planned, measured = planned_and_measured(program_of(TEXTS[text]), tune)
    assert planned == pytest.approx(measured, rel=0.25)


@pytest.mark.parametrize("batch", [8, 128])
@pytest.mark.parametrize("tune", ["delta_stn", "stn", "fixed"])
def test_memory_of_a_graph_is_what_a_training_takes_within_a_quarter(tune, batch):
    program = dict(MEMORY["programs"]())["graph"]
    program = evolve(program, data=evolve(program.data, batch=batch))
    planned, measured = planned_and_measured(program, tune)
    assert planned == pytest.approx(measured, rel=0.25)


DIFFERENTIATED = """\
hspec 1
hyper p : rate = 0.1 frozen
hyper decay : log(1e-6, 1) = 1e-3 per batch
hyper decays[weight] : log(1e-6, 1) = 1e-3
hyper keep[example] : rate = 0.9
data { source = digits; split = (train = 50%, valid = 50%); batch = 64 }
model (1, 8, 8) { LAYERS; linear(10) }
objective {
  train = cross_entropy(weight = keep) + l2(decays) + l1(decay)
  valid = cross_entropy
}
tune tuned {
  method = METHOD; weights = adam(lr = 0.01); hypers = sgd(lr = 0.1, momentum = 0.5); epochs = 3
}
"""
STEPS = {
    "identity": "implicit(solver = identity, inner_steps = 3)",
    "neumann": "implicit(solver = neumann, inner_steps = 3)",
    "cg": "implicit(inner_steps = 3)",
    "nystrom": "implicit(solver = nystrom(rank = 3), inner_steps = 3)",
    "window": "unrolled(window = 5)",
    "long window": "unrolled(window = 17)",
    "truncated": "unrolled(window = 12, truncated = 4)",
    "forward": 'unrolled(window = 3, mode = "forward")',
}


@pytest.mark.parametrize("method", STEPS.values(), ids=STEPS)
def test_memory_of_a_differentiated_step_is_what_it_takes_within_a_quarter(method):
    layers = "conv2d(8, 3); relu; flatten; linear(100); tanh"
    text = DIFFERENTIATED.replace("METHOD", method).replace("LAYERS", layers)
    if "forward" in method:
        text = text.replace("= 1e-3\nhyper keep", "= 1e-3 frozen\nhyper keep")
        text = text.replace("= 0.9", "= 0.9 frozen")
    planned, measured = planned_and_measured(program_of(text), "tuned")
    assert planned == pytest.approx(measured, rel=0.25)


SOLVED = """\
hspec 1
hyper decays[weight] : log(1e-6, 1) = 0.1
data { source = digits; split = (train = 60, valid = 50); batch = all }
model (1, 8, 8) { flatten; linear(200); tanh; linear(10) }
objective { train = cross_entropy + l2(decays); valid = cross_entropy }
tune tuned { method = METHOD; steps = 2 }
"""
SOLVING = {
    "hoag": "hoag(tolerance = 1e-12, max_inner = 60)",
    "maid": "maid(strong_convexity = 0.05, smoothness = 10, max_inner = 5)",
}


@pytest.mark.parametrize("method", SOLVING.values(), ids=SOLVING)
def test_memory_of_solves_is_what_they_take_within_a_quarter(method):
    program = program_of(SOLVED.replace("METHOD", method))
    planned, measured = planned_and_measured(program, "tuned")
    assert planned == pytest.approx(measured, rel=0.25)


def test_a_plan_says_how_long_a_step_of_solves_may_be():
    shown = print_plan(plan(program_of(SOLVED.replace("METHOD", SOLVING["hoag"])), STANDARD))
    assert shown.splitlines()[-2:] == [
        "60 examples in batches of 60: 1 step an epoch, 2 steps in 2 epochs",
        "a step is as long as what it solves: at most 60 gradients, or products with the Hessian, "
        "for each",
    ]


def test_memory_of_an_exact_solve_has_room_for_the_hessian():
    """Which is made twice, by the solve and within it; a product is taken for each weight."""
    text = DIFFERENTIATED.replace("LAYERS", "flatten; linear(8)")
    few, exact = (
        plan(program_of(text.replace("METHOD", f"implicit(solver = {solver})")), STANDARD)
        for solver in ("cg", "exact")
    )
    more = exact.memory["cpu"].step - few.memory["cpu"].step
    assert more == pytest.approx(2 * 4 * 610**2, rel=0.25)


def test_parts_that_are_not_evaluated_do_not_count():
    text = CONVOLUTIONS.replace("valid = 50%", "valid = 1%").replace("batch = 64", "batch = 1")
    memory = plan(program_of(text), STANDARD, "plain").memory["cpu"]
    assert memory.evaluation < plan(program_of(CONVOLUTIONS), STANDARD).memory["cpu"].evaluation


CALLS = ["sgd(lr = 0.1)", "sgd(lr = 0.1, momentum = 0.9)", "rmsprop(centered = true)"]
CALLS += ["adam(amsgrad = true)", "rmsprop(momentum = 0.1)"]
CALLS += ["adam", "adamw", "nadam", "radam", "rmsprop", "adagrad", "adadelta", "adamax", "asgd"]


@pytest.mark.parametrize("written", CALLS)
def test_optimiser_keeps_as_many_numbers_as_declared(written):
    import torch

    from hypertune.catalogue import OptimiserType

    text = CONVOLUTIONS.replace("rmsprop(lr = 0.01)", written)
    call = program_of(text).tune("plain").optimisers["weights"]
    weight = torch.zeros(1000, requires_grad=True)
    made = optimiser(call, STANDARD).make([weight])
    weight.sum().backward()
    made.step()
    kept = sum(v.numel() for v in made.state[weight].values() if isinstance(v, torch.Tensor))
    slots = STANDARD.of(OptimiserType)[call.kind].slots(call.args)
    assert kept // 1000 == slots


def test_auto_is_spread_over_the_devices_named():
    text = QUICKSTART.replace("given * {", "given * on auto {")
    asked = ["plan", "-", "--json", "--devices", "cpu,cuda:0,cuda:1"]
    done = CliRunner().invoke(main, asked, input=text)
    found = json.loads(done.stdout)
    assert list(found["memory"]) == ["cuda:0", "cuda:1"]
    assert {layer["device"] for layer in found["layers"]} == {"cuda:0", "cuda:1"}
    assert found["memory"]["cuda:1"]["data"] == 0


def test_table_ends_with_the_length():
    shown = print_plan(plan(program_of(CONVOLUTIONS), STANDARD))
    assert shown.splitlines()[-2:] == [
        "899 examples in batches of 64: 15 steps an epoch, 45 steps in 3 epochs",
        "nothing is tuned: hyperparameters are first tuned after step 80",
    ]
    assert "peak" in shown


def test_a_second_training_is_part_of_the_plan():
    program = program_of(QUICKSTART)
    tunes = tuple(evolve(tune, refit="best") for tune in program.tunes)
    lines = print_plan(plan(evolve(program, tunes=tunes), STANDARD)).splitlines()
    assert lines[-2] == "then trained again until the best epoch, on the validation part, too"


def test_first_turn_is_where_hyperparameters_begin_to_move():
    found = plan(program_of(QUICKSTART), STANDARD).length
    assert (found.first_turn, found.too_short) == (6 * 5 + 5, False)
    plain = plan(program_of(QUICKSTART), STANDARD, "untuned").length
    assert (plain.first_turn, plain.too_short) == (None, False)


def test_spec_with_a_tune_block_that_is_not_there_is_wrong_usage():
    done = CliRunner().invoke(main, ["plan", "quickstart", "--tune", "tunde"])
    assert done.exit_code == 2
    assert "did you mean `tuned`" in done.stderr


def test_device_that_cannot_be_is_wrong_usage():
    done = CliRunner().invoke(main, ["plan", "quickstart", "--devices", "cpu,cuda"])
    assert done.exit_code == 2
    assert "'cuda' is no device" in done.stderr


def test_a_training_in_bf16_is_planned_as_one_in_float32():
    text = CONVOLUTIONS.replace("epochs = 3 }", "precision = bf16; epochs = 3 }")
    peak = plan(program_of(text), STANDARD, "delta").memory["cpu"].peak
    assert peak == plan(program_of(CONVOLUTIONS), STANDARD, "delta").memory["cpu"].peak


@pytest.mark.parametrize("text", [QUICKSTART, CONVOLUTIONS], ids=["quickstart", "convolutions"])
def test_what_is_said_without_measuring_is_far_above_what_is_measured(text):
    program = program_of(text)
    for tune in program.tunes:
        memory = plan(program, STANDARD, tune.name).memory
        assert ceiling(program, tune, STANDARD) > 10 * memory["cpu"].peak


def test_nothing_is_said_without_measuring_of_steps_that_are_more_than_passes():
    program = compile_text((HOUSE / "specs" / "ridge.hspec").read_text(encoding="utf-8")).program
    assert ceiling(program, program.tune(""), STANDARD) is None


@pytest.mark.parametrize(
    ("method", "copies"),
    [("fixed", 1), ("population(members = 4)", 4), ("hypernet", 3), ("hypernet(hidden = 7)", 8)],
)
def test_a_plan_counts_every_copy_of_the_weights_that_a_method_has(method, copies):
    hypers = "" if method == "fixed" or "pop" in method else "hypers = sgd(lr = 0.1); "
    block = f"tune m {{ method = {method}; weights = adam(lr = 0.1); {hypers}epochs = 1 }}"
    program = program_of(f"{CONVOLUTIONS[: CONVOLUTIONS.index('tune delta')]}{block}")
    base = sum(costs.base for costs in STANDARD.costs(program))
    found = plan(program, STANDARD, "m").memory["cpu"]
    assert (found.weights, found.optimiser) == (4 * copies * base, 8 * copies * base)
