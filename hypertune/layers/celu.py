"""`celu`: x above zero, alpha (exp(x / alpha) - 1) below."""

from hypertune.catalogue import Arg
from hypertune.layers.elementwise import elementwise

CELU = elementwise(
    "celu",
    "x above zero, alpha (exp(x / alpha) - 1) below.",
    "CELU",
    Arg("alpha", "float", "minus the limit far below zero", default=1, low=0, open_low=True),
)
