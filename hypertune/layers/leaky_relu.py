"""`leaky_relu`: x above zero, a fraction of it below."""

from hypertune.catalogue import Arg
from hypertune.layers.elementwise import elementwise

LEAKY_RELU = elementwise(
    "leaky_relu",
    "x above zero, a fraction of it below.",
    "LeakyReLU",
    Arg("negative_slope", "float", "that fraction", default=0.01, low=0),
)
