"""Small recurrent networks on small texts, from the spec to the run folder."""

import random
import shutil
import signal
from pathlib import Path

import pytest
import torch
from attrs import evolve
from torch.nn import functional

import hypertune
from hypertune.compiler import compile_text
from hypertune.conditioning import Conditioning
from hypertune.data.sets import StreamPart
from hypertune.lowering import place
from hypertune.planning import plan
from hypertune.resources import resource_folder
from hypertune.runtime import Stepped
from hypertune.standard import STANDARD
from hypertune.tuning.preparing import Prepared, prepare

SPEC = """\
hspec 1

hyper drop             : rate     = 0.2
hyper words_out, kept  : rate     = 0.1 per batch
hyper alpha, beta      : positive = 1e-3 per batch

data {
  source = text("train.txt", valid = "valid.txt", test = "valid.txt.test")
  batch  = 4
  window = 10
}

model (tokens) given * {
  embedding(12, dropout = words_out)           as words
  lstm(12, weight_dropout = kept)              as states
  locked_dropout(drop)
  linear(vocabulary, tied = words)             given none
}

objective {
  train  = cross_entropy + activation(alpha, of = states) + temporal(beta, of = states)
  valid  = cross_entropy
  report = (perplexity, accuracy)
}

tune stn {
  method  = stn(warmup = 2 steps, train_steps = 2, valid_steps = 1)
  weights = adam(lr = 0.02)
  hypers  = adam(lr = 0.01)
  clip    = 0.25
  epochs  = 8
}

tune delta {
  method  = delta_stn(warmup = 2 steps, train_steps = 2, valid_steps = 1)
  weights = adam(lr = 0.02)
  hypers  = adam(lr = 0.01)
  clip    = 0.25
  epochs  = 8
}
"""


def sentences(seed: int, count: int) -> str:
    """Sentences of which each word is told by the one before the last."""
    draw, follow = random.Random(seed), {"a": "b", "b": "c", "c": "a"}
    lines = []
    for _ in range(count):
        words = [draw.choice("abc"), draw.choice("abc")]
        while len(words) < 9:
            words.append(follow[words[-2]])
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    for seed, (name, count) in enumerate(
        {"train.txt": 80, "valid.txt": 30, "valid.txt.test": 20}.items()
    ):
        (folder / name).write_text(sentences(seed, count), encoding="utf-8")
    (folder / "text.hspec").write_text(SPEC, encoding="utf-8")
    return folder / "text.hspec"


def prepared(spec: Path, tune: str) -> Prepared:
    text = spec.read_text(encoding="utf-8").replace('"train', f'"{spec.parent}/train')
    text = text.replace('"valid', f'"{spec.parent}/valid')
    return prepare(place(compile_text(text).program, STANDARD, ("cpu",)), tune)


@pytest.mark.parametrize("tune", ["stn", "delta"])
def test_that_a_text_is_learnt_and_its_hyperparameters_tuned(spec: Path, tune: str) -> None:
    job = prepared(spec, tune)
    before = job.evaluate("valid")
    list(job.training.run())
    after = job.evaluate("valid")
    assert before["valid_perplexity"] > 3.5, "four tokens, of which little is known"
    assert after["valid_perplexity"] < 2.5
    tuned = job.training.state.hypers.unconstrained_H()
    assert (tuned != job.training.problem.hypers.start_H).all()


def test_that_states_are_carried_through_an_evaluation(spec: Path) -> None:
    """Windows give what the whole streams give in one, and torch's LSTM besides."""
    job = prepared(spec, "stn")
    part = evolve(job.sets.valid, rest_N=None)
    assert isinstance(part, StreamPart)
    training = job.training
    weights, at = training.state.weights, training.conditioning()
    in_windows = job.measure(part, weights, Conditioning(at.values), training.kept())
    whole = StreamPart(part.tokens_BS, part.tokens_BS.shape[1])
    at_once = job.measure(whole, weights, Conditioning(at.values), training.kept())
    assert in_windows == pytest.approx(at_once, rel=1e-5)
    lstm = torch.nn.LSTM(12, 12, batch_first=True)
    lstm.load_state_dict(
        {
            f"{what}_{gates}": weights[f"layers.states.maps.{gates}.{what}"]
            for what in ("weight", "bias")
            for gates in ("ih_l0", "hh_l0")
        }
    )
    words = weights["layers.words.weight"]
    logits = lstm(words[part.x])[0] @ words.T + weights["layers.linear_1.bias"]
    loss = functional.cross_entropy(logits.flatten(0, 1), part.y.flatten())
    assert in_windows["loss"] == pytest.approx(loss.item(), rel=1e-5)


@pytest.mark.parametrize("tune", ["stn", "delta"])
def test_that_a_run_goes_on_within_an_epoch(spec: Path, tmp_path: Path, tune: str) -> None:
    whole = hypertune.train(spec, tune=tune, epochs=2, out=tmp_path / "whole")

    def interrupt(event: object) -> None:
        if isinstance(event, Stepped) and event.step in (7, 22):
            signal.raise_signal(signal.SIGINT)

    run = hypertune.train(spec, tune=tune, epochs=2, out=tmp_path / "run", sinks=[interrupt])
    hypertune.resume(run.path, sinks=[interrupt])
    hypertune.resume(run.path)
    assert run.folder.model.read_bytes() == whole.folder.model.read_bytes()
    assert run.summary["last"] == whole.summary["last"]


def test_that_an_exported_network_gives_the_measured_loss(spec: Path, tmp_path: Path) -> None:
    run = hypertune.train(spec, tune="delta", epochs=1, out=tmp_path / "run")
    network = run.model()
    job = prepared(spec, "delta")
    part = job.sets.test
    rest = part.rest_N[None]
    loss = torch.cat(
        [
            functional.cross_entropy(network(x).flatten(0, 1), y.flatten(), reduction="none")
            for x, y in ((part.x, part.y), (rest[:, :-1], rest[:, 1:]))
        ]
    ).mean()
    assert loss.item() == pytest.approx(run.summary["best"]["test_loss"], rel=1e-5)


@pytest.mark.parametrize(
    ("name", "train", "units", "length"),
    [("ptb_lstm", "train", 650, (2, 100)), ("ptb_small", "train.150k", 200, (5, 10))],
)
def test_that_the_experiment_of_the_paper_compiles(
    name: str, train: str, units: int, length: tuple[int, int], tmp_path: Path
) -> None:
    """Its text lies beside it: here a small one, in as many streams and steps."""
    spec = tmp_path / f"{name}.hspec"
    shutil.copy(resource_folder("specs") / "texts" / spec.name, spec)
    for part in (train, "valid", "test"):
        (tmp_path / f"ptb.{part}.txt").write_text(sentences(0, 300), encoding="utf-8")
    compiled = compile_text(spec.read_text(encoding="utf-8"), str(spec))
    assert not compiled.warnings
    program = compiled.program
    assert [hyper.name for hyper in program.hypers if not hyper.frozen] == [
        *("drop_out", "drop_in", "drop_hidden", "drop_word", "drop_weight", "alpha", "beta")
    ]
    found = plan(program, STANDARD)
    assert found.length is not None
    assert (found.length.per_epoch, found.length.epochs) == length
    tokens = 4
    lstm = 8 * units * (units + 1)
    assert found.total("base") == 2 * lstm + tokens * units + tokens


def test_that_the_shipped_text_needs_no_files() -> None:
    spec = resource_folder("specs") / "texts" / "docs_lstm.hspec"
    compiled = compile_text(spec.read_text(encoding="utf-8"), str(spec))
    assert not compiled.warnings
    assert [tune.name for tune in compiled.program.tunes] == ["stn", "delta", "untuned"]
