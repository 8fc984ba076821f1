"""Digests of the weights that short trainings arrive at, to compare two versions of this code.

    python benchmarks/sameness.py [--epochs 6] [--draws-in-order]
    PYTHONPATH=OTHER_CHECKOUT python benchmarks/sameness.py

Trains the quickstart as it was when the runtime's contracts changed, and networks without noise,
under each method that both versions have. Equal digests (SHA-256) are weights, responses and
hyperparameters that agree in every bit. Only what both versions offer is
imported.

With `--draws-in-order` all noise is drawn from the one generator of the step in the order in which
it is asked for, as it was before each pass had a seed of its own.
"""

from __future__ import annotations

import argparse
import hashlib
from contextlib import nullcontext
from pathlib import Path

import torch
from attrs import evolve

import hypertune
from hypertune.compiler import compile_text
from hypertune.ir import Quantity
from hypertune.lowering import place
from hypertune.runtime import Reported
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

HYPERS = """
hspec 1
hyper drop_in, drop_1, drop_2 : rate         = 0.6
hyper decay                   : log(1e-8, 1) = 1e-2 per batch
data { source = digits; split = (train = 20%, valid = 40%, test = 40%); batch = 64 }
"""
QUICKSTART = (
    HYPERS
    + """
model (1, 8, 8) given * {
  flatten
  dropout(drop_in); linear(256); relu
  dropout(drop_1); linear(256); relu
  dropout(drop_2); linear(10)
}
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
"""
)
NOISELESS = (
    HYPERS.replace("hyper drop_in, drop_1, drop_2 : rate         = 0.6", "")
    + """
model (1, 8, 8) given * { flatten; linear(256); relu; linear(256); relu; linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
"""
)
PICTURES = (
    NOISELESS.split("model")[0].replace("per batch", "")
    + """
model (1, 8, 8) given * { conv2d(8, 3, padding = 1); relu; max_pool2d(2); flatten; linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
"""
)
PLAIN = "weights = sgd(lr = 0.05, momentum = 0.9)"
CLIPPED = "weights = adam(lr = 0.002); schedule = cosine; clip = 1.0"
HYPER = "hypers = rmsprop(lr = 0.05)"
METHODS = {
    "fixed": "fixed",
    "stn": "stn(warmup = 1 epochs)",
    "delta": "delta_stn(warmup = 1 epochs)",
}
CASES = {
    "quickstart": (QUICKSTART, PLAIN),
    "without noise": (NOISELESS, PLAIN),
    "pictures, adam, cosine, clip": (PICTURES, CLIPPED),
}


def digest(text: str, weights: str, method: str, epochs: int, in_order: bool) -> str:
    """Of all that a training has moved."""
    moved = "" if method == "fixed" else HYPER
    block = f"tune it {{ method = {METHODS[method]}; {weights}; {moved}; epochs = 1 }}"
    program = place(compile_text(text + block, "it").program, STANDARD, ("cpu",))
    (tune,) = program.tunes
    tune = evolve(tune, length=Quantity(epochs, "epochs"))
    training = prepare(evolve(program, tunes=(tune,)), "it").training
    if in_order and hasattr(training, "passes"):
        training.passes.generator = torch.default_generator
    reports = [event for event in training.run() if isinstance(event, Reported)]
    sha = hashlib.sha256(repr(sorted(reports[-1].hypers.items())).encode())
    for name, tensor in sorted(training.state.weights.items()):
        sha.update(f"{name} {tuple(tensor.shape)} ".encode())
        sha.update(tensor.detach().contiguous().numpy().tobytes())
    return sha.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--draws-in-order", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.draws_in_order:
        from hypertune.lowering import compiled_loss

        compiled_loss.seeded = lambda *_: nullcontext()
    print(f"{Path(hypertune.__file__).parents[1]}, torch {torch.__version__}")
    for name, (text, weights) in CASES.items():
        for method in METHODS:
            found = digest(text, weights, method, options.epochs, options.draws_in_order)
            print(f"{name:30} {method:6} {found}", flush=True)


if __name__ == "__main__":
    main()
