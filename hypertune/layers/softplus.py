"""`softplus`: log(1 + exp(beta x)) / beta."""

from hypertune.catalogue import Arg
from hypertune.layers.elementwise import elementwise

SOFTPLUS = elementwise(
    "softplus",
    "log(1 + exp(beta x)) / beta, a smooth relu.",
    "Softplus",
    # 1 / beta has to be a number, with room for its square.
    Arg("beta", "float", "how sharply it bends", default=1, low=1e-6),
    Arg("threshold", "float", "where beta x is above it, x itself", default=20, low=0),
)
