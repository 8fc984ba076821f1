"""`word_dropout(p)`: tokens of a text replaced by the one for unknown ones.

Source: Bowman et al. 2016, section 3.1; Xie et al. 2017, section 3 (blank noising). Targets stay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType, Tokens, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Tokens, Mapping[str, Tensor]], Tensor]:
    from hypertune.augment.replacing import replaced

    def word_dropout(x: Tensor, tokens: Tokens, strengths: Mapping[str, Tensor]) -> Tensor:
        return replaced(x, tokens.unknown, args, strengths)

    return word_dropout


WORD_DROPOUT = AugmentType(
    name="word_dropout",
    doc="replaces tokens by `<unk>`; what is to be predicted stays",
    args=(Arg("p", "float", "how often a token is", low=0, high=1, use=Use.STOCHASTIC),),
    ranks=(1,),
    build=_build,
    on="tokens",
    unknown=True,
)
