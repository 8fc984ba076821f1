"""`sigmoid`: 1 / (1 + exp(-x))."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Args
from hypertune.layers.elementwise import elementwise


def _build(args: Args) -> Any:
    from hypertune.response.elementwise import sigmoid

    return sigmoid()


SIGMOID = elementwise("sigmoid", "1 / (1 + exp(-x)).", "Sigmoid", _build)
