"""`sigmoid`: 1 / (1 + exp(-x))."""

from hypertune.layers.elementwise import elementwise

SIGMOID = elementwise("sigmoid", "1 / (1 + exp(-x)).", "Sigmoid")
