"""Solvers that go on until they are as exact as is asked, and so wait for the device."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import torch
from attrs import frozen
from torch import Tensor
from torch.optim import LBFGS

Gradient = Callable[[Tensor], tuple[float, Tensor]]  # of a loss: its value and its gradient
Product = Callable[[Tensor], Tensor]
PAIRS = 100  # of steps and changes of the gradient that L-BFGS keeps, torch's own number


@frozen
class Found:
    """Where a solver ended, the norm of what is left, and the gradients or products taken."""

    x_N: Tensor
    left: float
    count: int


class _Reached(Exception):  # it is how a line search is left, and no error
    """The gradient is small enough."""


def by_lbfgs(gradient: Gradient, start_N: Tensor, tolerance: float, most: int) -> Found:
    """The minimum, up to a norm of the gradient, by torch's L-BFGS."""
    x_N = start_N.detach().clone()
    count, left = 0, torch.inf

    def closure() -> Tensor:
        nonlocal count, left
        value, x_N.grad = gradient(x_N)
        count, left = count + 1, float(torch.linalg.vector_norm(x_N.grad))
        if left <= tolerance:
            raise _Reached
        return torch.tensor(value, dtype=torch.float64)

    search = LBFGS(
        [x_N],
        max_iter=most,
        max_eval=most,
        tolerance_grad=0.0,
        tolerance_change=0.0,
        history_size=PAIRS,
        line_search_fn="strong_wolfe",
    )
    try:
        search.step(closure)  # type: ignore[no-untyped-call]
    except _Reached:
        return Found(x_N.detach(), left, count)
    left = float(torch.linalg.vector_norm(gradient(x_N)[1]))
    return Found(x_N.detach(), left, count + 1)


def by_fista(
    gradient: Gradient, start_N: Tensor, tolerance: float, most: int, mu: float, smoothness: float
) -> Found:
    """The minimum of a loss whose curvature lies between `mu` and `smoothness`.

    Where the gradient no longer falls within the precision of the numbers, it ends.

    Source: Beck and Teboulle 2009 with the momentum of Chambolle and Pock 2016, algorithm 5, for
    strong convexity and no proximal term.
    """
    ratio = sqrt(min(mu / smoothness, 1.0))
    momentum = (1 - ratio) / (1 + ratio)
    x_N = y_N = start_N.detach()
    best, waited = torch.inf, 0
    for count in range(1, most + 1):
        _, slope_N = gradient(y_N)
        left = float(torch.linalg.vector_norm(slope_N))
        waited = 0 if left < 0.99 * best else waited + 1
        best = min(best, left)
        if left <= tolerance or waited > 10 + 5 / ratio:
            return Found(y_N, left, count)
        before_N, x_N = x_N, y_N - slope_N / smoothness
        y_N = x_N + momentum * (x_N - before_N)
    return Found(y_N, float(torch.linalg.vector_norm(gradient(y_N)[1])), most + 1)


def by_conjugate_gradients(
    product: Product, b_N: Tensor, start_N: Tensor, tolerance: float, most: int
) -> Found:
    """The solution of H x = b for a positive H, up to a norm of the residual.

    Source: Hestenes and Stiefel 1952.
    """
    x_N = start_N.clone()
    left_N = b_N - product(x_N) if bool(x_N.any()) else b_N.clone()
    way_N, square = left_N.clone(), float(left_N @ left_N)
    count = 0
    while sqrt(square) > tolerance and count < most:
        bent_N = product(way_N)
        curvature = float(way_N @ bent_N)
        if curvature <= 0:
            break
        x_N += square / curvature * way_N
        left_N -= square / curvature * bent_N
        before, square = square, float(left_N @ left_N)
        way_N = left_N + square / before * way_N
        count += 1
    return Found(x_N, sqrt(square), count)
