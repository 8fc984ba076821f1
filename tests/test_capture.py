"""Losses that are recorded once and replayed: the same numbers, and nothing written twice.

What records here does on the CPU what a CUDA graph does on a GPU: at each replay it reads the
tensors that it was recorded on and writes those that it gave. With `HYPERTUNE_DEVICE=cuda` CUDA
graphs do it as well.
"""

import json
from contextlib import contextmanager
from os import environ
from unittest.mock import create_autospec

import pytest
import torch
from click.testing import CliRunner
from taking_up import run_from
from tiny import STUDY, TINY
from torch.testing import assert_close

from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.jobs.job import resume
from hypertune.lowering import place, visible_devices
from hypertune.runtime import captured, cuda_graph, inductor, traced
from hypertune.standard import STANDARD
from hypertune.tuning import compiler, prepare

DEVICE = environ.get("HYPERTUNE_DEVICE", "cpu")
TUNES = """
tune delta { method = delta_stn(warmup = 1, train_steps = 2, response_share = 0.5)
  weights = sgd(lr = 0.1, momentum = 0.9); hypers = rmsprop(lr = 0.1); steps = 7 }
tune stn { method = stn(warmup = 1, train_steps = 2)
  weights = adam(lr = 0.01); hypers = rmsprop(lr = 0.1); steps = 7 }
"""
IMAGES = f"""
hspec 1
hyper p, q : rate = 0.3
hyper decay : log(1e-8, 1) = 1e-3 per batch spread 0.3 fixed
data {{ source = digits; split = (train = 130, valid = 60); batch = 60 }}
model (1, 8, 8) given * {{ conv2d(4, 3); batch_norm2d; relu; flatten; dropout(p); linear(10) }}
objective {{ train = cross_entropy + l2(decay); valid = cross_entropy }}
{TUNES}"""
TEXT = f"""
hspec 1
hyper p, words_out, kept : rate = 0.2
data {{ source = text("train.txt", valid = "valid.txt"); batch = 4; window = 3 }}
model (tokens) given * {{
  embedding(6, dropout = words_out); lstm(6, weight_dropout = kept); locked_dropout(p)
  linear(vocabulary)
}}
objective {{ train = cross_entropy; valid = cross_entropy }}
{TUNES}""".replace("rate = 0.2", "rate = 0.2 per batch")
SPECS = {"images": IMAGES, "text": TEXT}
on_a_gpu = pytest.mark.skipif(
    not DEVICE.startswith("cuda"), reason="of a GPU: HYPERTUNE_DEVICE=cuda"
)


class Recorder:
    """Counts recordings and replays; what it gave before is spoilt at each replay."""

    def __init__(self):
        self.recorded = self.replayed = 0

    def __call__(self, function, device):
        self.recorded += 1
        given = [None if t is None else t.clone() for t in function()]

        def replay():
            self.replayed += 1
            for one, t in zip(given, function(), strict=True):
                if one is not None:
                    one.fill_(-1).copy_(t)
            return given

        return replay


@pytest.fixture(autouse=True)
def text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, lines in (("train", 20), ("valid", 7)):
        (tmp_path / f"{name}.txt").write_text("the cat sat on the mat and so did he\n" * lines)


def trained(spec, tune, compiled, restored=None, steps=None, device="cpu"):
    """Words, and a snapshot after so many steps; from a snapshot of before, if there is one."""
    program = compile_text(SPECS.get(spec, spec), "a.hspec").program
    program = place(program, STANDARD, visible_devices(), device)
    training = prepare(program, tune, compiled=compiled).training
    return run_from(training, restored, steps)


def assert_same(found, other):
    for part in ("state", "passes", "loss", "best", "statistics"):
        assert_close(found[part], other[part], rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize(
    ("spec", "tune"), [("images", "delta"), ("images", "stn"), ("text", "stn")]
)
def test_a_training_that_is_replayed_is_the_training_by_graphs(spec, tune):
    recorder = Recorder()
    notes, found = trained(spec, tune, captured(traced, recorder))
    assert all(note.startswith("made a graph") for note in notes), notes
    assert recorder.replayed > 7 > recorder.recorded
    assert_same(found, trained(spec, tune, traced)[1])


def test_a_training_that_is_replayed_goes_on_bit_for_bit():
    whole = trained("text", "delta", captured(traced, Recorder()))[1]
    half = trained("text", "delta", captured(traced, Recorder()), steps=4)[1]
    assert_same(trained("text", "delta", captured(traced, Recorder()), half)[1], whole)


class Sum(torch.nn.Module):
    """A weight times an input, the input, and nothing."""

    def forward(self, weight, x):
        return [weight @ x, x, None]


def recording(recorder, weights=1):
    w, x = torch.arange(6.0).view(2, 3), torch.ones(3)
    run = captured(traced, recorder)(Sum(), [w, x], weights)
    return run, w, x


def test_weights_are_read_where_they_are_and_the_rest_where_it_was_recorded():
    run, w, x = recording(Recorder())
    w.mul_(2)
    found, _, nothing = run(w, 3 * x)
    assert_close(found, w @ (3 * x))
    assert nothing is None
    assert_close(x, torch.ones(3))


def test_what_a_replay_gave_is_not_written_again():
    run, w, x = recording(Recorder())
    product, same, _ = run(w, x)
    run(w, 2 * x)
    assert_close(product, w @ x)
    assert_close(same, x)
    assert same.data_ptr() != x.data_ptr()


@pytest.mark.parametrize("other", [lambda w: w + 1, lambda w: w.t().contiguous().t()])
def test_other_weights_are_not_replayed_and_leave_the_first_alone(other):
    recorder = Recorder()
    run, w, x = recording(recorder)
    before, elsewhere = w.clone(), other(w)
    assert_close(run(elsewhere, x)[0], elsewhere @ x)
    assert recorder.replayed == 0
    assert_close(w, before)
    assert_close(run(w, x)[0], w @ x)
    assert recorder.replayed == 1


def test_a_recording_that_reads_an_old_batch_is_not_used():
    def forgetful(function, device):
        given = function()
        return lambda: given

    notes, found = trained("images", "stn", captured(traced, forgetful), steps=4)
    assert len([note for note in notes if "gives other numbers" in note]) == 2
    assert_same(found, trained("images", "stn", None, steps=4)[1])


def test_what_torch_does_not_record_is_evaluated_as_it_is():
    def refusing(function, device):
        function()
        raise RuntimeError("operation not permitted when stream is capturing")

    notes, found = trained("images", "delta", captured(traced, refusing), steps=3)
    assert notes[0].endswith(
        "evaluated as it is: operation not permitted when stream is capturing"
    )
    assert_same(found, trained("images", "delta", None, steps=3)[1])


def test_a_short_last_batch_is_not_recorded():
    sizes = []

    def watching(graph, given, weights):
        sizes.extend(len(t) for t in given if t.shape[1:] == (1, 8, 8))
        return graph

    trained("images", "stn", captured(watching, Recorder()))
    assert set(sizes) == {60}  # and not 10


def test_nothing_is_recorded_without_a_cuda_device_or_on_several():
    program = compile_text(IMAGES).program
    there = ("cpu", "cuda:0", "cuda:1")
    notes = []
    on_cpu = compiler(place(program, STANDARD, there, "cpu"), False, True, notes)
    spread = compiler(place(program, STANDARD, there, "auto"), False, True, notes)
    on_one = compiler(place(program, STANDARD, there, "cuda:1"), False, True, notes)
    assert (on_cpu, spread) == (None, None)
    assert on_one is not None
    assert notes == [
        "layers are on cpu, which is no CUDA device: nothing is captured",
        "layers are on several devices: nothing is captured",
    ]


def test_a_run_keeps_what_was_asked_for_and_tells_that_there_is_none(tmp_path, monkeypatch):
    (tmp_path / "tiny.hspec").write_text(TINY)
    words = ["train", "tiny.hspec", "--device", "cpu", "--epochs", "1", "--cuda-graphs"]
    found = CliRunner().invoke(main, [*words, "--out", "run"])
    assert found.exit_code == 0, found.output
    assert "layers are on cpu, which is no CUDA device: nothing is captured" in found.output
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (about["compiled"], about["captured"]) == (False, True)
    asked = []
    monkeypatch.setattr("hypertune.jobs.job.compiler", lambda *given: asked.append(given[1:3]))
    (tmp_path / "run" / "summary.json").unlink()  # as if it had not ended
    resume(tmp_path / "run")
    assert asked == [(False, True)]


def test_the_trainings_of_a_study_are_not_captured(tmp_path):
    (tmp_path / "study.hspec").write_text(STUDY)
    words = ["train", "study.hspec", "--tune", "s", "--device", "cpu", "--cuda-graphs"]
    found = CliRunner().invoke(main, [*words, "--out", "run"])
    assert "note: the trainings of a study are neither compiled nor captured" in found.output
    assert not json.loads((tmp_path / "run" / "run.json").read_text())["captured"]


@pytest.mark.parametrize("spec", SPECS)
def test_a_graph_waits_for_no_device_and_holds_no_numbers_of_the_host(spec):
    found = set()

    def noting(graph, given, weights):
        found.update(node.op for node in graph.graph.nodes)
        found.update(str(node.target).removeprefix("aten.") for node in graph.graph.nodes)
        return graph

    trained(spec, "stn", noting, steps=3)
    assert "mm.default" in found
    forbidden = {"get_attr", "_local_scalar_dense.default", "nonzero.default", "equal.default"}
    assert not found & forbidden


@on_a_gpu
@pytest.mark.parametrize(
    "compiled", [None, captured(traced, cuda_graph)], ids=["plain", "captured"]
)
@pytest.mark.parametrize("spec", SPECS)
def test_a_step_on_a_gpu_does_not_wait_for_it(spec, compiled):
    program = place(
        compile_text(SPECS[spec], "a.hspec").program, STANDARD, visible_devices(), DEVICE
    )
    training = prepare(program, "delta", compiled=compiled).training
    for step in (0, 1, 2, 0):  # the order of examples is copied once for each epoch
        training.method.step(training.passes, training.state, step)
    torch.cuda.set_sync_debug_mode("error")
    try:
        training.method.step(training.passes, training.state, 1)
    finally:
        torch.cuda.set_sync_debug_mode("default")


class Device:
    """As much of `torch.cuda` as a recording asks for; writes down what is done."""

    def __init__(self, monkeypatch):
        self.did, self.mode = [], 0

        @contextmanager
        def nothing(*given, **options):
            yield

        @contextmanager
        def graph(*given, **options):
            self.did.append("begin")
            yield
            self.did.append("end")

        monkeypatch.setattr(
            "hypertune.runtime.capture._stream", create_autospec(torch.cuda.Stream)
        )
        for name in ("CUDAGraph", "current_stream"):
            monkeypatch.setattr(torch.cuda, name, create_autospec(getattr(torch.cuda, name)))
        monkeypatch.setattr(torch.cuda, "device", nothing)
        monkeypatch.setattr(torch.cuda, "stream", nothing)
        monkeypatch.setattr(torch.cuda, "graph", graph)
        monkeypatch.setattr(torch.cuda, "get_sync_debug_mode", lambda: self.mode)
        monkeypatch.setattr(torch.cuda, "set_sync_debug_mode", self.watch)

    def watch(self, mode):
        self.mode = mode

    def function(self):
        self.did.append("watched" if self.mode == "error" else "run")
        return [torch.ones(1)]


def test_a_function_is_watched_before_it_is_recorded_and_never_called_again(monkeypatch):
    device = Device(monkeypatch)
    replay = cuda_graph(device.function, torch.device("cuda:0"))
    assert device.did == ["run", "run", "watched", "begin", "run", "end"]
    assert replay() is replay()
    assert len(device.did) == 6
    assert device.mode == 0


def test_a_function_that_waits_is_not_recorded_and_nothing_is_watched_after_it(monkeypatch):
    device = Device(monkeypatch)

    def waiting():
        found = device.function()
        if device.mode == "error":
            raise RuntimeError("called a synchronizing CUDA operation")
        return found

    with pytest.raises(RuntimeError, match="synchronizing"):
        cuda_graph(waiting, torch.device("cuda:0"))
    assert "begin" not in device.did
    assert device.mode == 0


@on_a_gpu
def test_a_command_on_a_gpu_makes_graphs(tmp_path):
    (tmp_path / "tiny.hspec").write_text(TINY)
    words = ["train", "tiny.hspec", "--device", DEVICE, "--epochs", "1", "--cuda-graphs"]
    found = CliRunner().invoke(main, [*words, "--out", "run"])
    assert found.exit_code == 0, found.output
    assert "made a graph of the training loss" in found.output


@on_a_gpu
@pytest.mark.parametrize("maker", [traced, inductor])
@pytest.mark.parametrize(
    ("spec", "tune"), [("images", "delta"), ("images", "stn"), ("text", "stn")]
)
def test_a_training_by_cuda_graphs_is_the_training_without(spec, tune, maker):
    notes, found = trained(spec, tune, captured(maker, cuda_graph), device=DEVICE)
    assert all(note.startswith("made a graph") for note in notes), notes
    plain = trained(spec, tune, None, device=DEVICE)[1]
    assert_close(found["state"], plain["state"], rtol=1e-3, atol=1e-5)
    assert_close(found["passes"], plain["passes"], rtol=1e-3, atol=1e-5)


@on_a_gpu
def test_a_cuda_graph_draws_what_the_function_draws():
    device = torch.device(DEVICE)
    like = torch.empty(1000, device=device)

    def drawing():
        return [torch.rand_like(like), torch.randn_like(like), torch.randint_like(like, 2**30)]

    replay = cuda_graph(drawing, device)
    for seed in (0, 1, 2**63 + 5):
        torch.cuda.manual_seed(seed % 2**63)
        found = [t.clone() for t in replay()]
        after = torch.rand_like(like)
        torch.cuda.manual_seed(seed % 2**63)
        assert_close(found, drawing(), rtol=0, atol=0)
        assert_close(after, torch.rand_like(like), rtol=0, atol=0)


@on_a_gpu
def test_what_waits_for_the_device_is_refused_before_it_is_recorded():
    device = torch.device(DEVICE)
    x = torch.ones(1, device=device)
    with pytest.raises(RuntimeError, match="synchroniz"):
        cuda_graph(lambda: [x * x.item()], device)
    assert cuda_graph(lambda: [x + torch.rand_like(x)], device)()[0] >= 1
