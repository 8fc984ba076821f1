"""`mish`: x tanh(softplus(x))."""

from hypertune.layers.elementwise import elementwise

MISH = elementwise("mish", "x tanh(softplus(x)).", "Mish")
