"""`tanh`: the hyperbolic tangent."""

from hypertune.layers.elementwise import elementwise

TANH = elementwise("tanh", "The hyperbolic tangent.", "Tanh")
