"""`relu`: max(x, 0)."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Args
from hypertune.layers.elementwise import elementwise


def _build(args: Args) -> Any:
    from hypertune.response.elementwise import relu

    return relu()


RELU = elementwise("relu", "max(x, 0).", "ReLU", _build)
