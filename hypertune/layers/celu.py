"""`celu`: x above zero, alpha (exp(x / alpha) - 1) below."""

from hypertune.catalogue import Arg
from hypertune.layers.elementwise import elementwise

CELU = elementwise(
    "celu",
    "x above zero, alpha (exp(x / alpha) - 1) below.",
    "CELU",
    # 1 / alpha has to be a number, with room for its square.
    Arg("alpha", "float", "minus the limit far below zero", default=1, low=1e-6),
)
