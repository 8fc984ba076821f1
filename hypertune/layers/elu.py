"""`elu`: x above zero, alpha (exp(x) - 1) below."""

from hypertune.catalogue import Arg
from hypertune.layers.elementwise import elementwise

ELU = elementwise(
    "elu",
    "x above zero, alpha (exp(x) - 1) below.",
    "ELU",
    Arg("alpha", "float", "minus the limit far below zero", default=1, low=0),
)
