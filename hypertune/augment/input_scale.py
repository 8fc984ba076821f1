"""`input_scale(strength)`: all numbers of an example times one factor.

Source: MacKay et al. 2019, as in the released code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from hypertune.augment.drawing import beside, strength, uniform

    def input_scale(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        most = 1 + strength("strength", args, strengths, x)
        return x * beside(uniform(1 / most, most, x), x)

    return input_scale


INPUT_SCALE = AugmentType(
    name="input_scale",
    doc="multiplies all numbers of an example by one factor",
    args=(
        Arg(
            "strength",
            "float",
            "the factor is drawn from 1 / (1 + strength) to 1 + strength",
            low=0,
            use=Use.STOCHASTIC,
        ),
    ),
    ranks=(1, 3),
    build=_build,
    on="scaled",
)
