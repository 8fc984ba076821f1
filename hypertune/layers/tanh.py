"""`tanh`: The hyperbolic tangent."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Args
from hypertune.layers.elementwise import elementwise


def _build(args: Args) -> Any:
    from hypertune.response.elementwise import tanh

    return tanh()


TANH = elementwise("tanh", "The hyperbolic tangent.", "Tanh", _build)
