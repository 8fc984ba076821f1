"""`token_noise(p)`: tokens of a text replaced by others, drawn as often as they are there.

Source: Xie et al. 2017, section 3 (unigram noising). Targets stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType, Tokens, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Tokens, Mapping[str, Tensor]], Tensor]:
    import torch

    from hypertune.augment.replacing import replaced

    def token_noise(x: Tensor, tokens: Tokens, strengths: Mapping[str, Tensor]) -> Tensor:
        place_BT = torch.randint(tokens.total, x.shape, device=x.device)
        drawn_BT = torch.searchsorted(tokens.ends_V, place_BT, right=True)
        return replaced(x, drawn_BT, args, strengths)

    return token_noise


TOKEN_NOISE = AugmentType(
    name="token_noise",
    doc="replaces tokens by others, each drawn as often as it is in the training part; what is to "
    "be predicted stays",
    args=(Arg("p", "float", "how often a token is", low=0, high=1, use=Use.STOCHASTIC),),
    ranks=(1,),
    build=_build,
    on="tokens",
)
