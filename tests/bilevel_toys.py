"""Bilevel problems whose answers are known, and ways to run a method on them."""

from collections.abc import Callable

import torch
from attrs import frozen

from hypertune.runtime import Heard, Hypers, Length, Optimiser, Problem, Recipe, Training

torch.set_num_threads(1)
FLOAT = torch.float64
SGD = Optimiser(torch.optim.SGD, {"lr": 0.05})
RMSPROP = Optimiser(torch.optim.RMSprop, {"lr": 0.05})


def hypers(start, spread=0.3, *, spread_fixed=True, per_batch=False, frozen=False):
    """Hyperparameters h0, h1, …; each option holds for all, or is a list with one for each."""
    size = len(start)

    def vector(value, dtype):
        return torch.tensor(value if isinstance(value, list) else [value] * size, dtype=dtype)

    return Hypers(
        tuple(f"h{i}" for i in range(size)),
        vector(start, FLOAT),
        vector(spread, FLOAT),
        vector(spread_fixed, torch.bool),
        vector(per_batch, torch.bool),
        vector(frozen, torch.bool),
    )


@frozen
class Parts:
    """Mini-batches by number, each a seeded choice of rows."""

    train_part: tuple
    valid_part: tuple
    size: int
    steps_per_epoch: int

    def train(self, k):
        return self._choice(self.train_part, 2 * k)

    def valid(self, k):
        return self._choice(self.valid_part, 2 * k + 1)

    def _choice(self, part, seed):
        order = torch.randperm(len(part[0]), generator=torch.Generator().manual_seed(seed))
        return tuple(t[order[: self.size]] for t in part)


@frozen
class Same:
    """The same two batches for ever."""

    train_part: tuple
    valid_part: tuple
    steps_per_epoch: int = 10

    def train(self, k):
        return self.train_part

    def valid(self, k):
        return self.valid_part


def regression_data(seed, n, d=8):
    dice = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=dice, dtype=FLOAT)
    noise = 2 * torch.randn(n, generator=dice, dtype=FLOAT)
    return x, x @ torch.linspace(-1, 1, d, dtype=FLOAT) + noise


def effective_BI(weights, heard: Heard):
    if heard.response_BH is None:
        return weights["w"][None]
    return weights["w"] + heard.response_BH @ weights["v"]


def squared_error(weights, heard: Heard, batch):
    x, y = batch
    return ((x * effective_BI(weights, heard)).sum(-1) - y).square().mean()


def ridge_loss(weights, heard: Heard, batch):
    penalty_B = heard.value_BH.exp().sum(-1) * effective_BI(weights, heard).square().sum(-1)
    return squared_error(weights, heard, batch) + penalty_B.mean()


def ridge(start=(-2.0,), **options):
    """Ridge regression: the sum of exp(h) over the hyperparameters is the penalty's weight."""
    return Problem(
        ridge_loss,
        squared_error,
        base={"w": torch.zeros(8, dtype=FLOAT)},
        response={"v": torch.zeros(len(start), 8, dtype=FLOAT)},
        hypers=hypers(list(start), **options),
        examples=lambda batch: len(batch[0]),
    )


TRAIN, VALID = regression_data(0, 14), regression_data(1, 200)


def best_ridge_weights(penalty: float):
    x, y = TRAIN
    return torch.linalg.solve(
        x.T @ x / len(x) + penalty * torch.eye(8, dtype=FLOAT), x.T @ y / len(x)
    )


def exact_outer(penalty: float) -> float:
    x, y = VALID
    return float((x @ best_ridge_weights(penalty) - y).square().mean())


def training(
    method,
    problem=None,
    recipe=None,
    batches=None,
    steps=200,
    evaluate: Callable | None = None,
    length: Length | None = None,
    **options,
):
    problem = ridge() if problem is None else problem

    def validate(weights, heard):
        return {"valid_loss": float(problem.outer(weights, heard, VALID)), "valid_error": 0.5}

    return Training(
        problem,
        method,
        recipe or Recipe(SGD, hypers=RMSPROP),
        batches or Same(TRAIN, VALID),
        length or Length(steps),
        evaluate=evaluate or validate,
        own=lambda free_H: dict(zip(problem.hypers.names, free_H.exp().tolist(), strict=True)),
        **options,
    )


def run(*args, **options):
    """A training after its run, and its events."""
    done = training(*args, **options)
    return done, list(done.run())
