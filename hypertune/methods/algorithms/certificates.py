"""Constants of a bilevel problem that certify how far an inexact answer is from the exact one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from attrs import frozen
from torch import Tensor

from hypertune.methods.algorithms.curvature import Curvature
from hypertune.methods.algorithms.levels import Levels
from hypertune.methods.algorithms.solving import by_conjugate_gradients
from hypertune.uses import CannotTrain

Loss = Callable[[Tensor, Tensor], Tensor]  # of weights (N,) and hyperparameters (M,)

DENSE = 500  # weights at most of which second derivatives are made in full
_ALL_DIRECTIONS = 30  # weights at most that are moved one by one to see what changes
_ROUNDS = 20  # of a power iteration


@frozen
class Spectrum:
    """The least and the largest curvature of the training loss."""

    least: float
    largest: float


@frozen
class Certificates:
    """Strong convexity and smoothness: as given, or computed where a loss is quadratic.

    Args:
        problem: the losses.
        strong_convexity: the least curvature of the training loss in the weights, wherever it is
            asked; None if it is computed.
        smoothness: the largest curvature of the validation loss in the weights.

    """

    problem: Levels
    strong_convexity: float | None
    smoothness: float

    def curvature(self, w_N: Tensor, theta_M: Tensor) -> Spectrum:
        """Of the training loss; waits for the device.

        Raises:
            CannotTrain: if the least is not above zero.

        """
        if self.strong_convexity is not None:
            largest = _largest(self.problem, w_N, theta_M)
            return Spectrum(self.strong_convexity, max(largest, self.strong_convexity))
        found = _spectrum(_hessian(self.problem.inner, w_N, theta_M))
        if found.least <= 0:
            raise CannotTrain(
                "`maid` needs a strongly convex training loss, and the least curvature is "
                f"{found.least:.2g}: add a penalty on every weight, such as `l2`, or raise it"
            )
        return found

    def rates(self, w_N: Tensor, theta_M: Tensor, right_N: Tensor) -> tuple[float, float]:
        """How fast J, and H⁻¹ on the validation gradient, change with the weights.

        Of at most 30 weights the first is a bound where the training loss is quadratic, and the
        second is zero; else both are probed in a direction, as in the authors' code.
        """
        problem, steps = self.problem, [*_directions(w_N)]
        here = _crossed(problem, w_N, theta_M, right_N)
        squares = [
            torch.linalg.vector_norm(_crossed(problem, w_N + step, theta_M, right_N) - here) ** 2
            for step in steps
        ]
        of_crossed = float(torch.stack(squares).sum().sqrt())
        of_crossed /= 1.0 if here.dim() == 2 else _length(right_N)
        if self.strong_convexity is None:
            return of_crossed, 0.0
        one = torch.stack(steps).sum(0) / len(steps) ** 0.5
        solved = [_solved(problem, at, theta_M, right_N) for at in (w_N, w_N + one)]
        return of_crossed, _length(solved[1] - solved[0]) / _length(right_N)

    def norm_of_crossed(self, w_N: Tensor, theta_M: Tensor, v_N: Tensor) -> float:
        """The norm of J; of more than 500 weights, how it stretches `v_N`, as the authors do."""
        found = _crossed(self.problem, w_N, theta_M, v_N)
        if found.dim() == 2:
            return float(torch.linalg.matrix_norm(found, 2))
        return _length(found) / _length(v_N)


def certified(
    problem: Levels, strong_convexity: float | None, smoothness: float | None
) -> Certificates:
    """The constants of a problem.

    Raises:
        CannotTrain: if one is not given and its loss is not quadratic in the weights.

    """
    w_N, theta_M = problem.state.w_N, problem.state.theta_M
    for name, given, which, loss in (
        ("strong_convexity", strong_convexity, "training", problem.inner),
        ("smoothness", smoothness, "validation", problem.outer),
    ):
        if given is None and (len(w_N) > DENSE or not _is_quadratic(loss, w_N, theta_M)):
            raise CannotTrain(
                f"`maid` needs the `{name}` of the {which} loss: it is computed only where "
                f"that loss is quadratic in at most {DENSE} weights"
            )
    if smoothness is None:
        smoothness = _spectrum(_hessian(problem.outer, w_N, theta_M)).largest
    return Certificates(problem, strong_convexity, max(smoothness, 0.0))


def _is_quadratic(loss: Loss, w_N: Tensor, theta_M: Tensor) -> bool:
    """Whether the Hessian is the same somewhere else, up to rounding."""
    here_NN = _hessian(loss, w_N, theta_M)
    there_NN = _hessian(loss, w_N + (1 + _length(w_N)) * _random(w_N), theta_M)
    tolerance = torch.finfo(w_N.dtype).eps ** 0.5
    largest = float(here_NN.abs().max())
    return bool((there_NN - here_NN).abs().max() <= tolerance * max(largest, 1e-30))


def _hessian(loss: Loss, w_N: Tensor, theta_M: Tensor) -> Tensor:
    leaf_N = w_N.detach().requires_grad_()
    curvature = Curvature(loss(leaf_N, theta_M.detach()), [leaf_N])
    return torch.stack([curvature.product([unit_N])[0] for unit_N in torch.eye(len(w_N)).to(w_N)])


def _spectrum(hessian_NN: Tensor) -> Spectrum:
    """The ends of the spectrum, moved outwards by what rounding may have done."""
    values_N = torch.linalg.eigvalsh(hessian_NN.double().cpu())
    least, largest = float(values_N[0]), float(values_N[-1])
    doubt = len(values_N) * torch.finfo(hessian_NN.dtype).eps * max(abs(least), abs(largest))
    return Spectrum(least - doubt, largest + doubt)


def _largest(problem: Levels, w_N: Tensor, theta_M: Tensor) -> float:
    """The largest curvature of the training loss, nearly, with a tenth to spare."""
    curvature, v_N, largest = problem.hessian(w_N, theta_M), _random(w_N), 0.0
    for _ in range(_ROUNDS):
        bent_N = curvature.product([v_N])[0]
        largest = _length(bent_N)
        v_N = bent_N / max(largest, 1e-30)
    return 1.1 * largest


def _crossed(problem: Levels, w_N: Tensor, theta_M: Tensor, v_N: Tensor) -> Tensor:
    """J, the derivative of the training gradient in the hyperparameters (N, M), or Jᵀ v (M,)."""
    if len(w_N) > DENSE:
        return problem.crossed(w_N, theta_M, v_N)
    leaf_N, theta = w_N.detach().requires_grad_(), theta_M.detach().requires_grad_()
    loss = problem.inner(leaf_N, theta)
    (slope_N,) = torch.autograd.grad(loss, leaf_N, create_graph=True)
    rows = [
        torch.autograd.grad(each, theta, retain_graph=True, materialize_grads=True)[0]
        for each in slope_N
    ]
    return torch.stack(rows)


def _solved(problem: Levels, w_N: Tensor, theta_M: Tensor, right_N: Tensor) -> Tensor:
    """H⁻¹ of a vector, to four digits."""
    curvature = problem.hessian(w_N, theta_M)
    return by_conjugate_gradients(
        lambda v_N: curvature.product([v_N])[0],
        right_N,
        torch.zeros_like(right_N),
        1e-4 * _length(right_N),
        2000,
    ).x_N


def _directions(w_N: Tensor) -> Iterator[Tensor]:
    """The units, or one at random where they are many."""
    if len(w_N) <= _ALL_DIRECTIONS:
        yield from torch.eye(len(w_N)).to(w_N)
    else:
        yield _random(w_N)


def _random(w_N: Tensor) -> Tensor:
    """A direction, always the same one."""
    generator = torch.Generator().manual_seed(0)
    found_N = torch.randn(len(w_N), generator=generator, dtype=torch.float64).to(w_N)
    found_N /= _length(found_N)
    return found_N


def _length(x: Tensor) -> float:
    return max(float(torch.linalg.vector_norm(x)), 1e-30)
