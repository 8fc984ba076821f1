"""What one layer is conditioned on."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen
from torch import Tensor


@frozen
class Conditions:
    """What a layer hears.

    Shapes: `delta_BG` are the given columns of the response, a row per example or one for all;
    None is silence. `values` are the own values of the hyperparameters passed as arguments, by
    argument name, each (B,) or (1,).
    """

    delta_BG: Tensor | None = None
    values: Mapping[str, Tensor] = field(factory=dict)
