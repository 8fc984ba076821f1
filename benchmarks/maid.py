"""How many lower-level iterations adaptive accuracy saves on an ill-conditioned quadratic.

    python benchmarks/maid.py

The weights x minimise |A2 x + A3 θ - b2|² / 2, where A2ᵀA2 has a given condition; θ, from 1,
minimises |A1 x - b1|² / 2. Says for each condition the lower-level gradients and the outer steps
until (f - f*) / (f(θ0) - f*) is below 5e-3, by MAID from an accuracy of 0.1 and at a fixed one of
1e-4; then where MAID ends after 200 steps from accuracies between 100 and 1e-5.

Published for such a problem (gradients, MAID / fixed): condition 10: 4,606 / 5,847;
20: 17,334 / 40,691; 30: 60,062 / 129,383.

Measured, with an accelerated solver: condition 10: 789 / 1,288; 20: 1,909 / 2,000; 30: 2,607 /
3,286. From all accuracies the loss ends between 4.0665 and 4.0686.
"""

import torch

from hypertune.methods.algorithms import MAID
from hypertune.runtime import Batch, Hypers, Length, Problem, Recipe, Sample, Training, stateless

ROWS, SIZE, GAP = 80, 4, 5e-3
ACCURACIES = (1e2, 2e1, 1e1, 1.0, 1e-1, 1e-3, 1e-5)


class Quadratic:
    """The problem of one condition, and its answer."""

    def __init__(self, condition: float, seed: int = 29) -> None:
        generator = torch.Generator().manual_seed(seed)

        def uniform(*shape: int) -> torch.Tensor:
            return torch.rand(*shape, generator=generator, dtype=torch.float64)

        self.a1, self.a3 = uniform(ROWS, SIZE), uniform(ROWS, SIZE)
        left, _ = torch.linalg.qr(uniform(ROWS, SIZE) - 0.5)
        right, _ = torch.linalg.qr(uniform(SIZE, SIZE) - 0.5)
        self.a2 = left * torch.linspace(1.0, condition**0.5, SIZE).double() @ right.T
        self.b1, self.b2 = uniform(ROWS), uniform(ROWS)
        self.start = torch.ones(SIZE, dtype=torch.float64)
        solve = torch.linalg.pinv(self.a2)
        slope, shift = -self.a1 @ solve @ self.a3, self.a1 @ solve @ self.b2 - self.b1
        best = torch.linalg.lstsq(slope, -shift[:, None]).solution[:, 0]
        self.exact = lambda theta: float((slope @ theta + shift).square().sum()) / 2
        self.least, self.first = self.exact(best), self.exact(self.start)

    def problem(self) -> Problem:
        flags = torch.zeros(SIZE, dtype=torch.bool)
        hypers = Hypers(
            tuple(f"theta{i}" for i in range(SIZE)), self.start, 0 * self.start, *(flags,) * 3
        )
        return Problem(
            stateless(self.lower), stateless(self.upper), {"x": 0 * self.start}, {}, hypers
        )

    def lower(self, weights, at, batch):
        theta = at.values.matrix_BC[0]
        return (self.a2 @ weights["x"] + self.a3 @ theta - self.b2).square().sum() / 2

    def upper(self, weights, at, batch):
        return (self.a1 @ weights["x"] - self.b1).square().sum() / 2


class Once:
    """The same batch, which says nothing."""

    per_epoch = 1

    def train(self, k: int) -> Batch:
        return Batch(torch.zeros(1))

    valid = train


def training(method: MAID, quadratic: Quadratic, steps: int) -> Training:
    problem = quadratic.problem()

    def evaluate(weights, conditioning, kept):
        loss, _ = problem.outer(weights, conditioning, Sample(Batch(torch.zeros(1))))
        return {"valid_loss": float(loss)}

    return Training(problem, method, Recipe(), Once(), Length(steps), evaluate=evaluate)


def until_the_gap(method: MAID, quadratic: Quadratic, most: int = 400) -> tuple[int, int]:
    """Lower-level gradients and outer steps until the loss is nearly the least."""
    going = training(method, quadratic, most)
    for k in range(most):
        going.method.step(going.passes, going.state, k)
        gap = quadratic.exact(going.state.theta_M) - quadratic.least
        if gap <= GAP * (quadratic.first - quadratic.least):
            return int(going.state.numbers["gradients"]), k + 1
    raise ValueError(f"not after {most} steps")


def end(accuracy: float, quadratic: Quadratic, steps: int = 200) -> float:
    """The exact validation loss after so many steps."""
    going = training(MAID(accuracy=accuracy), quadratic, steps)
    for k in range(steps):
        going.method.step(going.passes, going.state, k)
    return quadratic.exact(going.state.theta_M)


if __name__ == "__main__":
    for condition in (2.0, 5.0, 10.0, 20.0, 30.0):
        made = Quadratic(condition)
        adaptive = until_the_gap(MAID(), made)
        fixed = until_the_gap(MAID(accuracy=1e-4, adaptive=False), made)
        print(f"condition {condition:g}: MAID {adaptive}, fixed {fixed} (gradients, steps)")
    made = Quadratic(10.0)
    for accuracy in ACCURACIES:
        print(f"from {accuracy:g}: {end(accuracy, made):.6f} (least {made.least:.6f})", flush=True)
