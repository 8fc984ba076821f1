"""`color_jitter(brightness, contrast, saturation, hue)`: colours changed at random.

Source: torchvision's `ColorJitter`, as in the set-ups of Bae and Grosse 2020. Deviation: there the
four are done in an order drawn for each image, here in the order in which they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from hypertune.augment.colours import brighten_, contrast_, saturate_, turn_hue_
    from hypertune.augment.drawing import strength, uniform

    factors = {"brightness": brighten_, "contrast": contrast_, "saturation": saturate_}

    def color_jitter(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        x = x.clone()
        for name, change_ in factors.items():
            if args[name] != 0:
                most = strength(name, args, strengths, x)
                change_(x, uniform((1 - most).clamp(min=0), 1 + most, x))
        if args["hue"] != 0:
            most = strength("hue", args, strengths, x)
            turn_hue_(x, uniform(-most, most, x))
        return x

    return color_jitter


def _factor(name: str) -> Arg:
    doc = f"the factor of {name} is drawn from 1 - {name} (no less than 0) to 1 + {name}"
    return Arg(name, "float", doc, default=0.0, low=0, use=Use.STOCHASTIC)


COLOR_JITTER = AugmentType(
    name="color_jitter",
    doc="changes colours, in this order; without three channels there is only brightness and"
    " contrast",
    args=(
        _factor("brightness"),
        _factor("contrast"),
        _factor("saturation"),
        Arg(
            "hue",
            "float",
            "hues are turned by up to so many turns, either way",
            default=0.0,
            low=0,
            high=0.5,
            use=Use.STOCHASTIC,
        ),
    ),
    ranks=(3,),
    build=_build,
    bounded=True,
)
