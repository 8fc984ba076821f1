"""Small bilevel problems whose answers are known, for whoever tests a method."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.runtime import Batch, Hypers, Problem, Sample, Weights, stateless
from hypertune.uses import Use

_FLOAT = torch.float64
_SIZE = 6  # weights of a regression

Loss = Callable[[Weights, Conditioning, Batch], Tensor]


@frozen(slots=False)
class Toy:
    """A problem in double precision, the same two batches for ever, and its answer.

    Args:
        name: what it is called in a test.
        inner: the training loss.
        outer: the validation loss.
        base: the weights to start from.
        start: where the hyperparameters start, unconstrained.
        constrain: to constrained values.
        unconstrain: and back.
        best_weights: for unconstrained hyperparameters; differentiable.
        train: the training batch.
        valid: the validation batch.
        direct: whether the validation loss takes hyperparameters directly.
        use: what the hyperparameters are to the training loss.

    """

    name: str
    inner: Loss
    outer: Loss
    base: Tensor
    start: tuple[float, ...]
    constrain: Callable[[Tensor], Tensor]
    unconstrain: Callable[[Tensor], Tensor]
    best_weights: Callable[[Tensor], Tensor]
    train: Batch
    valid: Batch
    direct: bool = False
    use: Use = Use.SMOOTH

    def problem(self, frozen: bool = False) -> Problem:
        """The problem as a method gets it; frozen is the last hyperparameter, if any is."""
        start_H = torch.tensor(self.start, dtype=_FLOAT)
        some_H, none_H = torch.ones(len(start_H)), torch.zeros(len(start_H), dtype=torch.bool)
        last_H = none_H.clone()
        last_H[-1] = frozen
        names = tuple(f"h{place}" for place in range(len(start_H)))
        hypers = Hypers(
            names,
            start_H,
            0.2 * some_H.to(_FLOAT),
            ~none_H,
            none_H,
            last_H,
            constrain=self.constrain,
            unconstrain=self.unconstrain,
            uses=dict.fromkeys(names, frozenset({self.use})),
        )
        response = torch.zeros(len(start_H), len(self.base), dtype=_FLOAT)
        return Problem(
            stateless(self.inner),
            stateless(self.outer),
            {"w": self.base.clone()},
            {"v": response},
            hypers,
        )

    def exact_outer(self, unconstrained_H: Tensor) -> Tensor:
        """The validation loss at the best weights; differentiable."""
        values_1C = self.constrain(unconstrained_H)[None]
        names = {f"h{place}": values_1C[:, place] for place in range(len(self.start))}
        return self.outer(
            {"w": self.best_weights(unconstrained_H)}, Conditioning(names), self.valid
        )

    def exact_hypergradient(self, unconstrained_H: Tensor) -> Tensor:
        """Its gradient."""
        at_H = unconstrained_H.detach().requires_grad_()
        (gradient_H,) = torch.autograd.grad(self.exact_outer(at_H), at_H)
        return gradient_H

    @cached_property
    def optimum(self) -> float:
        """The least validation loss at best weights."""
        at_H = torch.tensor(self.start, dtype=_FLOAT, requires_grad=True)
        search = torch.optim.LBFGS([at_H], max_iter=200, line_search_fn="strong_wolfe")

        def closure() -> Tensor:
            loss = self.exact_outer(at_H)
            (at_H.grad,) = torch.autograd.grad(loss, at_H)
            return loss.detach()

        search.step(closure)  # type: ignore[no-untyped-call]
        return float(self.exact_outer(at_H.detach()))


@frozen
class Same:
    """The two batches of a toy, for ever."""

    toy: Toy
    per_epoch: int = 10

    def train(self, k: int) -> Batch:
        return evolve(self.toy.train, repeat=k)

    def valid(self, k: int) -> Batch:
        return evolve(self.toy.valid, repeat=k)


def sample(batch: Batch) -> Sample:
    """A batch as losses take it."""
    return Sample(batch)


def _effective(weights: Weights, at: Conditioning) -> Tensor:
    """The weights of each row: those that are trained, and their response."""
    base_1N = weights["w"][None]
    if at.response_BG is None:
        return base_1N
    return base_1N + at.response_BG @ weights["v"]


def _error(weights: Weights, at: Conditioning, batch: Batch) -> Tensor:
    outputs_B = (batch.inputs * _effective(weights, at)).sum(-1)
    loss: Tensor = (outputs_B - batch.targets).square().mean()
    return loss


def _regression(seed: int, rows: int) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(rows, _SIZE, generator=generator, dtype=_FLOAT)
    noise = 1.5 * torch.randn(rows, generator=generator, dtype=_FLOAT)
    return Batch(x, x @ torch.linspace(-1, 1, _SIZE, dtype=_FLOAT) + noise)


def _ridge(name: str, start: tuple[float, ...]) -> Toy:
    """Ridge regression with a penalty exp(h) for each part of the weights."""
    train, valid = _regression(0, 10), _regression(1, 100)
    groups = torch.arange(_SIZE) * len(start) // _SIZE

    def inner(weights: Weights, at: Conditioning, batch: Batch) -> Tensor:
        penalties = torch.stack([at.values[f"h{i}"] for i in range(len(start))], dim=-1)
        square = _effective(weights, at).square()
        return _error(weights, at, batch) + (penalties[:, groups] * square).sum(-1).mean()

    def best(unconstrained_H: Tensor) -> Tensor:
        x, y, rows = train.inputs, train.targets, len(train.inputs)
        penalties = unconstrained_H.exp()[groups].diag()
        found: Tensor = torch.linalg.solve(x.T @ x / rows + penalties, x.T @ y / rows)
        return found

    base = torch.zeros(_SIZE, dtype=_FLOAT)
    return Toy(name, inner, _error, base, start, torch.exp, torch.log, best, train, valid)


def _quadratic() -> Toy:
    """Weights that follow the hyperparameters linearly, towards a place that none reaches."""
    generator = torch.Generator().manual_seed(2)
    follow = torch.randn(3, 2, generator=generator, dtype=_FLOAT)
    goal = torch.randn(3, generator=generator, dtype=_FLOAT)

    def inner(weights: Weights, at: Conditioning, batch: Batch) -> Tensor:
        values = torch.stack([at.values["h0"], at.values["h1"]], dim=-1)
        return (_effective(weights, at) - values @ follow.T).square().sum(-1).mean() / 2

    def outer(weights: Weights, at: Conditioning, batch: Batch) -> Tensor:
        return (_effective(weights, at) - goal).square().sum(-1).mean() / 2

    def same(x: Tensor) -> Tensor:
        return x

    none = Batch(torch.zeros(4, 1, dtype=_FLOAT))
    base = torch.zeros(3, dtype=_FLOAT)
    return Toy(
        "quadratic", inner, outer, base, (1.0, 1.0), same, same, lambda h: follow @ h, none, none
    )


def _illustrative() -> Toy:
    """L_T = w², L_V = h²/10 + w: the best weight is 0 everywhere, so the best h is 0.

    Source: Bae and Grosse 2020, section 3.
    """

    def inner(weights: Weights, at: Conditioning, batch: Batch) -> Tensor:
        return _effective(weights, at).square().sum(-1).mean()

    def outer(weights: Weights, at: Conditioning, batch: Batch) -> Tensor:
        return (at.values["h0"].square() / 10 + _effective(weights, at).sum(-1)).mean()

    def same(x: Tensor) -> Tensor:
        return x

    none = Batch(torch.zeros(4, 1, dtype=_FLOAT))
    base = torch.full((1,), 2.0, dtype=_FLOAT)
    return Toy(
        *("illustrative", inner, outer, base, (3.0,), same, same),
        *(lambda h: 0 * h, none, none, True),
    )


TOYS = (
    _ridge("ridge", (-3.0,)),
    _ridge("two penalties", (-3.0, -2.0)),
    _quadratic(),
    _illustrative(),
)
