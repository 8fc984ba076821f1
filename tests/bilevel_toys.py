"""Bilevel problems whose answers are known, and ways to run a method on them."""

from collections.abc import Callable

import torch
from attrs import frozen
from torch.utils._python_dispatch import TorchDispatchMode

from hypertune.conditioning import Conditioning
from hypertune.runtime import (
    Batch,
    Hypers,
    Length,
    Optimiser,
    Problem,
    Recipe,
    Sample,
    Training,
    Vector,
    stateless,
)

torch.set_num_threads(1)
FLOAT = torch.float64
SGD = Optimiser(torch.optim.SGD, {"lr": 0.05})
RMSPROP = Optimiser(torch.optim.RMSprop, {"lr": 0.05})


def hypers(start, scale=0.3, *, scale_fixed=True, per_batch=False, frozen=False, **options):
    """Hyperparameters h0, h1, …; each option holds for all, or is a list with one for each.

    Constrained they are exp(h).
    """
    size = len(start)

    def vector(value, dtype):
        return torch.tensor(value if isinstance(value, list) else [value] * size, dtype=dtype)

    return Hypers(
        tuple(f"h{i}" for i in range(size)),
        vector(start, FLOAT),
        vector(scale, FLOAT),
        vector(scale_fixed, torch.bool),
        vector(per_batch, torch.bool),
        vector(frozen, torch.bool),
        **{"constrain": torch.exp, **options},
    )


@frozen
class Parts:
    """Mini-batches by number, each a seeded choice of rows."""

    train_part: tuple
    valid_part: tuple
    size: int
    per_epoch: int

    def train(self, k):
        return self._choice(self.train_part, 2 * k)

    def valid(self, k):
        return self._choice(self.valid_part, 2 * k + 1)

    def _choice(self, part, seed):
        order = torch.randperm(len(part[0]), generator=torch.Generator().manual_seed(seed))
        rows = order[: self.size]
        return Batch(*(t[rows] for t in part), rows)


@frozen
class Same:
    """The same two batches for ever."""

    train_part: tuple
    valid_part: tuple
    per_epoch: int = 10

    def train(self, k):
        return Batch(*self.train_part, repeat=k)

    def valid(self, k):
        return Batch(*self.valid_part, repeat=k)


def regression_data(seed, n, d=8):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=generator, dtype=FLOAT)
    noise = 2 * torch.randn(n, generator=generator, dtype=FLOAT)
    return x, x @ torch.linspace(-1, 1, d, dtype=FLOAT) + noise


def effective_BI(weights, conditioning: Conditioning):
    if conditioning.response_BG is None:
        return weights["w"][None]
    return weights["w"] + conditioning.response_BG @ weights["v"]


def squared_error(weights, conditioning: Conditioning, batch: Batch):
    x, y = batch.inputs, batch.targets
    return ((x * effective_BI(weights, conditioning)).sum(-1) - y).square().mean()


def ridge_loss(weights, conditioning: Conditioning, batch: Batch):
    square_B = effective_BI(weights, conditioning).square().sum(-1)
    penalty_B = conditioning.values.matrix_BC.sum(-1) * square_B
    return squared_error(weights, conditioning, batch) + penalty_B.mean()


def ridge(start=(-2.0,), **options):
    """Ridge regression: the sum of exp(h) over the hyperparameters is the penalty's weight."""
    return Problem(
        stateless(ridge_loss),
        stateless(squared_error),
        base={"w": torch.zeros(8, dtype=FLOAT)},
        response={"v": torch.zeros(len(start), 8, dtype=FLOAT)},
        hypers=hypers(list(start), **options),
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

    def validate(weights, conditioning, kept):
        loss, _ = problem.outer(weights, conditioning, Sample(Batch(*VALID), kept))
        return {"valid_loss": float(loss), "valid_error": 0.5}

    return Training(
        problem,
        method,
        recipe or Recipe(SGD, hypers=RMSPROP),
        batches or Same(TRAIN, VALID),
        length or Length(steps),
        evaluate=evaluate or validate,
        **options,
    )


def run(*args, **options):
    """A training after its run, and its events."""
    done = training(*args, **options)
    return done, list(done.run())


def weighted_ridge_loss(weights, conditioning: Conditioning, batch: Batch):
    """A penalty for each weight, half of each from a column and half from a vector."""
    values = conditioning.values
    penalty_D = values["h0"] + values["decays"]
    fit = (batch.inputs @ weights["w"] - batch.targets).square().mean()
    return fit + (penalty_D * weights["w"].square()).sum()


def weighted_ridge(column=-2.0, vector=None, base=None, **options):
    """Ridge regression with exp(h0) + exp(decays[j]) on weight j."""
    start = torch.linspace(-3.0, 0.0, 8, dtype=FLOAT) if vector is None else vector
    return Problem(
        stateless(weighted_ridge_loss),
        stateless(squared_error),
        base={"w": torch.zeros(8, dtype=FLOAT) if base is None else base},
        response={},
        hypers=hypers([column], vectors={"decays": Vector(start, torch.exp)}, **options),
    )


def solved_ridge(penalty_D):
    """The best weights under a penalty on each; differentiable."""
    x, y = TRAIN
    return torch.linalg.solve(x.T @ x / len(x) + penalty_D.diag(), x.T @ y / len(x))


def at_the_optimum(**options):
    """Ridge regression that starts at its best weights."""
    problem = weighted_ridge(**options)
    decays = problem.hypers.vectors["decays"].start_N
    best = solved_ridge(problem.hypers.start_H.exp() + decays.exp())
    return weighted_ridge(base=best, **options)


def exact_hypergradient(problem):
    """Of the validation loss at the best weights: in h0 and in the decays, unconstrained."""
    column = problem.hypers.start_H.clone().requires_grad_()
    decays = problem.hypers.vectors["decays"].start_N.clone().requires_grad_()
    x, y = VALID
    loss = (x @ solved_ridge(column.exp() + decays.exp()) - y).square().mean()
    return torch.autograd.grad(loss, [column, decays])


def stepped(method, problem, recipe=None, batches=None, **options):
    """A training after one step."""
    one = training(method, problem, recipe, batches, steps=1, **options)
    one.passes.begin(0)
    one.statistics = one.method.step(one.passes, one.state, 0).statistics
    return one


def moved(method, problem, recipe=None, batches=None, **options):
    """How far one step moves columns and vectors: the hypergradient, with a minus."""
    plain = Optimiser(torch.optim.SGD, {"lr": 1.0})
    recipe = recipe or Recipe(SGD, hypers=plain)
    state = stepped(method, problem, recipe, batches, **options).state
    vectors = problem.hypers.vectors
    return (
        problem.hypers.start_H - state.unconstrained_H,
        *(vectors[name].start_N - after for name, after in state.vectors.items()),
    )


class Reads(TorchDispatchMode):
    """Notes every operation whose result the host must wait for."""

    def __init__(self):
        super().__init__()
        self.found = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func.name() in {"aten::_local_scalar_dense", "aten::nonzero", "aten::equal"}:
            self.found.append(func.name())
        return func(*args, **(kwargs or {}))
