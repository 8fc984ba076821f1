"""The shipped quickstart tunes: a short run of it leaves its bad guess and gains by that."""

import pytest

from hypertune import STANDARD, compile
from hypertune.data.loading import load
from hypertune.jobs.order import Order
from hypertune.lowering import place
from hypertune.runtime import Reported
from hypertune.tuning import prepare

EPOCHS = 25


@pytest.fixture(scope="module")
def last():
    """By block, the last report."""
    compiled = compile("quickstart", [f"tune.epochs={EPOCHS}"])
    program = place(compiled, STANDARD, ("cpu",))
    found = {}
    for tune in program.tunes:
        events = prepare(program, tune.name).training.run()
        *_, found[tune.name] = (event for event in events if isinstance(event, Reported))
    return found


def test_its_hyperparameters_leave_the_bad_guess_downwards(last):
    starts, now = last["untuned"].hypers, last["tuned"].hypers
    assert all(now[name] < 0.8 * starts[name] for name in starts)


def test_its_validation_loss_falls_below_that_of_the_guess(last):
    assert last["tuned"].valid_loss < 0.8 * last["untuned"].valid_loss


def test_the_guess_of_the_untuned_block_stays(last):
    assert last["untuned"].hypers == pytest.approx(
        {"drop_in": 0.6, "drop_1": 0.6, "drop_2": 0.6, "decay": 0.001}
    )


def test_its_split_keeps_its_seed_unless_another_is_asked_for():
    def training_part(*settings):
        program = compile("quickstart", settings)
        return load(Order(program, seed=3).settled.data, STANDARD).train.x

    asked = training_part("data.split=(train = 20%, valid = 40%, test = 40%, seed = 3)")
    assert training_part().equal(load(compile("quickstart").data, STANDARD).train.x)
    assert not training_part().equal(asked)
