"""With `refit` a network is trained again, on training and validation part together."""

import csv
import signal

import numpy as np
import pytest
import torch
from attrs import evolve
from tiny import STUDY, TINY

import hypertune
from hypertune import STANDARD, SpecError, compile_text
from hypertune.data.loading import load
from hypertune.ir import Call
from hypertune.jobs.influencing import ask
from hypertune.jobs.scheduling import schedule_table
from hypertune.lowering import place
from hypertune.runs import NoInfluence
from hypertune.runtime import Refitting, Stepped
from hypertune.tuning import prepare


def again(text, block="tuned", until="last"):
    head, _, tail = text.partition(f"tune {block} {{")
    return f"{head}tune {block} {{\n  refit = {until}{tail}"


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "again.hspec"
    path.write_text(again(TINY))
    return path


@pytest.fixture(scope="module")
def run(spec, tmp_path_factory):
    return hypertune.train(spec, out=tmp_path_factory.mktemp("runs") / "run")


def both(program):
    """The data as a user would put training and validation part together by hand."""
    sets = load(program.data, STANDARD)
    x = torch.cat([sets.train.x, sets.valid.x])
    return evolve(sets, train=evolve(sets.train, x=x, y=torch.cat([sets.train.y, sets.valid.y])))


def trained(program, **changes):
    """Plain weights and test loss of an independent training on both parts."""
    tune = program.tunes[0]
    weights = {"weights": tune.optimisers["weights"]}
    tune = evolve(tune, optimisers=weights, refit=None, **changes)
    program = place(evolve(program, tunes=(tune,)), STANDARD, ("cpu",))
    prepared = prepare(program, sets=both(program))
    for _ in prepared.training.run():
        pass
    return prepared.plain_state(), prepared.evaluate("test")["test_loss"]


def assert_kept(run, weights, loss):
    kept = run.state_dict()
    assert kept.keys() == weights.keys()
    for name, tensor in weights.items():
        assert torch.equal(kept[name], tensor), name
    assert run.summary["refit"]["test_loss"] == loss


def test_what_is_kept_is_an_independent_training_through_the_same_schedule(run, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(schedule_table(run))
    values = [row["hypers"]["decay"] for row in run.events]
    assert values[-1] != values[0], "nothing was tuned, and nothing is replayed"
    replay = Call("schedule", {"file": str(table)})
    assert_kept(run, *trained(run.program, method=replay))


def test_the_best_trial_of_a_study_is_trained_again(tmp_path):
    path = tmp_path / "s.hspec"
    path.write_text(again(STUDY, "s"))
    run = hypertune.train(path, tune="s", out=tmp_path / "run")
    found = run.summary["best"]["hypers"]["decay"]
    assert run.summary["refit"]["hypers"]["decay"] == pytest.approx(found)
    starts = tuple(evolve(h, start=found, frozen=True) for h in run.program.hypers)
    program = evolve(run.program, hypers=starts, tunes=(run.program.tune("s"),))
    weights, loss = trained(program, method=Call("fixed"))
    assert run.summary["refit"]["test_loss"] == pytest.approx(loss, rel=1e-5)
    for name, tensor in weights.items():
        torch.testing.assert_close(run.state_dict()[name], tensor)


def test_it_ends_at_the_best_epoch_or_at_the_last(tmp_path):
    path = tmp_path / "s.hspec"
    wrong = TINY.replace("batch  = 64", "batch = 64; corrupt = labels(100%)")
    path.write_text(again(wrong, "plain", "best").replace("sgd(lr = 0.05)", "sgd(lr = 1)"))
    run = hypertune.train(path, tune="plain", epochs=8, out=tmp_path / "run")
    best, last, refit = (run.summary[name]["epoch"] for name in ("best", "last", "refit"))
    assert best < last, "wrong labels are to be learnt"
    assert refit == best


def test_a_cosine_goes_as_far_as_it_went_before():
    text = again(TINY, until="best").replace("epochs  = 4", "epochs  = 4; schedule = cosine")
    program = place(compile_text(text).program, STANDARD, ("cpu",))
    from hypertune.tuning.refitting import refitted

    found = refitted(prepare(program), STANDARD, "", 3.0)
    assert found.tune.schedule.args["t_max"] == 4


def test_the_kept_network_gives_the_measured_numbers(run):
    test = load(run.program.data, STANDARD).test
    accuracy = (run.model()(test.scaling.apply(test.x)).argmax(1) == test.y).float().mean().item()
    assert accuracy == pytest.approx(run.summary["refit"]["test_accuracy"])
    assert not {name for name in run.summary["refit"] if name.startswith("valid_")}


def test_no_example_of_the_test_part_is_trained_on(tmp_path):
    rng = np.random.default_rng(0)
    found = []
    for test in (rng.normal(size=(9, 3)), np.full((9, 3), 7.0)):
        for name, rows in (("a", np.random.default_rng(1).normal(size=(60, 3))), ("b", test)):
            with (tmp_path / f"{name}.csv").open("w", newline="") as file:
                csv.writer(file).writerows([["x", "z", "y"], *rows.tolist()])
        spec = tmp_path / "s.hspec"
        spec.write_text(TABLE)
        found.append(hypertune.train(spec, out=tmp_path / f"run{len(found)}"))
    one, other = found
    assert one.summary["refit"]["test_loss"] != other.summary["refit"]["test_loss"]
    assert one.folder.model.read_bytes() == other.folder.model.read_bytes()


TABLE = """\
hspec 1
hyper decay : log(1e-6, 1) = 1e-2 per batch
data {
  source = csv("a.csv", target = "y", test = "b.csv")
  split  = (train = 60%, valid = 40%, seed = 0)
  batch  = all
  scale  = standardize
}
model (2,) given * { linear(1) }
objective { train = mse + l2(decay); valid = mse }
tune {
  method  = delta_stn(warmup = 5 epochs)
  weights = sgd(lr = 0.05)
  hypers  = sgd(lr = 0.1)
  epochs  = 30
  refit   = last
}
"""


def test_both_parts_are_trained_on_and_the_test_part_stays():
    sets = load(compile_text(TINY).program.data, STANDARD)
    found = sets.together()
    assert torch.equal(found.train.y, torch.cat([sets.train.y, sets.valid.y]))
    assert torch.equal(found.train.x, torch.cat([sets.train.x, sets.valid.x]))
    assert found.test is sets.test


def test_stopped_while_it_trains_again_it_goes_on_to_the_same_end(spec, run, tmp_path):
    seen = []

    def interrupt(event):
        if isinstance(event, Refitting) and isinstance(event.event, Stepped):
            seen.append(event.event.step)
            if len(seen) in (3, 5):
                signal.raise_signal(signal.SIGINT)

    stopped = hypertune.train(spec, out=tmp_path / "run", sinks=[interrupt])
    assert not stopped.folder.ended
    assert not hypertune.resume(stopped.path, sinks=[interrupt]).folder.ended
    hypertune.resume(stopped.path, sinks=[interrupt])
    assert seen == list(range(1, len(seen) + 1))
    numbers = [{k: v for k, v in r.summary.items() if k != "seconds"} for r in (run, stopped)]
    assert numbers[0] == numbers[1]
    assert run.folder.model.read_bytes() == stopped.folder.model.read_bytes()


def test_a_network_that_saw_the_validation_part_is_not_asked_what_helped_it_there(run):
    with pytest.raises(NoInfluence, match="trained on the validation part as well"):
        ask(run)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("decay : log(1e-8, 1) = 1e-2 per batch", "decay[weight] : log(1e-8, 1) = 1e-2", "weight"),
        (
            "digits\n  split  = (train = 10%, valid = 10%, test = 10%)",
            "python_docs\n window = 9",
            "texts",
        ),
        ("epochs  = 4", "epochs = 4; schedule = plateau", "goes by the validation loss"),
    ],
)
def test_what_cannot_be_trained_again_is_refused(old, new, why):
    text = again(TINY).replace(old, new)
    text = text.replace(
        "delta_stn(warmup = 1 epochs, train_steps = 2, valid_steps = 1)", "implicit"
    )
    with pytest.raises(SpecError) as refused:
        compile_text(text)
    found = [mistake for mistake in refused.value.diagnostics if mistake.code == "HT652"]
    assert len(found) == 1
    assert why in found[0].why
