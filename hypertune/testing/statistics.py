"""Tests of hypotheses whose false alarms are bounded for samples of any size.

The numbers that a law draws follow from the seed of its case, so a law that holds once for a case
holds whenever it is tried again.
"""

from __future__ import annotations

from math import log, sqrt

import torch
from torch import Tensor

_FALSE_ALARM = 1e-9


def hold_same_distribution(found: Tensor, expected: Tensor, what: str) -> None:
    """Hold two samples of the same size against each other, by the distance of Kolmogorov.

    Source: Wei and Dudley 2012, Two-sample Dvoretzky-Kiefer-Wolfowitz inequalities: the distance
    of two samples of n is above d with a probability of at most e·exp(-n d²).
    """
    limit = sqrt((1 - log(_FALSE_ALARM)) / len(expected))
    places = torch.cat([found, expected])
    shares = [
        torch.searchsorted(sample.sort().values, places, right=True) / len(sample)
        for sample in (found, expected)
    ]
    distance = (shares[0] - shares[1]).abs().max().item()
    assert distance < limit, (
        f"{what}: of {len(found)} numbers the distributions are {distance:.2f} apart "
        f"(chance: {limit:.2f}); mean {found.mean():.3g} for {expected.mean():.3g}, "
        f"root mean square {_rms(found):.3g} for {_rms(expected):.3g}"
    )


def drift(differences: Tensor) -> float:
    """How far the sums over the first axis are from zero, in units of chance; the largest.

    Where the rows are independent and each number is as likely as its negative, it is above t
    for one column with a probability of at most 2·exp(-t²/2), however the numbers are spread.

    Source: Hoeffding 1963, theorem 2, for the signs given the absolute values.
    """
    sums = differences.sum(0).abs()
    scale = differences.square().sum(0).sqrt()
    return (sums / scale.clamp(min=torch.finfo(scale.dtype).tiny)).max().item()


def _rms(sample: Tensor) -> float:
    return sample.square().mean().sqrt().item()
