"""The quickstart by Delta-STN, by STN and untuned, over seeds.

    python benchmarks/quickstart.py [--seeds 3] [--threads 2]

Prints for each run the seconds of training and, at the best validation loss, validation loss,
test loss and test accuracy.
"""

from __future__ import annotations

import argparse
import platform

import torch
from attrs import evolve

from hypertune.compiler import compile_text
from hypertune.lowering import place
from hypertune.resources import resource_folder
from hypertune.runtime import Reported
from hypertune.standard import STANDARD
from hypertune.tuning import prepare


def best_of(text: str, tune: str, seed: int) -> tuple[float, dict[str, float]]:
    """Seconds, and the measures of the network with the lowest validation loss."""
    program = place(compile_text(text, "quickstart").program, STANDARD, ("cpu",))
    tunes = tuple(evolve(t, seed=seed) for t in program.tunes)
    prepared = prepare(evolve(program, tunes=tunes), tune)
    found: dict[str, float] = {}
    for event in prepared.training.run():
        if isinstance(event, Reported) and event.best:
            found = {"valid_loss": event.valid_loss, **prepared.evaluate("test")}
    return prepared.training.seconds, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    delta = (resource_folder("specs") / "quickstart.hspec").read_text(encoding="utf-8")
    stn = delta.replace("delta_stn(", "stn(")
    runs = (("delta_stn", delta, "tuned"), ("stn", stn, "tuned"), ("untuned", delta, "untuned"))
    for seed in range(options.seeds):
        for name, text, tune in runs:
            seconds, found = best_of(text, tune, seed)
            numbers = "  ".join(f"{key} {value:.4f}" for key, value in found.items())
            print(f"seed {seed}  {name:9}  {seconds:5.1f} s  {numbers}", flush=True)


if __name__ == "__main__":
    main()
