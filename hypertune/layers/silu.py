"""`silu`: x times its sigmoid."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Args
from hypertune.layers.elementwise import elementwise


def _build(args: Args) -> Any:
    from hypertune.response.elementwise import silu

    return silu()


SILU = elementwise("silu", "x times its sigmoid.", "SiLU", _build)
