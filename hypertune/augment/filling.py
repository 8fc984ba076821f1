"""What stands in what is hidden of an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, Use

if TYPE_CHECKING:
    from torch import Tensor

FILLS = ("zero", "noise")
FILL = Arg(
    "fill",
    "string",
    "what stands there: zeros, or Gaussian noise of deviation 1",
    default="zero",
    choices=FILLS,
    use=Use.DISCRETE,
)


def filling(args: Args, strengths: Mapping[str, Tensor], x: Tensor) -> Tensor | None:
    """What stands there; None, and nothing drawn, where it can be zeros alone."""
    import torch

    if args["fill"] == "zero":
        return None
    drawn = torch.randn_like(x)
    if args["fill"] == "noise":
        return drawn
    # places in FILLS are the amounts of noise
    return drawn.mul_(strengths["fill"].detach().to(x.dtype).view(-1, 1, 1, 1))
