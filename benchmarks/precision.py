"""How near to double precision gradients are, in float32 and under `precision = bf16`.

    python benchmarks/precision.py [--draws 20] [--epochs 8]

Two small networks are trained on the digits in float32, so that responses and perturbation scales
are of the size that they come to. Then gradients of one batch are taken in double precision, in
float32, under `precision = bf16`, and with all in bf16, responses as well. Figures are distances
from double precision, relative to its norm.

Gradients of responses, hyperparameters and scales are taken at pairs of opposite perturbations and
averaged over each pair: what is equal and opposite in the two would cancel over many steps, and
the rest is what moves them. That rest shrinks with the perturbations, and roundings do not, so all
is shown for perturbations of the scale that was tuned to and for a fifth of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from statistics import median

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.compiler import compile_text
from hypertune.ir import Program
from hypertune.lowering import place
from hypertune.lowering.compiled_loss import CompiledLoss
from hypertune.lowering.network import lower
from hypertune.runtime import Batch, Kept, Sample
from hypertune.standard import STANDARD
from hypertune.tuning import Prepared, prepare

SPEC = """
hspec 1
hyper drop_in, drop_1, drop_2 : rate            = 0.1
hyper decay_1, decay_2        : log(1e-8, 1)    = 1e-3 per batch
data { source = digits; split = (train = 1200, valid = 500); batch = 100 }
model (1, 8, 8) given * { MODEL }
objective {
  train = cross_entropy + l2(decay_1, of = a) + l2(decay_2, of = b)
  valid = cross_entropy
}
tune delta_stn { method = delta_stn(warmup = 2 epochs, train_steps = 5)
  weights = sgd(lr = 0.05, momentum = 0.9); hypers = rmsprop(lr = 0.01); epochs = EPOCHS }
tune stn { method = stn(warmup = 2 epochs, train_steps = 5)
  weights = sgd(lr = 0.05, momentum = 0.9); hypers = rmsprop(lr = 0.01); epochs = EPOCHS }
"""
MODELS = {
    "linear": """
  flatten; dropout(drop_in); linear(128) as a; relu
  dropout(drop_1); linear(64) as b; relu; dropout(drop_2); linear(10)""",
    "convolutions": """
  dropout2d(drop_in); conv2d(16, 3, padding = 1) as a; relu; max_pool2d(2)
  dropout2d(drop_1); conv2d(32, 3, padding = 1) as b; relu; max_pool2d(2)
  dropout2d(drop_2); flatten; linear(64); relu; linear(10)""",
}
# What losses compute in, and whether responses are left to it as well.
ALL = "all in bf16"
WAYS = {"float32": ("float32", False), "bf16": ("bf16", False), ALL: ("bf16", True)}
ROWS = 100  # of a batch
SHARES = (1, 0.2)  # of the scales that perturbations are tuned to
PARTS = ("weights", "responses", "hypers", "scales")

Gradients = dict[str, Tensor]
Loss = tuple[Tensor, dict[str, list[Tensor]]]  # and what it is differentiated by, part by part


@frozen
class Trained:
    """A training that has ended, and losses of its network for inputs that are scaled already."""

    method: str
    made: Prepared

    @property
    def program(self) -> Program:
        return self.made.program

    def losses(self, precision: str) -> tuple[CompiledLoss, CompiledLoss]:
        terms, given = self.program.objective, (self.program, STANDARD, _as_it_is, precision)
        networks = lower(self.program, STANDARD).train(), lower(self.program, STANDARD).eval()
        inner = CompiledLoss(networks[0], terms.train, *given)
        return inner, CompiledLoss(networks[1], terms.valid, *given)

    def batch(self, part: str, dtype: torch.dtype) -> Batch:
        found, scaling = getattr(self.made.sets, part), self.made.sets.train.scaling
        x = scaling.normalised(scaling.numbers(found.x[:ROWS]))
        return Batch(x.to(dtype), found.y[:ROWS])


def _as_it_is(x: Tensor, y: Tensor, values: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
    return x, y


def trained(model: str, method: str, epochs: int) -> Trained:
    text = SPEC.replace("MODEL", MODELS[model]).replace("EPOCHS", str(epochs))
    made = prepare(place(compile_text(text).program, STANDARD, ("cpu",)), method)
    for _ in made.training.run():
        pass
    return Trained(method, made)


def losses(
    of: Trained, way: str, dtype: torch.dtype, draw: int, noise_BH: Tensor, share: float
) -> Iterator[Loss]:
    """Those of a step and of a validation step of a method, at one perturbation."""
    precision, rounded = WAYS[way]
    inner, outer = of.losses(precision)
    training = of.made.training
    state, hypers, condition = training.state, training.problem.hypers, training.method.condition
    weights = {name: w.to(dtype).requires_grad_() for name, w in state.weights.items()}
    base = [weights[name] for name in state.base.detached]
    response = [weights[name] for name in state.response.detached]
    here_H = state.unconstrained_H.to(dtype).requires_grad_()
    scale_H = (share * state.hypers.scale_H().detach()).to(dtype).requires_grad_()
    at_BH = here_H + noise_BH.to(dtype) * scale_H
    its = condition(hypers, at_BH.detach(), here_H.detach())
    sample = Sample(of.batch("train", dtype), Kept({}), draw, "train")
    if of.method == "stn":
        yield inner(weights, its, sample)[0], {"weights": base, "responses": response}
    else:
        plain = hypers.conditioning(here_H.detach()[None])
        yield inner(weights, plain, sample)[0], {"weights": base}
        its = evolve(its, linearised=True, full_precision=not rounded)
        yield inner(weights, its, sample)[0], {"responses": response}
    sample = Sample(of.batch("valid", dtype), Kept({}), draw, "valid")
    its = condition(hypers, at_BH, here_H.detach())
    fixed = {name: w.detach() for name, w in weights.items()}
    yield outer(fixed, its, sample)[0], {"hypers": [here_H], "scales": [scale_H]}


def gradients(of: Trained, way: str, dtype: torch.dtype, draw: int, share: float) -> Gradients:
    """Of each part, the mean of those at two opposite perturbations."""
    generator = torch.Generator().manual_seed(draw)
    noise_BH = torch.randn(ROWS, len(of.made.training.state.unconstrained_H), generator=generator)
    found: Gradients = {}
    for sign in (1, -1):
        for loss, parts in losses(of, way, dtype, draw, sign * noise_BH, share):
            for part, tensors in parts.items():
                each = torch.autograd.grad(
                    loss, tensors, retain_graph=True, materialize_grads=True
                )
                whole = torch.cat([g.flatten().double() for g in each]) / 2
                found[part] = found[part] + whole if part in found else whole
    return found


def distances(of: Trained, draws: int, share: float) -> dict[str, dict[str, float]]:
    """Of each way and part, from double precision, relative to the norm: medians over draws."""
    ways = [way for way in WAYS if of.method != "stn" or way != ALL]  # its pass is for both
    found: dict[str, dict[str, list[float]]] = {way: {part: [] for part in PARTS} for way in ways}
    for draw in range(draws):
        exact = gradients(of, "float32", torch.float64, draw, share)
        for way in found:
            for part, gradient in gradients(of, way, torch.float32, draw, share).items():
                apart = (gradient - exact[part]).norm() / exact[part].norm()
                found[way][part].append(float(apart))
    return {way: {p: median(each) for p, each in its.items()} for way, its in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=8)
    options = parser.parse_args()
    print("| network | method | perturbations | precision | " + " | ".join(PARTS) + " |")
    print("|---|---|---|---|" + "---|" * len(PARTS))
    for model in MODELS:
        for method in ("delta_stn", "stn"):
            of = trained(model, method, options.epochs)
            for share in SHARES:
                for way, its in distances(of, options.draws, share).items():
                    numbers = " | ".join(f"{its[part]:.1e}" for part in PARTS)
                    print(f"| {model} | `{method}` | {share:g} | {way} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
