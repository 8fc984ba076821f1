"""`gelu`: x times the share of a normal distribution below it."""

from hypertune.catalogue import Arg
from hypertune.layers.elementwise import elementwise

GELU = elementwise(
    "gelu",
    "x times the share of a normal distribution below it.",
    "GELU",
    Arg(
        "approximate",
        "string",
        "how that share is computed",
        default="none",
        choices=("none", "tanh"),
    ),
)
