"""`gelu`: x times the share of a normal distribution below it."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args
from hypertune.layers.elementwise import elementwise


def _build(args: Args) -> Any:
    from hypertune.response.elementwise import gelu

    return gelu(args["approximate"])


GELU = elementwise(
    "gelu",
    "x times the share of a normal distribution below it.",
    "GELU",
    _build,
    declared=(
        Arg(
            "approximate",
            "string",
            "how that share is computed",
            default="none",
            choices=("none", "tanh"),
        ),
    ),
)
