"""A checkpoint is taken up only if it is of the program's own making."""

import random
import sys
from pathlib import Path

import pytest
import torch
from tiny import TINY

from hypertune.compiler import compile_text
from hypertune.data.loading import load
from hypertune.lowering import place
from hypertune.runs.checkpoint import Checkpoint, encode, read_checkpoint
from hypertune.runtime import Reported
from hypertune.runtime.templates import mismatch, size_of, template
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

sys.path.insert(0, str(Path(__file__).parent / "fuzzing"))
from run_folders import mutated_tree

OPTIMISERS = (
    "sgd(lr = 0.05)",
    "sgd(lr = 0.05, momentum = 0.9)",
    "adam(lr = 0.01)",
    "adam(lr = 0.01, amsgrad = true)",
    "adamw(lr = 0.01)",
    "nadam",
    "radam",
    "rmsprop(lr = 0.01, centered = true, momentum = 0.5)",
    "adagrad",
    "adadelta",
    "adamax",
    "asgd",
)
SCHEDULES = (
    "step(1)",
    "multi_step((1, 2))",
    "exponential(0.5)",
    "cosine",
    "cosine_warm_restarts(1, t_mult = 2)",
    "linear",
    "constant",
    "polynomial",
    "plateau(patience = 0)",
)


@pytest.fixture(scope="module")
def sets():
    return load(compile_text(TINY).program.data, STANDARD)


def prepared(sets, tune="tuned", weights=OPTIMISERS[1], hypers="adam(lr = 0.05)", more=""):
    text = TINY.replace("sgd(lr = 0.05, momentum = 0.9)", weights)
    text = text.replace("adam(lr = 0.05)", f"{hypers}\n  {more}")
    program = place(compile_text(text).program, STANDARD, ("cpu",), "cpu")
    return prepare(program, tune, STANDARD, sets).training


def trained(training, reports=3):
    for event in training.run():
        if isinstance(event, Reported):
            reports -= 1
            if not reports:
                training.stop()
    return training.snapshot()


def assert_fits(sets, **how):
    like = template(prepared(sets, **how))
    assert mismatch(prepared(sets, **how).snapshot(), like) == ""
    tree = trained(prepared(sets, **how))
    assert mismatch(tree, like) == ""
    fresh = prepared(sets, **how)
    fresh.restore(tree)
    assert mismatch(fresh.snapshot(), like) == ""


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_what_an_optimiser_keeps_is_known_before_it_moves(sets, optimiser):
    assert_fits(sets, weights=optimiser, hypers=optimiser)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_what_a_schedule_keeps_fits(sets, schedule):
    assert_fits(sets, more=f"schedule = {schedule}")


def test_plain_training_fits(sets):
    assert_fits(sets, tune="plain")


def test_a_template_has_no_numbers_and_leaves_the_training_alone(sets):
    training = prepared(sets)
    like = template(training)
    assert size_of(like) > 3 * 64 * 10 * 4
    assert like["state"]["base"]["optimiser"]["state"][0]["momentum_buffer"].is_meta
    untouched = prepared(sets)
    assert encode(Checkpoint(0, 0, _without_time(training))) == encode(
        Checkpoint(0, 0, _without_time(untouched))
    )


def _without_time(training):
    return training.snapshot() | {"seconds": 0.0}


@pytest.fixture(scope="module")
def both(sets):
    return trained(prepared(sets, weights="adam(lr = 0.01)")), template(
        prepared(sets, weights="adam(lr = 0.01)")
    )


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("state/base/optimiser/state/0/exp_avg", torch.zeros(1), "is not a tensor"),
        ("state/base/optimiser/state/0/exp_avg", torch.zeros(10, 64).double(), "is not a tensor"),
        ("state/base/optimiser/state/0/step", torch.tensor(-1.0), "counts no steps"),
        ("state/base/optimiser/state/0/step", torch.tensor(float("nan")), "counts no steps"),
        ("state/base/optimiser/state/0", {}, "lacks `exp_avg`"),
        ("state/base/optimiser/state/9", {}, "not of its parameters"),
        ("state/base/optimiser/param_groups/0/fused", False, "fused is not True"),
        ("state/base/optimiser/param_groups/0/lr", float("nan"), "no number that it can be"),
        ("state/base/optimiser/param_groups/0/lr", -1.0, "no number that it can be"),
        ("state/base/optimiser/param_groups/0/betas", (0.9, 1.5), "is no share"),
        ("state/base/optimiser/param_groups/0/params", [1, 0], "is not [0, 1]"),
        ("state/base/optimiser/param_groups", [], "is not a list of 1"),
        ("state/base/optimiser", None, "has no parts"),
        ("step", -1, "no number that it can be"),
        ("step", True, "no number that it can be"),
        ("best", float("nan"), "no number that it can be"),
        ("loss", torch.zeros(3), "should be empty"),
        ("seconds", float("inf"), "no number that it can be"),
        ("statistics/residual", torch.zeros(7), "is no statistics of a step"),
        ("statistics/residual", 1.0, "is no statistics of a step"),
        ("passes/states/train/hidden", torch.zeros(3), "lacks `hidden`"),
        ("more", 1, "lacks `more`, or has it and should not"),
    ],
)
def test_what_no_training_writes_is_refused(both, path, value, words):
    tree, like = both
    assert words in mismatch(_with(tree, path.split("/"), value), like)


def _with(tree, keys, value):
    if not keys:
        return value
    key = int(keys[0]) if keys[0].isdigit() else keys[0]
    if isinstance(tree, list):
        return [_with(v, keys[1:], value) if i == key else v for i, v in enumerate(tree)]
    return tree | {key: _with(tree.get(key), keys[1:], value)}


def test_mutants_are_refused_or_go_on(sets, both, tmp_path):
    tree, like = both
    refused = 0
    for seed in range(60):
        path = tmp_path / "c"
        path.write_bytes(encode(Checkpoint(0, 0, tree)))
        state = read_checkpoint(path).state
        mutated_tree(state, random.Random(seed))
        if mismatch(state, like):
            refused += 1
            continue
        training = prepared(sets, weights="adam(lr = 0.01)")
        training.restore(state)
        trained(training, 1)
    assert 30 < refused < 60
