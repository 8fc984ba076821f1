"""What `diagnose` found, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from attrs import frozen

from hypertune.reporting.numbers import aligned, short

_AGREES, _NEAR, _SOLVED = 0.99, 0.9, 0.05


@frozen
class Judged:
    """One estimate beside the reference.

    Args:
        method: what gave it.
        cosine: with the reference.
        ratio: of its norm to the reference's.
        residual: of its solve; None if it has none.
        products: with the Hessian; None if it takes none.
        contraction: of its series; None if it is none.

    """

    method: str
    cosine: float
    ratio: float
    residual: float | None = None
    products: float | None = None
    contraction: float | None = None

    def verdict(self, curvature: float) -> str:
        """Whether to trust it, and what to do if not.

        Args:
            curvature: the largest eigenvalue of the Hessian.

        """
        if self.contraction is not None and self.contraction > 1:
            return f"diverges: take a scale (or lr) below {short(2 / curvature)}"
        if not isfinite(self.cosine):
            return "is not a number"
        if self.cosine < _NEAR:
            return "points elsewhere"
        if abs(self.ratio - 1) > 1 / 2:
            return f"direction right, {short(self.ratio)} times as long"
        return "agrees" if self.cosine >= _AGREES else "comes near"


def judged_table(found: Sequence[Judged], curvature: float) -> str:
    """A line for each estimate."""
    head = ["", "cosine", "norm", "residual", "products", "contraction"]
    rows = [
        [
            one.method,
            *map(short, (one.cosine, one.ratio, one.residual, one.products, one.contraction)),
        ]
        for one in found
    ]
    lines = aligned([head, *rows], indent="  ").split("\n")
    verdicts = ["", *(one.verdict(curvature) for one in found)]
    pairs = zip(lines, verdicts, strict=True)
    return "\n".join(f"{line}  {verdict}".rstrip() for line, verdict in pairs)


def response_lines(here: float, unmoved: float, responding: float, gain: float) -> Iterator[str]:
    """How well responses predict."""
    yield f"  training loss at the current values {short(here)}"
    yield f"  at perturbed values, weights that stay {short(unmoved)}, respond {short(responding)}"
    if abs(unmoved - here) < 1e-3 * abs(here):
        yield "  perturbations change the loss by less than a thousandth: nothing to predict"
    elif gain < 0:
        yield (
            "  the responses make it worse: take a smaller perturbation scale, or a lower rate "
            "for `responses`"
        )
    else:
        yield f"  the responses win back {gain:.0%} of what perturbations cost"
