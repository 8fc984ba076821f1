"""Several processes at one training: each reads some rows of a batch, and all end as one would."""

import os
import signal
import socket
import subprocess
import sys

import pytest
import torch
from attrs import frozen
from click.testing import CliRunner
from test_runs_resuming import KILLED

import hypertune
from hypertune.cli.entry import main
from hypertune.compiler import compile_text
from hypertune.conditioning import Rows
from hypertune.distributed import Processes
from hypertune.jobs.together import check_method, check_together
from hypertune.lowering import place
from hypertune.response.dropout import kept_shares
from hypertune.runtime import SINGLE
from hypertune.runtime.peers import Single
from hypertune.standard import STANDARD
from hypertune.tuning import prepare
from hypertune.uses import CannotTrain

SPEC = """\
hspec 1
hyper drop, shade : rate = 0.2
hyper decay : log(1e-8, 1) = 1e-2 per batch spread 0.2
data {
  source = digits
  split = (train = 10%, valid = 10%, test = 10%)
  augment = gaussian_noise(shade)
  batch = 63
}
model (1, 8, 8) given * { flatten; linear(16); relu; dropout(drop); linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy; report = accuracy }
tune delta {
  method  = delta_stn(warmup = 1 epochs, train_steps = 1, valid_steps = 1)
  weights = sgd(lr = 0.05, momentum = 0.9)
  hypers  = adam(lr = 0.05)
  epochs  = 3
  clip    = 1.0
}
tune stn {
  method  = stn(warmup = 1 epochs, train_steps = 1, valid_steps = 1, valid_share = 0.3)
  weights = sgd(lr = 0.05, momentum = 0.9)
  hypers  = adam(lr = 0.05)
  epochs  = 3
}
tune shares {  # of an odd number of rows, and of one, which only one of two processes has
  method  = delta_stn(warmup = 1 epochs, train_steps = 1, response_share = 0.3, valid_share = 0.01)
  weights = sgd(lr = 0.05, momentum = 0.9)
  hypers  = adam(lr = 0.05)
  epochs  = 3
}
"""


@frozen
class Half(Single):
    """One of two processes that nobody averages over."""

    number: int = 0

    def rows(self, total):
        return Processes(self.number, 2).rows(total)


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "two.hspec"
    path.write_text(SPEC)
    return path


def side_by_side(*words):
    """Two processes as torchrun starts them: what they return and what they say."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2"}
    place["OMP_NUM_THREADS"] = "1"  # as torchrun does; sums depend on it in the last bits
    going = [
        subprocess.Popen(
            [sys.executable, *map(str, words)],
            env={**os.environ, **place, "RANK": rank, "LOCAL_RANK": rank},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in "01"
    ]
    said = [process.communicate()[0] for process in going]
    return [(process.returncode, text) for process, text in zip(going, said, strict=True)]


def numbers(run):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in run.events]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_parts_are_all_rows_and_count_as_many(size):
    for total in (1, 2, 6, 7, 63):
        parts = [Processes(rank, size).rows(total) for rank in range(size)]
        counted = torch.zeros(total)
        for part in parts:
            counted[part.first : part.first + part.count] += part.share / part.count
        torch.testing.assert_close(counted, torch.full((total,), size / total))


def test_masks_are_those_of_the_whole_batch():
    def drawn(shape, rows=None):
        torch.manual_seed(0)
        return kept_shares(shape, 0.5, torch.ones(1), rows)

    whole = drawn((7, 5, 3))
    parts = [drawn((n, 5, 3), Rows(first, n, 7)) for first, n in ((0, 3), (3, 4))]
    assert torch.equal(torch.cat(parts), whole)


@pytest.mark.parametrize("method", ["delta", "stn"])
def test_gradients_of_parts_are_in_the_mean_those_of_the_whole(method):
    program = place(compile_text(SPEC).program, STANDARD, ("cpu",))
    found = []
    for peers in (SINGLE, Half(number=0), Half(number=1)):
        training = prepare(program, method, peers=peers).training
        state, hypers = training.state, training.problem.hypers
        noise_BH = 0.3 * torch.randn(63, len(hypers.names), generator=torch.manual_seed(1))
        response_BH = noise_BH if method == "delta" else noise_BH + state.unconstrained_H
        conditioning = hypers.conditioning(
            state.unconstrained_H + noise_BH, response_BH, linearised=method == "delta"
        )
        loss = training.passes.inner(state.for_both, conditioning, training.passes.train(0))
        wanted = [*state.response.trainable.values(), *state.base.trainable.values()]
        grads = torch.autograd.grad(loss, wanted, materialize_grads=True)
        found.append([loss.detach(), *grads])
    for whole, *parts in zip(*found, strict=True):
        torch.testing.assert_close(sum(parts) / 2, whole, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("method", ["delta", "stn", "shares"])
def test_two_processes_end_like_one(method, spec, tmp_path):
    one = hypertune.train(spec, tune=method, out=tmp_path / "one")
    words = ["-m", "hypertune", "train", spec, "--tune", method, "--out", tmp_path / "two"]
    (code, text), (other, silence) = side_by_side(*words)
    assert (code, other) == (0, 0), text + silence
    assert "run folder" in text
    assert "run folder" not in silence
    two = hypertune.load_run(tmp_path / "two")
    assert two.about.processes == 2
    for row, whole in zip(two.events, one.events, strict=True):
        for name in ("train_loss", "valid_loss"):
            assert row[name] == pytest.approx(whole[name], abs=1e-6)
        assert row["hypers"] == pytest.approx(whole["hypers"], abs=1e-6)
    for name, weight in one.state_dict().items():
        torch.testing.assert_close(two.state_dict()[name], weight, atol=1e-6, rtol=1e-5)
    assert two.summary["best"]["test_loss"] == pytest.approx(
        one.summary["best"]["test_loss"], abs=1e-6
    )


def test_two_processes_that_are_killed_go_on_exactly(spec, tmp_path):
    train = ["-m", "hypertune", "train", spec, "--out", tmp_path / "calm"]
    assert [code for code, _ in side_by_side(*train)] == [0, 0]
    (killed, _), (lost, said) = side_by_side("-c", KILLED, spec, tmp_path / "run", "step", 5)
    assert killed == -signal.SIGKILL
    assert lost == 1
    assert "another process of this training cannot be reached" in said
    resumed = side_by_side("-m", "hypertune", "resume", tmp_path / "run")
    assert [code for code, _ in resumed] == [0, 0], resumed
    calm, run = hypertune.load_run(tmp_path / "calm"), hypertune.load_run(tmp_path / "run")
    assert numbers(run) == numbers(calm)
    assert run.folder.model.read_bytes() == calm.folder.model.read_bytes()


def test_what_any_process_wishes_all_do():
    class Other(Single):
        size = 2

        def any(self, wishes):
            return [
                wish or (place == 1 and training.step == 2) for place, wish in enumerate(wishes)
            ]

    program = place(compile_text(SPEC).program, STANDARD, ("cpu",))
    training = prepare(program, "delta", peers=Other(size=2)).training
    *_, end = training.run()
    assert str(end.outcome) == "interrupted at step 2"


@pytest.mark.parametrize("method", ["implicit", "unrolled", "random_search", "population"])
def test_methods_are_refused_whose_gradients_are_not_averaged(method):
    with pytest.raises(CannotTrain, match=f"`{method}` trains in one"):
        check_method(method)


def test_statistics_of_a_batch_are_refused():
    text = SPEC.replace("linear(16);", "linear(16); batch_norm1d;")
    prepared = prepare(place(compile_text(text).program, STANDARD, ("cpu",)), "delta")
    with pytest.raises(CannotTrain, match="statistics of a batch"):
        check_together(prepared, STANDARD)


def test_other_commands_are_refused_under_torchrun(spec, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    result = CliRunner().invoke(main, ["check", str(spec)])
    assert result.exit_code == 2
    assert "run `check` without torchrun" in result.stderr
