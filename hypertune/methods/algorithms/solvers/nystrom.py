"""A Hessian of low rank."""

from __future__ import annotations

import torch
from attrs import frozen
from torch import Tensor

from hypertune.methods.algorithms.solvers.exact import flat, like
from hypertune.methods.algorithms.solvers.solver import Product, Solution, Vector, damped, residual
from hypertune.methods.options import option
from hypertune.methods.solvers.nystrom import NYSTROM
from hypertune.runtime import Problem, Recipe


@frozen(kw_only=True)
class Nystrom:
    """A solve with Nyström's approximation of H from random directions, and `damping` I.

    Memory: a few times `rank` copies of the weights. Outside of what the directions have seen,
    H is taken for zero and the solution is b / damping.

    Source: Hataya and Yamada 2023; the shift is Frangella, Tropp and Udell 2021, algorithm 2.1.
    """

    rank: int = option(NYSTROM, "rank")
    damping: float = option(NYSTROM, "damping")

    def prepared(self, problem: Problem, recipe: Recipe) -> Nystrom:
        return self

    def shortened(self) -> Nystrom:
        return self

    def solve(self, product: Product, b: Vector, generator: torch.Generator) -> Solution:
        b_N = flat(b)
        rank = min(self.rank, len(b_N))
        seen_NR = torch.randn(
            len(b_N), rank, dtype=b_N.dtype, device=b_N.device, generator=generator
        )
        seen_NR = torch.linalg.qr(seen_NR).Q
        bent_NR = torch.stack([flat(product(like(x_N, b))) for x_N in seen_NR.T], dim=1)
        v = like(_solved(seen_NR, bent_NR, b_N, self.damping), b)
        return Solution(
            v,
            {
                "residual": residual(damped(product, self.damping), v, b),
                "products": b_N.new_full((), rank),
            },
        )


def _solved(seen_NR: Tensor, bent_NR: Tensor, b_N: Tensor, damping: float) -> Tensor:
    """Solve (A + damping I) v = b, where A agrees with H on `seen` and is zero across."""
    shift = len(b_N) ** 0.5 * torch.finfo(b_N.dtype).eps * bent_NR.norm()  # lest C be singular
    shifted_NR = bent_NR + shift * seen_NR
    basis_NR, r_RR = torch.linalg.qr(shifted_NR)
    c_RR = seen_NR.T @ shifted_NR
    inner_RR, _ = torch.linalg.solve_ex((c_RR + c_RR.T) / 2, r_RR.T)
    eye_RR = torch.eye(len(c_RR)).to(b_N)
    a_RR = r_RR @ inner_RR + (damping - shift) * eye_RR
    along_R = basis_NR.T @ b_N
    v_R, _ = torch.linalg.solve_ex(a_RR, along_R)
    v_N: Tensor = basis_NR @ v_R + (b_N - basis_NR @ along_R) / damping
    return v_N
