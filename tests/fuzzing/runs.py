"""Runs of every sort that leaves something else in its folder, stopped or ended."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

from tiny import TINY

import hypertune
from hypertune.runtime import Reported, Tried, Within

NORMALISED = TINY.replace("  linear(10)", "  linear(8)\n  batch_norm1d\n  linear(10)")
PLAIN = TINY.partition("tune tuned")[0].replace("given * {", "{").replace("per batch", "")
TUNES = """
tune implicit {
  method  = implicit(solver = cg(max_iterations = 2), inner_steps = 2)
  weights = sgd(lr = 0.05, momentum = 0.9)
  hypers  = adam(lr = 0.05)
  epochs  = 4
}
tune unrolled {
  method  = unrolled(window = 3)
  weights = adam(lr = 0.01)
  hypers  = rmsprop(lr = 0.05)
  epochs  = 20
}
tune random {
  method  = random_search(trials = 3)
  weights = adam(lr = 0.05)
  epochs  = 2
}
"""
STREAM = """\
hspec 1
hyper drop  : rate     = 0.2
hyper alpha : positive = 1e-3 per batch
data {
  source = text("train.txt", valid = "valid.txt")
  batch  = 4
  window = 5
}
model (tokens) given * {
  embedding(4)
  lstm(6) as states
  locked_dropout(drop)
  linear(vocabulary)
}
objective { train = cross_entropy + activation(alpha, of = states); valid = cross_entropy }
tune {
  method  = stn(warmup = 1 steps, train_steps = 2)
  weights = sgd(lr = 0.05)
  hypers  = adam(lr = 0.05)
  epochs  = 4
}
"""
STOPPED = {
    "responding": (NORMALISED, "tuned", 6),
    "stream": (STREAM, "", 2),
    "implicit": (PLAIN + TUNES, "implicit", 2),
    "unrolled": (PLAIN + TUNES, "unrolled", 10),
    "study": (PLAIN + TUNES, "random", 3),
}


def stop_after(step: int) -> Callable[[object], None]:
    """A sink that ends a training at its first report from a step on; a study in a later trial."""
    trials = 0

    def stop(event: object) -> None:
        nonlocal trials
        trials += isinstance(event, Tried)
        if isinstance(event, Within) and trials:
            event = event.event
        if isinstance(event, Reported) and event.step >= step:
            signal.raise_signal(signal.SIGINT)

    return stop


def make_runs(folder: Path) -> None:
    """Some that were stopped while they tuned, and one that has ended."""
    for name in ("train.txt", "valid.txt"):
        (folder / name).write_text("a b c d e\n" * 40)
    for name, (text, tune, step) in {**STOPPED, "ended": (NORMALISED, "tuned", 99)}.items():
        spec = folder / f"{name}.hspec"
        spec.write_text(text)
        hypertune.train(spec, tune=tune, out=folder / "runs" / name, sinks=[stop_after(step)])
